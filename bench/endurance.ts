/** Many pictures and many steps with a narrow network: does anything grow that should not? */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import type { Engine } from '../src-main/compute/engine.ts';
import { RunSettings, type NetworkSettings } from '../src-main/contract/settings.ts';
import { assessSamples } from '../src-main/method/assess-samples.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { CLASSES, syntheticPictures } from './pictures.ts';
import type { StepPoint } from './task.ts';
import { EPS, prepareWorkload } from './workload.ts';

/** How often the size of the process is looked at. */
const LOOKS = 10;

/** Seconds that a run's assessment takes for so many pictures, reading them included. */
export async function assessMany(
  engine: Engine,
  settings: NetworkSettings,
  batch: number,
  pictures: number,
): Promise<number> {
  const run = v.parse(RunSettings, {});
  const architecture = buildArchitecture(settings, CLASSES);
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, initialWeights(layout, 0));
  const data = syntheticPictures(pictures, settings.size);
  const table = new AssessmentTable(pictures);
  const samples = Int32Array.from({ length: pictures }, (_, i) => i);
  const begin = performance.now();
  const assessing = { network, data, settings: run, eps: EPS, round: 0, batch };
  await assessSamples(assessing, samples, table, () => Promise.resolve());
  table.summary(0, data.labels, data.classCount, EPS);
  const seconds = (performance.now() - begin) / 1000;
  network.dispose();
  return seconds;
}

/** Training steps on one batch; the first look is after a tenth of them. */
export async function trainMany(
  engine: Engine,
  settings: NetworkSettings,
  batch: number,
  steps: number,
): Promise<StepPoint[]> {
  const workload = await prepareWorkload(engine, settings, batch);
  const points: StepPoint[] = [];
  const interval = Math.max(1, Math.floor(steps / LOOKS));
  for (let step = 1; step <= steps; step++) {
    await workload.run('training');
    if (step % interval !== 0) continue;
    points.push({ steps: step, residentBytes: process.memoryUsage.rss(), tensors: tf.memory().numTensors });
  }
  return points;
}
