/** What a plan comes to for one engine: measurement after measurement, and roughly how long each takes. */
import * as v from 'valibot';
import type { EngineId } from '../src-main/compute/engine.ts';
import { RunSettings, type NetworkSettings } from '../src-main/contract/settings.ts';
import type { Plan } from './plan.ts';
import type { Task } from './task.ts';
import type { Work } from './workload.ts';

/** Where growth is measured; the batch of an assessment is the default of a run. */
export const NARROW: NetworkSettings = v.parse(RunSettings, {
  network: { architecture: 'resnet10', width: 8, stem: 'half', size: 32 },
}).network;
const GROWTH_BATCH = 64;
const ENDURANCE_BATCH = 8;

/** One measurement, in a process of its own. */
export interface Part {
  readonly section: 'works' | 'memory' | 'growth' | 'endurance';
  /** What is measured, in plain words. */
  readonly title: string;
  readonly task: Task;
}

/** @param network of the works and of memory, whose size each part sets */
export function partsOf(engine: EngineId, network: NetworkSettings, plan: Plan): Part[] {
  const batch = plan.batch[engine];
  return [
    ...plan.sizes.map((size): Part => {
      const measurement = { kind: 'works', works: plan.works, seconds: plan.seconds } as const;
      const task: Task = { engine, network: { ...network, size }, batch, measurement };
      return { section: 'works', title: `the speed of each work at ${size}x${size}`, task };
    }),
    ...plan.memory.map(([pictures, size]): Part => {
      const measurement = { kind: 'works', works: ['training', 'assessment'], seconds: 0 } as const;
      const task: Task = { engine, network: { ...network, size }, batch: pictures, measurement };
      return { section: 'memory', title: `the memory of batches of ${pictures} at ${size}x${size}`, task };
    }),
    ...plan.pictures.map((pictures): Part => {
      const task: Task = { engine, network: NARROW, batch: GROWTH_BATCH, measurement: { kind: 'pictures', pictures } };
      return { section: 'growth', title: `an assessment of ${pictures} pictures`, task };
    }),
    ...(plan.steps === 0 ? [] : [plan.steps]).map((steps): Part => {
      const task: Task = { engine, network: NARROW, batch: ENDURANCE_BATCH, measurement: { kind: 'steps', steps } };
      return { section: 'endurance', title: `${steps} training steps`, task };
    }),
  ];
}

/** Passes of a picture, roughly. */
const PASSES: Readonly<Record<Work, number>> = {
  ...{ forward: 1, heatmap: 1, attack: 20, assessment: 22, calibration: 127, training: 3 },
};
/** Of a process, before its first work. */
const START_SECONDS = 3;
/**
 * Seconds on two cores of 2024: a pass of one picture of 224 pixels through a ResNet-18, and of the narrow network the
 * assessment of a picture and a training step. Those of graphics cards are guesses. They only have to be right
 * to each other: what was measured corrects them (see {@link secondsLeft}).
 */
const SECONDS: Readonly<Record<EngineId, { pass: number; picture: number; step: number }>> = {
  cuda: { pass: 0.001, picture: 0.0005, step: 0.005 },
  webgpu: { pass: 0.005, picture: 0.001, step: 0.02 },
  native: { pass: 0.025, picture: 0.0019, step: 0.012 },
  wasm: { pass: 0.06, picture: 0.0016, step: 0.005 },
};

/** How long a part takes on a usual computer. */
export function expectedSeconds({ task }: Part): number {
  const { engine, network, batch, measurement } = task;
  const { pass, picture, step } = SECONDS[engine];
  if (measurement.kind === 'pictures') return START_SECONDS + (batch + measurement.pictures) * picture;
  if (measurement.kind === 'steps') return START_SECONDS + measurement.steps * step;
  const passSeconds = pass * (network.size / 224) ** 2 * batch;
  const { seconds } = measurement;
  // Each is done once to count its passes, and again until the time is over unless it was over with the first.
  const works = measurement.works.map((work) => {
    const once = PASSES[work] * passSeconds;
    return once > seconds ? once : once + seconds;
  });
  return works.reduce((sum, each) => sum + each, START_SECONDS);
}

/**
 * Seconds that the rest takes, if this computer goes on being so much quicker or slower than a usual one with each
 * engine as it was so far; with an engine that has measured nothing yet, as with the others.
 * @param done parts and the seconds they took
 */
export function secondsLeft(done: readonly (readonly [Part, number])[], rest: readonly Part[]): number {
  const ratioOf = (some: readonly (readonly [Part, number])[]): number => {
    const expected = some.reduce((sum, [part]) => sum + expectedSeconds(part), 0);
    return expected === 0 ? 1 : some.reduce((sum, [, seconds]) => sum + seconds, 0) / expected;
  };
  return rest.reduce((sum, part) => {
    const own = done.filter(([{ task }]) => task.engine === part.task.engine);
    return sum + expectedSeconds(part) * ratioOf(own.length > 0 ? own : done);
  }, 0);
}
