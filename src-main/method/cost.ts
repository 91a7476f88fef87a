/** What a run costs, in forward passes of one picture, and how large its batches may be. */
import type { Engine, EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import { networkCost } from '../networks/cost.ts';
import { splitFeatures, usesBatch } from '../networks/fine-tuning.ts';
import { prototypesLayer } from '../networks/interpretable/prototype-matches.ts';
import type { Architecture } from '../networks/layer.ts';
import { describeParameters } from '../networks/parameters.ts';
import { passesPerPicture, stepsOf } from './passes.ts';
import { assessedShare } from './assessed-share.ts';
import { BISECTIONS, probeMethod } from './calibration.ts';
import { PASSES_OF_PROJECTION } from './projection.ts';
import { epochsOfRound } from './schedule.ts';
import type { RunPosition } from './snapshot.ts';
import { watchesTraining } from './training-consistency.ts';

/** A training step is a forward pass and two backward passes of about its cost. */
const PASSES_OF_TRAINING = 3;
/** What a sample costs whose E is taken from training: one more forward pass. */
const PASSES_OF_WATCHING = 1;
/** How far a trial of the calibration goes on average before it is decided (0.73 in a run of bench/options.ts). */
const TRIED_SHARE = 0.75;
/**
 * What a picture adds to the memory of an engine at the height of a pass, as a multiple of its activations: with their
 * gradients and what operations allocate meanwhile, but without what is given back layer by layer. Measured as the
 * growth of the process or heap from few to many pictures: wasm 0.6 (densenet121) to 1.5 (efficientnet_b0), native 0.6 to
 * 1.1; an assessment takes less than training. Not measured on graphics cards.
 */
const MEMORY_FACTORS: Readonly<Record<EngineId, number>> = { cuda: 2.5, webgpu: 2.5, native: 1.4, wasm: 1.7 };

export interface RunCost {
  /** Pictures of one assessment batch that fit into the engine's memory. */
  readonly assessBatch: number;
  /** Pictures of a training batch that fit: of more, parts take turns (micro-batches.ts). */
  readonly trainingPart: number;
  /** The fewest pictures that parts of a training batch may have: 2 where batch norms go by them, else 1. */
  readonly leastPart: 1 | 2;
  /** Pictures that all training steps of the run work on, and forward passes of everything else. */
  readonly trainingPictures: number;
  readonly passes: number;
  /** Work done at a position of which `share` of the present epoch, assessment, ... is done. */
  workAt(position: RunPosition, share: number): { work: number; workTotal: number };
}

/** @throws SteadygazeError `out-of-memory` when not even the fewest pictures fit into the engine's memory. */
export function costOfRun(engine: Engine, architecture: Architecture, settings: RunSettings, count: number): RunCost {
  const { training, method, network } = settings;
  const bytes = networkCost(architecture, network.size).activationBytes * MEMORY_FACTORS[engine.id];
  const fitting = Math.floor(engine.memoryBudget / bytes);
  const isTrained = settings.arm !== 'given';
  const batchSize = isTrained ? Math.min(training.batchSize, count) : 1;
  const leastPart = isTrained && normsGoByBatch(architecture, settings.start) ? 2 : 1;
  if (fitting < Math.min(leastPart, batchSize)) {
    throw new SteadygazeError(
      'out-of-memory',
      `This network does not fit into the memory of the engine ${engine.id} with ${leastPart === 1 ? 'one picture' : 'two pictures'} of this size.`,
      'Choose smaller pictures or a narrower network.',
    );
  }

  const assessed = (round: number): number => Math.ceil(count * assessedShare(settings, round));
  const isWatched = (round: number): boolean => {
    const eps = method.eps === 'auto' && round === 0 ? null : 0;
    return watchesTraining(settings, round, epochsOfRound(training, round).epochs - 1, eps);
  };
  /** Where E is taken from training, its pass stands here too: no assessment is made between two rounds. */
  const assessment = (round: number): number =>
    isWatched(round) ? count * PASSES_OF_WATCHING : assessed(round) * passesPerPicture(method);
  const passesOfTraining = passesOfStep(architecture, settings);
  const epoch = count * passesOfTraining;
  const probe = Math.min(count, method.autoProbe);
  const trials = (BISECTIONS + 1) * TRIED_SHARE;
  const calibration = method.eps === 'auto' ? probe * (1 + trials * (2 * stepsOf(probeMethod(method)) + 1)) : 0;
  const warmupEpochs = isTrained ? training.warmupEpochs : 0;
  const warmup = warmupEpochs * epoch;
  const round = training.epochsPerRound * epoch;
  const projection = !isTrained || prototypesLayer(architecture) === null ? 0 : count * PASSES_OF_PROJECTION;
  /** Everything before a round, 0 to `rounds`; at `rounds + 1`, everything. */
  const before = (first: number): number => {
    let work = first === 0 ? 0 : warmup + calibration;
    for (let each = 0; each < first; each++) work += projection + assessment(each) + (each === 0 ? 0 : round);
    return work;
  };
  const workTotal = before(training.rounds + 1);
  const trainingPictures = count * (warmupEpochs + training.rounds * training.epochsPerRound);

  return {
    assessBatch: Math.min(settings.assessBatch, fitting),
    trainingPart: Math.min(batchSize, fitting),
    leastPart,
    trainingPictures,
    passes: workTotal - trainingPictures * passesOfTraining,
    workAt(position, share) {
      let work = before(position.round);
      if (position.phase === 'train') work += (position.epoch + share) * epoch;
      else work += position.round === 0 ? warmup : round;
      if (position.phase === 'project') work += share * projection;
      if (position.phase === 'calibrate') work += projection + share * calibration;
      if (position.phase === 'assess')
        work += projection + (position.round === 0 ? calibration : 0) + share * assessment(position.round);
      return { work, workTotal };
    },
  };
}

/** Whether a batch norm that is trained goes by the pictures that it sees together. */
function normsGoByBatch(architecture: Architecture, { frozenStages, batchNorm }: RunSettings['start']): boolean {
  if (!usesBatch(batchNorm)) return false;
  const { trained } = splitFeatures(architecture, frozenStages);
  return describeParameters({ ...architecture, features: trained }).statisticsCount > 0;
}

/** Forward passes that a training step costs: what stays as it is needs no way back. */
function passesOfStep(architecture: Architecture, { network, start }: RunSettings): number {
  if (start.frozenStages === 0) return PASSES_OF_TRAINING;
  const { frozen } = splitFeatures(architecture, start.frozenStages);
  const all = networkCost(architecture, network.size).multiplications;
  const kept = networkCost({ ...architecture, features: frozen, head: [] }, network.size).multiplications;
  return PASSES_OF_TRAINING - ((PASSES_OF_TRAINING - 1) * kept) / all;
}
