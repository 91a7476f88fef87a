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
import { type BenchOptions, type Plan, planOf } from './plan.ts';
import { printReport } from './print.ts';
import { type BenchReport, type EngineResult, type GrowthPoint, type SizeResult, sizesOf } from './report.ts';
import type { Answer, Measurement, Outcome, Task } from './task.ts';

/** Where growth is measured; the batch of an assessment is the default of a run. */
const NARROW = { architecture: 'resnet10', width: 8, stem: 'half', size: 32 } as const;
const GROWTH_BATCH = 64;
const ENDURANCE_BATCH = 8;

/**
 * Measures and prints to standard output.
 * @throws SteadygazeError `bad-argument` for an unknown engine or stem, `engine-failed` when a measurement breaks off
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const engines = chosenEngines(options.engines);
  const stem = chosenStem(options.stem ?? 'imagenet');
  const plan = planOf(options);
  // The processes that measure compute with this many threads.
  if (options.threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = String(options.threads);
  const network = networkSettings({ architecture: 'resnet18', width: 64, stem, lastStride: 2 });
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
  const outcomes: Outcome[] = [];
  const measure = async (settings: NetworkSettings, batch: number, measurement: Measurement): Promise<Outcome> => {
    const outcome = await perform({ engine, network: settings, batch, measurement });
    outcomes.push(outcome);
    return outcome;
  };
  const sizes: SizeResult[] = [];
  const batch = plan.batch[engine];
  for (const size of plan.sizes) {
    const measurement: Measurement = { kind: 'works', works: plan.works, seconds: plan.seconds };
    const outcome = await measure({ ...network, size }, batch, measurement);
    const { works, matrixGigaflops } = outcome;
    if (works === null || matrixGigaflops === null) throw brokenOff(engine, 'no works in its answer');
    sizes.push({ size, batch, matrixGigaflops, works, ...sizesOf(outcome) });
  }
  const memory: EngineResult['memory'][number][] = [];
  for (const [pictures, size] of plan.memory) {
    const measurement: Measurement = { kind: 'works', works: ['training', 'assessment'], seconds: 0 };
    const outcome = await measure({ ...network, size }, pictures, measurement);
    memory.push({ size, batch: pictures, idleMemoryBytes: outcome.idleMemory, ...sizesOf(outcome) });
  }
  const narrow = networkSettings(NARROW);
  const points: GrowthPoint[] = [];
  for (const pictures of plan.pictures) {
    const outcome = await measure(narrow, GROWTH_BATCH, { kind: 'pictures', pictures });
    const seconds = outcome.assessmentSeconds;
    if (seconds === null) throw brokenOff(engine, 'no seconds in its answer');
    points.push({ pictures, seconds, secondsPerPicture: seconds / pictures, ...sizesOf(outcome) });
  }
  const { steps } = plan;
  const trained = steps === 0 ? null : (await measure(narrow, ENDURANCE_BATCH, { kind: 'steps', steps })).steps;
  const [{ description, versions }] = outcomes;
  return {
    engine,
    description,
    versions,
    peakMemoryBytes: Math.max(...outcomes.map(({ peakMemory }) => peakMemory)),
    sizes,
    memory,
    growth: points.length === 0 ? null : { network: narrow, points, linearity: linearityOf(points) },
    endurance: trained === null ? null : { network: narrow, batch: ENDURANCE_BATCH, points: trained },
  };
}

function linearityOf(points: readonly GrowthPoint[]): number {
  return points[points.length - 1].secondsPerPicture / points[0].secondsPerPicture;
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
