/**
 * The process that measures: one task, one engine, so that peak memory is that engine's. Takes a {@link Task} as its
 * only argument and prints an {@link Answer} as the last line of its output. With "serve" as the second argument it
 * first prepares the task's batch and then does the works named on its input, one a line, each answered by a
 * {@link Repetition}.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';
import type { Engine } from '../src-main/compute/engine.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { median } from '../src-main/numeric/statistics.ts';
import { assessMany, trainMany } from './endurance.ts';
import { matrixGigaflops } from './matrix-product.ts';
import type { Answer, Measurement, Outcome, Repetition, Task, WorkResult } from './task.ts';
import { prepareWorkload, type Work, WORKS, type Workload } from './workload.ts';

async function timed(run: () => Promise<unknown>): Promise<Repetition> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await run();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall, cpu: (user + system) / 1e6 };
}

/** @param peak 1e9 operations a second that the engine can do at best */
async function measureWork(
  workload: Workload,
  work: Work,
  { batch, seconds, peak }: { batch: number; seconds: number; peak: number },
): Promise<{ result: WorkResult; leaked: number }> {
  let passesPerImage = { forward: 0, inputGradient: 0, weightGradient: 0, total: 0 };
  await workload.prepare(work);
  const first = await timed(async () => {
    passesPerImage = await workload.count(work);
  });
  const tensors = tf.memory().numTensors;
  // What takes long is not done again; its first time costs little more than the others.
  const repetitions = first.wall > seconds ? [first] : [];
  let elapsed = first.wall > seconds ? first.wall : 0;
  while (elapsed < seconds) {
    const repetition = await timed(() => workload.run(work));
    repetitions.push(repetition);
    elapsed += repetition.wall;
  }
  const wall = median(repetitions.map((repetition) => repetition.wall)) / batch;
  const gigaflops = (2 * workload.multiplications * passesPerImage.total) / wall / 1e9;
  const result = {
    imagesPerSecond: 1 / wall,
    cpuMillisecondsPerImage: (median(repetitions.map(({ cpu }) => cpu)) * 1000) / batch,
    passesPerImage,
    gigaflops,
    shareOfPeak: gigaflops / peak,
    repetitions: repetitions.length,
  };
  return { result, leaked: tf.memory().numTensors - tensors };
}

type Found = Pick<Outcome, 'leakedTensors' | 'matrixGigaflops' | 'works' | 'assessmentSeconds' | 'steps'>;
const NOTHING: Found = { leakedTensors: 0, matrixGigaflops: null, works: null, assessmentSeconds: null, steps: null };

async function measureWorks(
  engine: Engine,
  { network, batch }: Task,
  { works, seconds }: Extract<Measurement, { kind: 'works' }>,
): Promise<Found> {
  const peak = await matrixGigaflops();
  const workload = await prepareWorkload(engine, network, batch);
  const results: Partial<Record<Work, WorkResult>> = {};
  let leakedTensors = 0;
  for (const work of works) {
    const { result, leaked } = await measureWork(workload, work, { batch, seconds, peak });
    leakedTensors += leaked;
    results[work] = result;
  }
  return { ...NOTHING, leakedTensors, matrixGigaflops: peak, works: results };
}

async function measurePictures(engine: Engine, { network, batch }: Task, pictures: number): Promise<Found> {
  // The first batch pays for what is compiled once.
  await assessMany(engine, network, batch, Math.min(batch, pictures));
  const tensors = tf.memory().numTensors;
  const assessmentSeconds = await assessMany(engine, network, batch, pictures);
  return { ...NOTHING, leakedTensors: tf.memory().numTensors - tensors, assessmentSeconds };
}

async function measureSteps(engine: Engine, { network, batch }: Task, count: number): Promise<Found> {
  const steps = await trainMany(engine, network, batch, count);
  const leakedTensors = (steps.at(-1)?.tensors ?? 0) - (steps[0]?.tensors ?? 0);
  return { ...NOTHING, leakedTensors, steps };
}

async function perform(engine: Engine, task: Task): Promise<Outcome> {
  const { description, versions } = engine;
  const { measurement } = task;
  const idleMemory = process.memoryUsage.rss();
  const found = await (measurement.kind === 'works'
    ? measureWorks(engine, task, measurement)
    : measurement.kind === 'pictures'
      ? measurePictures(engine, task, measurement.pictures)
      : measureSteps(engine, task, measurement.steps));
  return { description, versions, idleMemory, peakMemory: process.resourceUsage().maxRSS * 1024, ...found };
}

async function serve(engine: Engine, { network, batch, measurement }: Task): Promise<void> {
  const workload = await prepareWorkload(engine, network, batch);
  if (measurement.kind === 'works') for (const work of measurement.works) await workload.run(work);
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const work = WORKS.find((candidate) => candidate === line);
    if (work !== undefined) console.log(JSON.stringify(await timed(() => workload.run(work))));
  }
}

const task = JSON.parse(process.argv[2]) as Task;
let answer: Answer;
try {
  const engine = await startEngine(task.engine);
  if (process.argv[3] === 'serve') {
    await serve(engine, task);
    process.exit(0);
  }
  answer = { outcome: await perform(engine, task) };
} catch (error) {
  if (!(error instanceof SteadygazeError)) throw error;
  answer = { error: error.toValue() };
}
console.log(JSON.stringify(answer));
process.exit(0);
