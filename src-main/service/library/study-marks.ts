/** The marks of a study while it is open: changed, taken back and brought again, and always on the disk first. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Correction } from '../../contract/run.ts';
import type { Mark } from '../../contract/sample-view.ts';
import type { Dataset, Sample } from '../../datasets/dataset.ts';
import { appendMarks, compactMarks, isBlank, readMarks } from '../../workspace/marks.ts';
import type { MarkChange } from './library.ts';

/** The marks of some pictures before and after one change. */
interface Step {
  readonly before: readonly Mark[];
  readonly after: readonly Mark[];
}

/** Changes that can be taken back. */
const MOST_STEPS = 200;

export class StudyMarks {
  readonly #study: string;
  readonly #marks: Map<string, Mark>;
  readonly #done: Step[] = [];
  readonly #undone: Step[] = [];
  /** One change after the other, in the order they were asked for. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(study: string, marks: ReadonlyMap<string, Mark>) {
    this.#study = study;
    this.#marks = new Map(marks);
  }

  static async open(study: string): Promise<StudyMarks> {
    const found = await readMarks(study);
    // Only tidying: marks can be read all the same.
    await compactMarks(study, found).catch(() => false);
    return new StudyMarks(study, found.marks);
  }

  /** The last one changed comes last. */
  list(): Mark[] {
    return [...this.#marks.values()];
  }

  get(id: string): Mark | null {
    return this.#marks.get(id) ?? null;
  }

  /** Returns the marks of these pictures as they are now. */
  async change(ids: readonly string[], { verdict, note, correction }: MarkChange): Promise<Mark[]> {
    return this.#inTurn(async () => {
      const time = new Date().toISOString();
      const before = [...new Set(ids)].map((id) => this.#marks.get(id) ?? blank(id, time));
      const after = before.map((mark): Mark => ({
        id: mark.id,
        verdict: verdict === undefined ? mark.verdict : verdict,
        note: note ?? mark.note,
        correction: correction === undefined ? mark.correction : correction,
        time,
      }));
      await this.#save(after);
      this.#done.push({ before, after });
      if (this.#done.length > MOST_STEPS) this.#done.shift();
      this.#undone.length = 0;
      return after;
    });
  }

  /** Takes the last change back. @returns what was taken back; null where there is nothing */
  async undo(): Promise<string | null> {
    return this.#move(this.#done, this.#undone, 'before');
  }

  async redo(): Promise<string | null> {
    return this.#move(this.#undone, this.#done, 'after');
  }

  async #move(from: Step[], to: Step[], side: keyof Step): Promise<string | null> {
    return this.#inTurn(async () => {
      const step = from.at(-1);
      if (step === undefined) return null;
      const time = new Date().toISOString();
      await this.#save(step[side].map((mark) => ({ ...mark, time })));
      from.pop();
      to.push(step);
      return sentenceOf(step);
    });
  }

  async #save(marks: readonly Mark[]): Promise<void> {
    await appendMarks(this.#study, marks);
    for (const mark of marks) {
      this.#marks.delete(mark.id);
      if (!isBlank(mark)) this.#marks.set(mark.id, mark);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** What marks ask of the next run: only of pictures that are trained on, and only what changes something. */
export function correctionsOf(
  marks: readonly Mark[],
  byId: ReadonlyMap<string, Sample>,
  { classes }: Pick<Dataset, 'classes'>,
): Correction[] {
  return marks.flatMap(({ id, correction }): Correction[] => {
    const sample = byId.get(id);
    if (correction === null || sample?.split !== 'train') return [];
    if (correction.kind === 'leave-out') return [{ id, label: null }];
    const { label } = correction;
    return label < classes.length && label !== sample.label ? [{ id, label }] : [];
  });
}

/** @throws SteadygazeError for pictures and classes that the study does not have */
export function checkChange(
  ids: readonly string[],
  { correction }: MarkChange,
  byId: ReadonlyMap<string, Sample>,
  { classes }: Pick<Dataset, 'classes'>,
): void {
  const unknown = ids.find((id) => !byId.has(id));
  if (unknown !== undefined) {
    throw new SteadygazeError('not-found', `There is no picture "${unknown}" in this study.`, 'Open the study again.');
  }
  if (correction?.kind === 'relabel' && correction.label >= classes.length) {
    throw new SteadygazeError(
      'impossible-value',
      'There is no such class in this study.',
      'Choose one of its classes.',
    );
  }
}

const blank = (id: string, time: string): Mark => ({ id, verdict: null, note: '', correction: null, time });

/** What a change was about: "The mark on cat/12.jpg". */
function sentenceOf({ before, after }: Step): string {
  const [first] = after;
  if (after.length > 1) return `The marks on ${after.length.toLocaleString('en-US')} pictures`;
  const [old] = before;
  if (first.verdict === old.verdict && first.note === old.note) return `The correction of ${first.id}`;
  if (first.verdict === old.verdict && first.note !== old.note) return `The note on ${first.id}`;
  return `The mark on ${first.id}`;
}
