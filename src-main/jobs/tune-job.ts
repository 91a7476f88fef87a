/** How fast an engine is at a kind of work: what a compute process does for `tune`. */
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import { costOfRun } from '../method/cost.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { Architecture } from '../networks/layer.ts';
import { Network } from '../networks/network.ts';
import { describeParameters, initialWeights } from '../networks/parameters.ts';
import { SgdOptimizer } from '../networks/sgd.ts';
import { trainOnce } from './made-up-work.ts';
import { assessmentRate } from './plan-rates.ts';
import type { BatchRate, TunedRates, TuneRequest } from './protocol.ts';
import { secondsEach } from './timing.ts';

/** Pictures of an assessment's batch that are tried, as far as memory allows. */
const ASSESS_BATCHES = [32, 64, 128, 16];
/** Milliseconds for each batch, or as long as one small repetition takes. */
const BUDGETS = { training: 900, largerBatch: 700, assessment: 500 };
/** Milliseconds after which no other batch is begun. */
const ENOUGH = 5_000;
/** A batch so much slower than the best is not followed by a larger one. */
const CLEARLY_SLOWER = 1.15;

/** @throws SteadygazeError `out-of-memory` where the network does not fit; `cancelled` once the signal is aborted */
export async function tuneJob(engine: Engine, request: TuneRequest, signal: AbortSignal): Promise<TunedRates> {
  const startSeconds = process.uptime();
  const began = performance.now();
  const { settings } = request;
  const architecture = buildArchitecture(settings.network, request.classes);
  const { batchSize } = settings.training;
  // Throws where not even the fewest pictures fit; of a batch that is too large, parts are worked on.
  const { trainingPart } = costOfRun(engine, architecture, settings, batchSize);
  const weights = initialWeights(describeParameters(architecture), settings.seed);
  const network = new Network(engine, architecture, weights, settings.start);
  const optimizer = new SgdOptimizer(network, settings.training.momentum, settings.training.weightDecay);
  const isOver = () => performance.now() - began > ENOUGH;
  try {
    const step = (count: number) => trainOnce(network, optimizer, settings, request, count);
    const training: BatchRate[] = [];
    training.push({ batch: batchSize, seconds: await secondsEach(step, trainingPart, BUDGETS.training, signal) });
    const frozen = await network.freeze();
    try {
      const assessment: BatchRate[] = [];
      for (const batch of ASSESS_BATCHES) {
        if (batch > fittingAssessBatch(engine, architecture, settings, batchSize)) continue;
        const best = Math.min(...assessment.map(({ seconds }) => seconds));
        const last = assessment.at(-1);
        const grows = last !== undefined && batch > last.batch;
        if (last !== undefined && ((grows && last.seconds > CLEARLY_SLOWER * best) || isOver())) continue;
        const seconds = await assessmentRate(frozen, request, batch, BUDGETS.assessment, signal);
        assessment.push({ batch, seconds });
      }
      // Where not even the smallest of them fits, what fits.
      if (assessment.length === 0) {
        const batch = fittingAssessBatch(engine, architecture, settings, batchSize);
        const seconds = await assessmentRate(frozen, request, batch, BUDGETS.assessment, signal);
        assessment.push({ batch, seconds });
      }
      const doubled = 2 * batchSize;
      if (!isOver() && fitsTraining(engine, architecture, settings, doubled)) {
        training.push({ batch: doubled, seconds: await secondsEach(step, doubled, BUDGETS.largerBatch, signal) });
      }
      return { training, assessment, startSeconds };
    } finally {
      frozen.dispose();
    }
  } finally {
    optimizer.dispose();
    network.dispose();
  }
}

/** The largest of an assessment that fits. @throws SteadygazeError `out-of-memory` where the training batch does not */
function fittingAssessBatch(
  engine: Engine,
  architecture: Architecture,
  settings: RunSettings,
  trainingBatch: number,
): number {
  const asked = { ...settings, assessBatch: Math.max(...ASSESS_BATCHES) };
  return costOfRun(engine, architecture, asked, trainingBatch).assessBatch;
}

function fitsTraining(engine: Engine, architecture: Architecture, settings: RunSettings, batchSize: number): boolean {
  try {
    const asked = { ...settings, training: { ...settings.training, batchSize } };
    return costOfRun(engine, architecture, asked, batchSize).trainingPart === batchSize;
  } catch (error) {
    if (error instanceof SteadygazeError) return false;
    throw error;
  }
}
