/** Correcting the data of a study: the same for the window and the command line. The pictures themselves stay as they are. */
import type { DataEdit, EditsView } from '../contract/data-edits.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { Mark } from '../contract/sample-view.ts';
import { editorAfter } from '../datasets/edits/edits.ts';
import { addDataEdit, stateAfter } from '../workspace/data-edits.ts';
import type { DataEditLine } from '../workspace/data-edits.ts';
import { appendMarks, readMarks } from '../workspace/marks.ts';
import type { ReadData, StudyData } from '../workspace/study-data.ts';

/** A study whose data are corrected. */
export interface EditedStudy {
  /** Absolute path. */
  readonly folder: string;
  readonly data: StudyData;
}

/**
 * Makes corrections, all of them or none. The corrected list of pictures is not made here: that would take longer than
 * everything else, and who needs it makes it.
 * @param decide what they are, seen the data as they are now
 * @throws SteadygazeError `bad-argument`, `not-found`, `data-one-class`, `data-empty`, `impossible-value`; `study-locked`,
 * `study-unwritable`
 */
export async function correctData(
  study: EditedStudy,
  decide: (present: ReadData) => Promise<readonly DataEdit[]>,
): Promise<EditsView> {
  return addDataEdit(study.folder, async (log) => {
    const present = await study.data.read();
    const edits = await decide(present);
    const { editor } = editorAfter(present.base, present.steps);
    const add = edits.map((edit): DataEditLine => {
      const { sentence, pictures, missing } = editor.apply(edit);
      if (missing.length > 0) throw unknownPicture(missing[0]);
      return { do: 'edit', time: new Date().toISOString(), edit, sentence, pictures };
    });
    const renamed = new Map(edits.flatMap((edit) => (edit.kind === 'merge' ? renamings(edit) : [])));
    const after = () => renumberMarks(study.folder, present.dataset.classes, editor.classes, renamed);
    const view = editsView({ edits: stateAfter({ lines: [...log.lines, ...add] }), warnings: present.warnings });
    return { add, result: view, after };
  });
}

/** Takes the last correction back. @returns what it was; null where there is none */
export const undoCorrection = (study: EditedStudy): Promise<string | null> => move(study, 'undo');

/** Does again what was taken back last. @returns what it was; null where there is nothing */
export const redoCorrection = (study: EditedStudy): Promise<string | null> => move(study, 'redo');

async function move({ folder, data }: EditedStudy, kind: 'undo' | 'redo'): Promise<string | null> {
  return addDataEdit(folder, async () => {
    const { edits, dataset } = await data.read();
    const step = (kind === 'undo' ? edits.done : edits.undone).at(-1);
    if (step === undefined) return { add: [], result: null };
    const after = async (): Promise<void> => {
      // A correction of pictures and parts alone changes no class.
      if (step.edit.kind === 'move' || step.edit.kind === 'resplit') return;
      await renumberMarks(folder, dataset.classes, (await data.read()).dataset.classes);
    };
    return { add: [{ do: kind, time: new Date().toISOString() }], result: step.sentence, after };
  });
}

/** The corrections in force, as a window shows them. */
export function editsView({ edits: { done, undone }, warnings }: Pick<ReadData, 'edits' | 'warnings'>): EditsView {
  return {
    edits: done.map(({ sentence, time, pictures }) => ({ sentence, time, pictures })),
    undo: done.at(-1)?.sentence ?? null,
    redo: undone.at(-1)?.sentence ?? null,
    warnings,
  };
}

/**
 * Corrections of the data that say what the marks ask of the next run. The marks stay: what they ask for is then so, and
 * asks for nothing until somebody takes the correction back.
 * @throws SteadygazeError `bad-argument` where no mark asks for anything
 */
export function editsOfMarks({ dataset }: ReadData, marks: Iterable<Mark>): DataEdit[] {
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const leftOut: string[] = [];
  const relabelled = new Map<string, string[]>();
  for (const { id, correction } of marks) {
    const sample = samples.get(id);
    if (sample === undefined || correction === null) continue;
    if (correction.kind === 'leave-out') {
      leftOut.push(id);
      continue;
    }
    const name = dataset.classes.at(correction.label);
    const labels = sample.labels ?? [sample.label];
    if (name === undefined || (labels.length === 1 && labels[0] === correction.label)) continue;
    const ids = relabelled.get(name);
    if (ids === undefined) relabelled.set(name, [id]);
    else ids.push(id);
  }
  const edits: DataEdit[] = [...relabelled].map(([name, ids]) => ({ kind: 'relabel', ids, classes: [name] }));
  if (leftOut.length > 0) edits.push({ kind: 'exclude', ids: leftOut });
  if (edits.length > 0) return edits;
  throw new SteadygazeError(
    'bad-argument',
    'No mark corrects anything that is not so already.',
    'Mark pictures that have the wrong class, or should be left out, first.',
  );
}

/**
 * Marks name classes by number, and a correction may change the numbers: the marks go with the names.
 * @param renamed old names that are another class now
 */
export async function renumberMarks(
  study: string,
  before: readonly string[],
  after: readonly string[],
  renamed: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  if (before.length === after.length && before.every((name, label) => name === after[label])) return;
  const time = new Date().toISOString();
  const changed: Mark[] = [];
  for (const mark of (await readMarks(study)).marks.values()) {
    const { correction } = mark;
    if (correction?.kind !== 'relabel') continue;
    const name = before.at(correction.label) ?? '';
    const label = Math.max(after.indexOf(name), after.indexOf(renamed.get(name) ?? ''));
    if (label === correction.label) continue;
    changed.push({ ...mark, correction: label < 0 ? null : { kind: 'relabel', label }, time });
  }
  await appendMarks(study, changed);
}

const renamings = ({ classes, into }: Extract<DataEdit, { kind: 'merge' }>): [string, string][] =>
  classes.filter((name) => name !== into).map((name) => [name, into]);

function unknownPicture(id: string): SteadygazeError {
  return new SteadygazeError(
    'not-found',
    `There is no picture "${id}" in this study, or it was left out.`,
    'Choose pictures of the study; nothing was changed.',
  );
}
