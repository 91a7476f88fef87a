/**
 * Do the engines agree? Each assesses the same pictures of the sample with the same weights, in a process of its own:
 *
 *     node bench/agreement.ts [--engines native,wasm,webgpu] [--pictures 240] [--batch 32]
 *
 * Prints how far each is from the first one (`native` where it works): the largest |dE| of a picture, |d mean E|, and
 * how many of the hardest 5 % are the same. Ends with an error where the first is above 0.02, the second above 0.002, or
 * less than 95 % are the same, up to one picture. `native-filtered` among the engines is `native` with every convolution
 * that can be by minimal filtering, which it takes for wide ones alone: the network of the sample has none.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startEngine } from '../src-main/compute/choose.ts';
import type { Engine } from '../src-main/compute/engine.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import { installedEngines } from '../src-main/compute/installed.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { assessSamples } from '../src-main/method/assess-samples.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { describeParameters, importWeights } from '../src-main/networks/parameters.ts';
import { readFloatTensors } from '../src-main/networks/safetensors.ts';
import { mean } from '../src-main/numeric/statistics.ts';
import { readRun } from '../src-main/workspace/run.ts';
import { runFolder, weightsFile } from '../src-main/workspace/study-layout.ts';
import { someOfTheSample } from './short-training.ts';

const STUDY = fileURLToPath(new URL('../resources/sample-study', import.meta.url));
const RUN = '002-consistency-s1';
const LIMITS = { sample: 0.02, mean: 0.002, overlap: 0.95 };
const HARDEST = 0.05;
const WAYS = [...ENGINE_IDS, 'native-filtered'] as const;
type Way = (typeof WAYS)[number];

const { values: options } = parseArgs({
  options: {
    engines: { type: 'string' },
    pictures: { type: 'string', default: '240' },
    batch: { type: 'string', default: '32' },
    /** For the processes that this one starts: assess in this way. */
    on: { type: 'string' },
  },
});

/** What one engine finds. */
type Found =
  | { readonly description: string; readonly e: readonly number[]; readonly seconds: number }
  | { readonly refused: string };

async function assess(way: Way): Promise<Found> {
  const record = await readRun(STUDY, RUN);
  const { settings } = record;
  const eps = record.eps ?? 0;
  const { tensors } = readFloatTensors(await readFile(weightsFile(runFolder(STUDY, RUN), settings.training.rounds)));
  const data = await someOfTheSample('train', Number(options.pictures), settings.network.size);
  let engine;
  try {
    engine = way === 'native-filtered' ? filtered(await startEngine('native')) : await startEngine(way);
  } catch (error) {
    if (error instanceof SteadygazeError) return { refused: error.message };
    throw error;
  }
  const architecture = buildArchitecture(settings.network, data.classCount);
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, tensors));
  const table = new AssessmentTable(data.count);
  const start = performance.now();
  const all = Int32Array.from({ length: data.count }, (_, i) => i);
  const [round, batch] = [settings.training.rounds, Number(options.batch)];
  await assessSamples({ network, data, settings, eps, round, batch }, all, table, () => Promise.resolve());
  network.dispose();
  const rows = table.rows(data, new Float32Array(data.count).fill(1));
  return { description: engine.description, e: rows.map(({ e }) => e), seconds: (performance.now() - start) / 1000 };
}

function filtered(engine: Engine): Engine {
  const { winograd } = engine.ops;
  if (winograd === undefined) throw new SteadygazeError('engine-unavailable', 'It has no minimal filtering here.');
  return { ...engine, ops: { ...engine.ops, winograd: { ...winograd, pays: ([, width]) => width % 2 === 0 } } };
}

/** Places of the pictures with the largest E. */
function hardest(e: readonly number[]): Set<number> {
  const order = e.map((_, i) => i).sort((a, b) => e[b] - e[a] || a - b);
  return new Set(order.slice(0, Math.max(1, Math.round(HARDEST * e.length))));
}

/** @returns whether it is within the limits */
function compare(name: string, e: readonly number[], reference: readonly number[]): boolean {
  const sample = e.reduce((largest, value, i) => Math.max(largest, Math.abs(value - reference[i])), 0);
  const average = Math.abs(mean(e) - mean(reference));
  const [own, theirs] = [hardest(e), hardest(reference)];
  const same = [...own].filter((i) => theirs.has(i)).length;
  const few = Math.max(Math.floor(LIMITS.overlap * own.size), 0);
  console.log(
    `${name}: largest |dE| ${sample.toExponential(1)}, |d mean E| ${average.toExponential(1)}, ` +
      `hardest 5 %: ${same} of ${own.size} the same`,
  );
  return sample <= LIMITS.sample && average <= LIMITS.mean && same >= few;
}

async function compareAll(): Promise<void> {
  const chosen: readonly string[] = options.engines?.split(',') ?? installedEngines();
  const ways = WAYS.filter((way) => chosen.includes(way)).sort(
    (a, b) => Number(b === 'native') - Number(a === 'native'),
  );
  const script = fileURLToPath(import.meta.url);
  let reference: readonly number[] | null = null;
  for (const id of ways) {
    const args = [script, '--on', id, '--pictures', options.pictures, '--batch', options.batch];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 });
    const found = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found;
    if ('refused' in found) {
      console.log(`${id}: ${found.refused}`);
      continue;
    }
    const { description, e, seconds } = found;
    console.log(`${id}: ${description}; ${e.length} pictures in ${seconds.toFixed(1)} s, mean E ${mean(e).toFixed(4)}`);
    if (reference === null) reference = e;
    else if (!compare(id, e, reference)) process.exitCode = 1;
  }
  if (process.exitCode === 1) console.log('The engines do not agree.');
}

const on = WAYS.find((way) => way === options.on);
if (on === undefined) {
  await compareAll();
} else {
  console.log(JSON.stringify(await assess(on)));
  // A graphics card keeps its process.
  process.exit();
}
