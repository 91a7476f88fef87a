/** Going on with runs that did not finish: stopped, crashed, or of a machine that was switched off. */
import type { RunRecord } from '../contract/run.ts';
import type { EngineId } from '../compute/engine.ts';
import { ENGINE_IDS } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import { openStudyForWriting } from '../workspace/study.ts';
import { work } from './work.ts';
import type { WorkOptions, WorkResult } from './work.ts';

export interface ResumeOptions extends WorkOptions {
  /** Absolute path of the study. */
  readonly study: string;
  /** One run; without it, all that are unfinished, in the order they began. */
  readonly run?: string;
  /** Another engine than the one the run began on. */
  readonly engine?: EngineId;
  /** Stop each run where an assessment is due. */
  readonly until?: 'assessment';
  /** Called before each run. */
  readonly onRun?: (run: RunRecord) => void;
}

/**
 * @returns what became of each run gone on with; empty when all had finished
 * @throws SteadygazeError of the first run that fails; the others stay resumable
 */
export async function resumeRuns(options: ResumeOptions): Promise<WorkResult[]> {
  const study = await openStudyForWriting(options.study);
  try {
    const results: WorkResult[] = [];
    for (const record of await unfinished(study.folder, options.run)) {
      options.onRun?.(record);
      const engine = options.engine ?? engineOf(record);
      const result = await work(
        engine,
        (id) => ({
          kind: 'resume',
          study: study.folder,
          engine: id,
          run: record.id,
          ...(options.until === undefined ? {} : { until: options.until }),
        }),
        options,
      );
      results.push(result);
      // Where an assessment is due, the next run has its turn; on request, none has.
      if (result.stopped && (options.until === undefined || options.stop?.aborted === true)) break;
    }
    return results;
  } finally {
    study.lock.release();
  }
}

async function unfinished(study: string, id: string | undefined): Promise<RunRecord[]> {
  const runs = id === undefined ? (await listRuns(study)).runs : [await readRun(study, id)];
  return runs.filter(
    // Training that diverged would diverge again; only who names the run gets to see it.
    ({ state, error }) => state !== 'finished' && (id !== undefined || error?.code !== 'training-diverged'),
  );
}

/** On another engine the numbers would differ, so the run stays on its own unless somebody says otherwise. */
export function engineOf(record: RunRecord): EngineId {
  const found = ENGINE_IDS.find((id) => id === record.engine);
  if (found !== undefined) return found;
  throw new SteadygazeError(
    'engine-unavailable',
    `The run ${record.id} began on an engine that this version does not know: ${record.engine}.`,
    'Choose another engine to go on with it.',
  );
}
