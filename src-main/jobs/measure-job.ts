/** How long runs would take here, measured before they are begun: what a compute process does for `measure`. */
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { passesPerPicture } from '../method/passes.ts';
import { costOfRun } from '../method/cost.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { cacheFolder } from '../workspace/study-layout.ts';
import { decodingSeconds } from './decoding-time.ts';
import { evaluationWork } from './evaluate-run.ts';
import type { Evaluable } from './evaluate-run.ts';
import { HARDEST } from './hardest.ts';
import { measureRates } from './plan-rates.ts';
import type { PlanRates, Workload } from './plan-rates.ts';
import type { MeasureRequest, PlanEstimate, RunSeconds } from './protocol.ts';
import { secondsOf } from './run-seconds.ts';
import { labelSetsOf } from './study-pixels.ts';

/**
 * One estimate for each plan, in their order.
 * @throws SteadygazeError `cancelled` once the signal is aborted; what is wrong with the study
 */
export async function measureJob(
  engine: Engine,
  { study, plans }: MeasureRequest,
  signal: AbortSignal,
): Promise<PlanEstimate[]> {
  const dataset = await readDataset(await openStudy(study));
  // This process has done what every run begins with: it has started the engine and read the list of pictures.
  const start = process.uptime();
  const [test, validation] = [evaluableOf(dataset, 'test'), evaluableOf(dataset, 'val')];
  /** Plans that differ only in how long they go on share a measurement. */
  const measured = new Map<string, PlanRates>();
  const decoding = new Map<number, number>();
  const estimates: PlanEstimate[] = [];
  for (const settings of plans) {
    let work: PlannedWork;
    try {
      work = plannedWork(engine, settings, dataset, test, validation);
    } catch (error) {
      if (!(error instanceof SteadygazeError)) throw error;
      const none = { ...sumOf(NOTHING), trainingImagesPerSecond: 0, assessmentImagesPerSecond: 0 };
      estimates.push({ ...none, problem: error.toValue() });
      continue;
    }
    const { size } = settings.network;
    const decode = decoding.get(size) ?? (await decodingSeconds(dataset, size, cacheFolder(study), signal));
    decoding.set(size, decode);
    const key = measurementKey(work.load);
    const rates = measured.get(key) ?? (await measureRates(engine, work.load, signal));
    measured.set(key, rates);
    estimates.push({
      ...sumOf({
        start,
        decode,
        training: work.trainingPictures * rates.training,
        assessment: work.passes * rates.assessment,
        evaluation: work.evaluationPasses * rates.evaluation + rates.figures,
      }),
      trainingImagesPerSecond: 1 / rates.training,
      assessmentImagesPerSecond: 1 / (rates.assessment * passesPerPicture(settings.method)),
    });
  }
  return estimates;
}

const NOTHING: RunSeconds = { start: 0, decode: 0, training: 0, assessment: 0, evaluation: 0 };

function sumOf(parts: RunSeconds): Pick<PlanEstimate, 'seconds' | 'parts'> {
  return { seconds: secondsOf(parts), parts };
}

interface PlannedWork {
  readonly load: Workload;
  readonly trainingPictures: number;
  /** Forward passes of calibration, assessments and the hardest pictures. */
  readonly passes: number;
  readonly evaluationPasses: number;
}

/** @throws SteadygazeError `out-of-memory` */
function plannedWork(
  engine: Engine,
  settings: RunSettings,
  dataset: Dataset,
  test: Evaluable,
  validation: Evaluable,
): PlannedWork {
  const count = dataset.samples.filter(({ split }) => split === 'train').length;
  const classes = dataset.classes.length;
  const cost = costOfRun(engine, buildArchitecture(settings.network, classes), settings, count);
  return {
    load: {
      settings,
      classes,
      several: dataset.task === 'multi-label',
      // Of a batch that does not fit into memory, parts of this size are worked on.
      trainingBatch: cost.trainingPart,
      assessBatch: Math.min(cost.assessBatch, count),
      evaluated: test.count > 0 ? test : validation,
    },
    trainingPictures: cost.trainingPictures,
    passes: cost.passes + Math.min(HARDEST, count) * passesPerPicture(settings.method),
    evaluationPasses: evaluationWork(test, validation),
  };
}

function evaluableOf(dataset: Dataset, split: Split): Evaluable {
  const own = dataset.samples.filter((sample) => sample.split === split);
  return {
    count: own.length,
    hasMasks: own.some(({ maskHash }) => maskHash !== null),
    hasBoxes: own.some(({ boxes }) => boxes.length > 0),
    labelSets: labelSetsOf(dataset, own),
  };
}

/** Seeds, arms, rounds and epochs do not change how fast a picture is worked on. */
function measurementKey({ settings, trainingBatch, assessBatch }: Workload): string {
  const { network, method, training, start } = settings;
  const { flip, crop, jitter } = training;
  return JSON.stringify([network, method, start, flip, crop, jitter, trainingBatch, assessBatch]);
}
