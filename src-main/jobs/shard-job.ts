/**
 * One shard of an assessment: what a compute process does for `assess-shard`. Many of them work at once, on many
 * machines: each reads the study, writes one file of its own, and takes no lock.
 */
import { setImmediate } from 'node:timers/promises';
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError, toErrorValue } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { assessSamples } from '../method/assess-samples.ts';
import { AssessmentTable } from '../method/assessment-table.ts';
import { costOfRun } from '../method/cost.ts';
import type { TrainingData } from '../method/data.ts';
import { shardSlice } from '../method/shards.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { describeParameters, importWeights } from '../networks/parameters.ts';
import type { NamedArray } from '../networks/parameters.ts';
import { readRun } from '../workspace/run.ts';
import { assessmentOf, atAssessment, isShardThere, writeShard } from '../workspace/shards.ts';
import type { Assessment, ShardAbout } from '../workspace/shards.ts';
import { cacheFolder, runFolder } from '../workspace/study-layout.ts';
import { assessedPictures } from './assessed-pictures.ts';
import { LoosePixels } from './loose-pixels.ts';
import { ProgressMeter } from './progress.ts';
import type { AssessShardRequest, Report } from './protocol.ts';
import { versionsOf } from './run-session.ts';
import { labelSetsOf } from './study-pixels.ts';

/** Assesses the pictures of a shard and stores the result; reports everything, also its failure. */
export async function shardJob(
  engine: Engine,
  request: AssessShardRequest,
  stop: AbortSignal,
  report: (report: Report) => void,
): Promise<void> {
  try {
    await assessShard(engine, request, stop, report);
    report({ type: 'done', run: request.run, stopped: false });
  } catch (error) {
    const value = toErrorValue(error);
    if (value.code === 'cancelled') report({ type: 'done', run: request.run, stopped: true });
    else report({ type: 'failed', run: request.run, error: value });
  }
}

async function assessShard(
  engine: Engine,
  request: AssessShardRequest,
  stop: AbortSignal,
  report: (report: Report) => void,
): Promise<void> {
  const { study, run, shard } = request;
  const tell = (event: JobEvent) => report({ type: 'event', event });
  const { settings, about, weights, own } = await prepare(engine, request);
  tell({ type: 'started', run, engine: engine.id, arm: settings.arm, seed: settings.seed });
  const folder = runFolder(study, run);
  if (await isShardThere(folder, about)) {
    const message = `Shard ${shard.index} of ${shard.of} was made before, in the same way, and is kept.`;
    tell({ type: 'warning', run, message });
    return;
  }
  const pixels = await LoosePixels.open(own, settings.network.size, cacheFolder(study));
  try {
    const data = trainingDataOf(own, pixels);
    const { assessment } = about;
    const table = await assessAll(engine, { settings, assessment, weights, data }, stop, run, tell);
    await writeShard(folder, about, table.toState());
  } finally {
    await pixels.close();
  }
}

interface Prepared {
  readonly settings: RunSettings;
  readonly about: ShardAbout;
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** With the pictures of this shard alone: the list of all, and what else the checkpoint holds, is not kept in memory. */
  readonly own: Dataset;
}

/** @throws SteadygazeError `refused` where no assessment is due */
async function prepare(engine: Engine, { study, run, shard }: AssessShardRequest): Promise<Prepared> {
  const record = await readRun(study, run);
  const { settings } = record;
  const pictures = await assessedPictures(study, record);
  const at = await atAssessment(study, record, (round) => pictures.indicesOf(round).length);
  if ('notDue' in at) throw new SteadygazeError('refused', at.notDue, at.hint);
  const assessment = assessmentOf(record, at.snapshot);
  const assessed = pictures.indicesOf(assessment.round);
  const slice = shardSlice(shard, assessed.length, settings.assessBatch);
  const made = { engine: engine.id, versions: versionsOf(engine) };
  const indices = assessed.subarray(slice.first, slice.first + slice.count);
  return {
    settings,
    about: { assessment, ...shard, ...slice, total: assessed.length, ...made },
    weights: at.snapshot.weights,
    own: { ...pictures.dataset, samples: Array.from(indices, (i) => pictures.training[i]) },
  };
}

/** These pictures as if they were all. */
function trainingDataOf(own: Dataset, pixels: LoosePixels): TrainingData {
  const { samples } = own;
  return {
    count: samples.length,
    size: pixels.size,
    classCount: own.classes.length,
    labels: Int32Array.from(samples, ({ label }) => label),
    labelSets: labelSetsOf(own, samples),
    ids: samples.map(({ id }) => id),
    read: (indices, out) =>
      pixels.read(
        Array.from(indices, (i) => samples[i]),
        out,
      ),
  };
}

interface Work {
  readonly settings: RunSettings;
  readonly assessment: Assessment;
  readonly weights: ReadonlyMap<string, NamedArray>;
  readonly data: TrainingData;
}

/** @returns the table of these pictures alone @throws SteadygazeError `cancelled` once `stop` is aborted */
async function assessAll(
  engine: Engine,
  { settings, assessment, weights, data }: Work,
  stop: AbortSignal,
  run: string,
  tell: (event: JobEvent) => void,
): Promise<AssessmentTable> {
  const { round, eps } = assessment;
  const { count } = data;
  const architecture = buildArchitecture(settings.network, data.classCount);
  const layout = describeParameters(architecture);
  const batch = costOfRun(engine, architecture, settings, count).assessBatch;
  const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, weights));
  const table = new AssessmentTable(count, data.labelSets);
  table.beginRound(round);
  const meter = new ProgressMeter(run, tell);
  const all = Int32Array.from({ length: count }, (_, i) => i);
  try {
    await assessSamples({ network, data, settings, eps, round, batch }, all, table, async (done) => {
      const work = { done, total: count, work: done, workTotal: count };
      meter.update({ phase: 'assess', round, epoch: 0, loss: null, ...work });
      // Lets a wish to stop come in.
      await setImmediate();
      if (stop.aborted) throw new SteadygazeError('cancelled', 'Stopped on request.');
    });
  } finally {
    network.dispose();
  }
  return table;
}
