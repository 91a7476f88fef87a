/**
 * The process that measures: one task, one engine, so that peak memory is that engine's. Takes a {@link Task} as its
 * only argument and prints an {@link Outcome} as the last line of its output. With "serve" as the second argument it
 * first prepares the task's batch and then does the works named on its input, one a line, each answered by a
 * {@link Repetition}.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { startEngine } from '../src-main/compute/choose.ts';
import type { Engine, EngineId } from '../src-main/compute/engine.ts';
import { type ErrorValue, SteadygazeError } from '../src-main/contract/errors.ts';
import { RunSettings, type NetworkSettings } from '../src-main/contract/settings.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import { attackBatch } from '../src-main/method/assessment.ts';
import { readBatch } from '../src-main/method/calibration.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { CLASSES, syntheticPictures } from './pictures.ts';
import { EPS, type Passes, prepareWorkload, type Work, WORKS, type Workload } from './workload.ts';

export interface Task {
  readonly engine: EngineId;
  readonly network: NetworkSettings;
  readonly batch: number;
  /** Repeat each work for at least this long. */
  readonly seconds: number;
  /** Assess so many pictures once; 0 measures the five works instead. */
  readonly pictures: number;
}

/** Seconds of one repetition on one batch. */
export interface Repetition {
  readonly wall: number;
  /** User and system time of all threads. */
  readonly cpu: number;
}

export interface WorkResult {
  readonly imagesPerSecond: number;
  /** Processor time of all threads, which a busy machine disturbs less than wall time. */
  readonly cpuMillisecondsPerImage: number;
  readonly passesPerImage: Passes;
  readonly repetitions: number;
}

export interface Outcome {
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Bytes: largest resident set of the process. */
  readonly peakMemory: number;
  /** Tensors left over after the last repetition that were not there after the first. */
  readonly leakedTensors: number;
  readonly works: Readonly<Record<Work, WorkResult>> | null;
  readonly assessmentSeconds: number | null;
}

export type Answer = { readonly outcome: Outcome } | { readonly error: ErrorValue };

async function timed(run: () => Promise<void>): Promise<Repetition> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await run();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall, cpu: (user + system) / 1e6 };
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function measure(
  workload: Workload,
  work: Work,
  { batch, seconds }: Task,
): Promise<{ result: WorkResult; leaked: number }> {
  const passesPerImage = await workload.count(work);
  const tensors = tf.memory().numTensors;
  const repetitions: Repetition[] = [];
  let elapsed = 0;
  while (elapsed < seconds) {
    const repetition = await timed(() => workload.run(work));
    repetitions.push(repetition);
    elapsed += repetition.wall;
  }
  const result = {
    imagesPerSecond: batch / middle(repetitions.map(({ wall }) => wall)),
    cpuMillisecondsPerImage: (middle(repetitions.map(({ cpu }) => cpu)) * 1000) / batch,
    passesPerImage,
    repetitions: repetitions.length,
  };
  return { result, leaked: tf.memory().numTensors - tensors };
}

/** Seconds that a run's assessment takes for so many pictures, reading them included. */
async function assess(engine: Engine, { network: settings, pictures, batch }: Task): Promise<number> {
  const { method } = v.parse(RunSettings, {});
  const architecture = buildArchitecture(settings, CLASSES);
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, initialWeights(layout, 0));
  const data = syntheticPictures(pictures, settings.size);
  const table = new AssessmentTable(pictures);
  const begin = performance.now();
  for (let start = 0; start < pictures; start += batch) {
    const indices = Array.from({ length: Math.min(batch, pictures - start) }, (_, i) => start + i);
    const { x, labels, ids } = await readBatch(data, indices);
    const result = await attackBatch(network, x, labels, ids, method, EPS, 0, 0);
    tf.dispose([x, result.attacked]);
    table.enter(start, labels, result, method);
  }
  table.summary(0, data.labels, data.classCount, EPS);
  return (performance.now() - begin) / 1000;
}

async function perform(engine: Engine, task: Task): Promise<Outcome> {
  const { description, versions } = engine;
  let leakedTensors = 0;
  let works: Record<Work, WorkResult> | null = null;
  let assessmentSeconds: number | null = null;
  if (task.pictures > 0) {
    const tensors = tf.memory().numTensors;
    // The first batch pays for what is compiled once.
    await assess(engine, { ...task, pictures: Math.min(task.batch, task.pictures) });
    const afterFirst = tf.memory().numTensors - tensors;
    assessmentSeconds = await assess(engine, task);
    leakedTensors = tf.memory().numTensors - tensors - 2 * afterFirst;
  } else {
    const workload = await prepareWorkload(engine, task.network, task.batch);
    const results: Partial<Record<Work, WorkResult>> = {};
    for (const work of WORKS) {
      const { result, leaked } = await measure(workload, work, task);
      leakedTensors += leaked;
      results[work] = result;
    }
    works = results as Record<Work, WorkResult>;
  }
  const peakMemory = process.resourceUsage().maxRSS * 1024;
  return { description, versions, peakMemory, leakedTensors, works, assessmentSeconds };
}

async function serve(engine: Engine, task: Task): Promise<void> {
  const workload = await prepareWorkload(engine, task.network, task.batch);
  for (const work of WORKS) await workload.run(work);
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const work = WORKS.find((candidate) => candidate === line);
    if (work === undefined) continue;
    console.log(JSON.stringify(await timed(() => workload.run(work))));
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
