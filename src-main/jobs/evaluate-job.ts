/** Measuring parts of an evaluation on finished runs: what a compute process does for `evaluate`. */
import type { Engine } from '../compute/engine.ts';
import { EVALUATION_PARTS } from '../contract/evaluation.ts';
import type { EvaluationPart } from '../contract/evaluation.ts';
import { measurePart, storedResult } from '../evaluation/measure-parts.ts';
import type { PartKind } from '../evaluation/part.ts';
import { PARTS } from '../evaluation/parts.ts';
import { lockRun } from '../workspace/run.ts';
import { JobControl } from './control.ts';
import { EvaluationSubjects } from './evaluation-subjects.ts';
import type { FinishedRun } from './finished-runs.ts';
import { hearing } from './measured-model.ts';
import { ProgressMeter } from './progress.ts';
import type { EvaluateRequest, Report } from './protocol.ts';

/** The way out of the compute process. */
export interface EvaluationOutlet {
  report(report: Report): void;
  /** Gets the handle for pausing and stopping before any long work. */
  controlledBy(control: JobControl): void;
}

/** Milliseconds in which a process whose host was killed ends: it hears of it when the batch that it is at is done. */
const FAREWELL = 30_000;

/** One part of one run. */
interface Step {
  readonly run: FinishedRun;
  readonly part: EvaluationPart;
  /** Also where it was measured before. */
  readonly again: boolean;
  /** In forward passes, roughly; 0 where it was measured before. */
  readonly work: number;
}

/**
 * Measures run by run, part by part, and reports everything. What was measured before it ends stays.
 * @throws SteadygazeError `cancelled`; `not-found`, `data-changed`, `weights-invalid`, ... before anything is measured
 */
export async function evaluateJob(engine: Engine, request: EvaluateRequest, outlet: EvaluationOutlet): Promise<void> {
  const progress = new EvaluationMeter(outlet);
  const control = new JobControl({
    checkpointSeconds: 0,
    onPause: () => Promise.resolve(),
    onResume: () => Promise.resolve(progress.restart()),
  });
  outlet.controlledBy(control);
  const subjects = await EvaluationSubjects.open(
    engine,
    request,
    hearing(() => control.control()),
  );
  try {
    await subjects.decode(
      (done, total) => progress.decoding(done, total),
      (message) => outlet.report({ type: 'notice', message }),
    );
    const steps = await stepsOf(subjects, request);
    progress.plan(steps);
    for (const run of subjects.runs) {
      const lock = await lockRun(request.study, run.record.id, FAREWELL);
      try {
        const model = await subjects.modelOf(run);
        for (const step of steps.filter((each) => each.run === run)) {
          progress.begin(step);
          const outcome = await measurePart(kindOf(step.part), model, {
            again: step.again,
            onKept: () => control.checkpointed(),
            onProgress: (done, total) => progress.measuring(done, total),
          });
          progress.end('result' in outcome && !outcome.kept);
          outlet.report({ type: 'evaluated', part: { run: run.record.id, part: step.part, ...outcome } });
        }
      } finally {
        subjects.release(run);
        lock.release();
      }
    }
  } finally {
    await subjects.close();
  }
}

async function stepsOf(subjects: EvaluationSubjects, request: EvaluateRequest): Promise<Step[]> {
  const { parts, settings, measured = [] } = request;
  const steps: Step[] = [];
  for (const run of subjects.runs) {
    for (const part of EVALUATION_PARTS) {
      if (!parts.includes(part)) continue;
      const again = request.again && !measured.some((each) => each.run === run.record.id && each.part === part);
      const stored = again ? null : await storedResult(kindOf(part), subjects.shelfOf(run));
      const { pictures } = subjects;
      steps.push({ run, part, again, work: stored === null ? pictures * PARTS[part].passes(settings, pictures) : 0 });
    }
  }
  return steps;
}

/** Which part it is, is known again where its result is read. */
const kindOf = <Part extends EvaluationPart>(part: Part): PartKind<Part> => PARTS[part];

/** How far all steps are together. */
class EvaluationMeter {
  readonly #meter: ProgressMeter;
  #step: Step | null = null;
  #steps: readonly Step[] = [];
  #before = 0;
  #total = 1;
  /** Work of this step that an earlier measurement had done already; null before anything is heard of it. */
  #found: number | null = null;

  constructor(outlet: EvaluationOutlet) {
    this.#meter = new ProgressMeter('', ({ done, total, overall, secondsLeft, memory }) => {
      const at = { run: this.#step?.run.record.id ?? null, part: this.#step?.part ?? null };
      outlet.report({ type: 'evaluating', progress: { ...at, done, total, overall, secondsLeft, memory } });
    });
  }

  restart(): void {
    this.#meter.restart();
  }

  decoding(done: number, total: number): void {
    this.#meter.update({ phase: 'decode', round: 0, epoch: 0, done, total, loss: null, work: 0, workTotal: 1 });
  }

  plan(steps: readonly Step[]): void {
    this.#steps = steps;
    this.#total = steps.reduce((sum, { work }) => sum + work, 0);
  }

  begin(step: Step): void {
    this.#step = step;
    this.#found = null;
  }

  measuring(done: number, total: number): void {
    if (this.#step === null) return;
    const share = total === 0 ? 1 : done / total;
    if (this.#found === null) {
      this.#found = share;
      // Rows of an earlier measurement took no time now: as work they would make the rest look quick.
      if (share > 0) this.#meter.restart();
    }
    const work = this.#before + this.#step.work * share;
    const epoch = this.#steps.indexOf(this.#step);
    this.#meter.update({ phase: 'evaluate', round: 0, epoch, done, total, loss: null, work, workTotal: this.#total });
  }

  /** @param measured false where nothing was done of it, so that nothing may be learned from it about the speed */
  end(measured: boolean): void {
    const work = this.#step?.work ?? 0;
    if (measured) this.#before += work;
    else this.#total -= work;
  }
}
