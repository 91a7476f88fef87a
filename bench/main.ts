/**
 * `steadygaze bench`: how fast and how large each engine is here, and how the time of an assessment grows with the
 * number of pictures. Every measurement has a process of its own (measure.ts), one after the other.
 */
import { spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

import { ENGINE_IDS, type EngineId } from '../src-main/compute/engine.ts';
import { installedEngines } from '../src-main/compute/installed.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { RunSettings, STEMS, type NetworkSettings, type Stem } from '../src-main/contract/settings.ts';
import type { Answer, Outcome, Task, WorkResult } from './measure.ts';
import { printReport } from './print.ts';
import type { Work } from './workload.ts';

export interface BenchOptions {
  readonly json: boolean;
  /** Ids; all installed engines when absent. */
  readonly engines?: readonly string[] | undefined;
  /** Fewer pictures and repetitions: a look instead of a measurement. */
  readonly quick?: boolean | undefined;
  /** How the ResNet-18 begins. `small` costs 16 times as much as torchvision's own `imagenet`. */
  readonly stem?: string | undefined;
}

export interface SizeResult {
  /** Side of the square pictures. */
  readonly size: number;
  readonly batch: number;
  readonly works: Readonly<Record<Work, WorkResult>>;
  readonly peakMemoryBytes: number;
  readonly leakedTensors: number;
}

export interface GrowthPoint {
  readonly pictures: number;
  readonly seconds: number;
  readonly secondsPerPicture: number;
  readonly peakMemoryBytes: number;
  readonly leakedTensors: number;
}

export interface EngineResult {
  readonly engine: EngineId;
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Largest of all measurements below. */
  readonly peakMemoryBytes: number;
  readonly sizes: readonly SizeResult[];
  readonly growth: {
    readonly network: NetworkSettings;
    readonly points: readonly GrowthPoint[];
    /** Seconds per picture of the last point divided by those of the first: 1 is linear growth. */
    readonly linearity: number;
  };
}

export interface BenchReport {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
  };
  /** The network of `sizes`; its attack is PGD of 10 steps. */
  readonly network: NetworkSettings;
  readonly engines: readonly (
    EngineResult | { readonly engine: EngineId; readonly reason: string; readonly hint: string }
  )[];
}

interface Plan {
  readonly sizes: readonly number[];
  readonly pictures: readonly number[];
  readonly seconds: number;
  readonly batch: Readonly<Record<EngineId, number>>;
}

const FULL: Plan = {
  sizes: [64, 96],
  pictures: [500, 1000, 2000, 4000],
  seconds: 3,
  batch: { cuda: 64, native: 32, wasm: 4 },
};
const QUICK: Plan = {
  sizes: [64],
  pictures: [125, 500],
  seconds: 0.3,
  batch: { cuda: 64, native: 8, wasm: 2 },
};
/** Pictures of a batch where growth is measured: the default of a run. */
const GROWTH_BATCH = 64;

/**
 * Measures and prints to standard output.
 * @throws SteadygazeError `bad-argument` for an unknown engine or stem, `engine-failed` when a measurement breaks off
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const engines = chosenEngines(options.engines);
  const stem = chosenStem(options.stem ?? 'imagenet');
  const plan = options.quick === true ? QUICK : FULL;
  const network = networkSettings({ architecture: 'resnet18', width: 64, stem });
  const results: BenchReport['engines'][number][] = [];
  for (const engine of engines) {
    try {
      results.push(await measureEngine(engine, network, plan));
    } catch (error) {
      if (!(error instanceof SteadygazeError) || error.code !== 'engine-unavailable') throw error;
      results.push({ engine, reason: error.message, hint: error.hint });
    }
  }
  const report: BenchReport = { machine: describeMachine(), network, engines: results };
  if (options.json) console.log(JSON.stringify(report));
  else printReport(report);
}

async function measureEngine(engine: EngineId, network: NetworkSettings, plan: Plan): Promise<EngineResult> {
  const batch = plan.batch[engine];
  const sizes: SizeResult[] = [];
  const outcomes: Outcome[] = [];
  for (const size of plan.sizes) {
    const task: Task = { engine, network: { ...network, size }, batch, seconds: plan.seconds, pictures: 0 };
    const outcome = await perform(task);
    if (outcome.works === null) throw brokenOff(engine, 'no works in its answer');
    const { works, peakMemory: peakMemoryBytes, leakedTensors } = outcome;
    sizes.push({ size, batch, works, peakMemoryBytes, leakedTensors });
    outcomes.push(outcome);
  }
  const narrow = networkSettings({ architecture: 'resnet10', width: 8, stem: 'half', size: 32 });
  const points: GrowthPoint[] = [];
  for (const pictures of plan.pictures) {
    const outcome = await perform({ engine, network: narrow, batch: GROWTH_BATCH, seconds: 0, pictures });
    const { assessmentSeconds: seconds, peakMemory: peakMemoryBytes, leakedTensors } = outcome;
    if (seconds === null) throw brokenOff(engine, 'no seconds in its answer');
    points.push({ pictures, seconds, secondsPerPicture: seconds / pictures, peakMemoryBytes, leakedTensors });
    outcomes.push(outcome);
  }
  const [{ description, versions }] = outcomes;
  return {
    engine,
    description,
    versions,
    peakMemoryBytes: Math.max(...outcomes.map(({ peakMemory }) => peakMemory)),
    sizes,
    growth: {
      network: narrow,
      points,
      linearity: points[points.length - 1].secondsPerPicture / points[0].secondsPerPicture,
    },
  };
}

/** Runs one task in a process of its own. */
async function perform(task: Task): Promise<Outcome> {
  const script = fileURLToPath(new URL('measure.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ending = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(signal ?? String(code));
    });
  });
  if (ending !== '0') throw brokenOff(task.engine, `ended with ${ending}\n${complaints}`);
  const answer = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer;
  if ('outcome' in answer) return answer.outcome;
  throw new SteadygazeError(answer.error.code, answer.error.message, answer.error.hint, answer.error.details);
}

function brokenOff(engine: EngineId, details: string): SteadygazeError {
  return new SteadygazeError(
    'engine-failed',
    `The benchmark of the engine "${engine}" broke off.`,
    'Close other programs that need much memory and try again, or leave this engine out.',
    details,
  );
}

function chosenEngines(names: readonly string[] | undefined): EngineId[] {
  if (names === undefined || names.length === 0) return installedEngines();
  return names.map((name) => {
    const id = ENGINE_IDS.find((candidate) => candidate === name);
    if (id !== undefined) return id;
    throw new SteadygazeError('bad-argument', `There is no engine "${name}".`, `Choose from ${ENGINE_IDS.join(', ')}.`);
  });
}

function chosenStem(name: string): Stem {
  const stem = STEMS.find((candidate) => candidate === name);
  if (stem !== undefined) return stem;
  throw new SteadygazeError('bad-argument', `There is no stem "${name}".`, `Choose from ${STEMS.join(', ')}.`);
}

function networkSettings(network: Partial<NetworkSettings>): NetworkSettings {
  return v.parse(RunSettings, { network }).network;
}

function describeMachine(): BenchReport['machine'] {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
