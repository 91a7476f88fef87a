/** Training one arm of a study. */
import type { EngineId } from '../compute/engine.ts';
import type { Correction, DataState } from '../contract/run.ts';
import type { Preset, RunSettings } from '../contract/settings.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import type { TrainRequest } from '../jobs/protocol.ts';
import { openStudy, openStudyForWriting } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import { planRuns } from './plan-runs.ts';
import { refuseUnfitStart } from './start-weights.ts';
import { rememberedTuning, withTunedBatch } from './tuning/remembered.ts';
import { work } from './work.ts';
import type { WorkOptions, WorkResult } from './work.ts';

interface CommonOptions extends WorkOptions {
  /** Absolute path of the study. */
  readonly study: string;
  readonly engine?: EngineChoice;
  /** Stop where an assessment is due. */
  readonly until?: 'assessment';
}

export interface TrainOptions extends CommonOptions {
  readonly preset?: Preset;
  /** "name=value", in order; later ones win. */
  readonly set?: readonly string[];
  /** Training pictures that get another label, or are left out. The files are not touched. */
  readonly corrections?: readonly Correction[];
}

export interface StartOptions extends CommonOptions {
  /** Its name, as the run's record keeps it. */
  readonly preset: string | null;
  /** As {@link planRuns} settled them, and the corrections with them. */
  readonly settings: RunSettings;
  readonly corrections: readonly Correction[];
  /** The state of the data that it was planned for; absent: as they are. */
  readonly data?: DataState;
}

/**
 * Settles what a run is to do, and does it.
 * @throws SteadygazeError; where it is about the settings or the data, nothing was written
 */
export async function trainRun(options: TrainOptions): Promise<WorkResult> {
  const { study, preset = 'standard', set = [], corrections: asked = [] } = options;
  const found = await openStudy(study);
  const { dataset, state } = await new StudyData(found).read();
  const { settings, corrections } = planRuns(dataset, { preset, sets: [set], corrections: asked });
  await refuseUnfitStart(found.folder, settings);
  const [settled] = settings as [RunSettings];
  const tuned = withTunedBatch(settled, await rememberedTuning(settled), options.engine ?? 'auto', set);
  return startRun({ ...options, preset, settings: tuned, corrections, data: state });
}

/**
 * Does what was settled. It reads nothing that grows with the number of pictures; the compute process does.
 * @throws SteadygazeError `study-locked`, `study-unwritable`, and what makes the run fail
 */
export async function startRun(options: StartOptions): Promise<WorkResult> {
  const { engine = 'auto', settings, preset, corrections, data, until } = options;
  const study = await openStudyForWriting(options.study);
  try {
    const requestFor = (id: EngineId): TrainRequest => {
      const common = { study: study.folder, engine: id, settings, preset, corrections };
      return {
        kind: 'train',
        ...common,
        ...(data === undefined ? {} : { data }),
        ...(until === undefined ? {} : { until }),
      };
    };
    return await work(engine, requestFor, options);
  } finally {
    study.lock.release();
  }
}
