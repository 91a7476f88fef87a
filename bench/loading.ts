/**
 * How long the engine waits for pictures while it trains, with the settings of the demo on the sample:
 *
 *     node bench/loading.ts [--engine native] [--size 48] [--blocks 6] [--mixing]
 *
 * Blocks of steps take turns: every batch prepared when it is wanted, and prepared in threads beside the engine. First
 * a whole epoch is prepared both ways and compared byte by byte.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { startEngine } from '../src-main/compute/choose.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { openDataset } from '../src-main/datasets/open-data.ts';
import { StudyPixels } from '../src-main/jobs/study-pixels.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import { loadBatches, prepareBatch } from '../src-main/method/loading.ts';
import { batchOffsets } from '../src-main/method/schedule.ts';
import { trainEpoch, trainingPlan } from '../src-main/method/training.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { Network } from '../src-main/networks/network.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { SgdOptimizer } from '../src-main/networks/sgd.ts';
import { DEMO_SETTINGS } from '../src-main/service/demo-settings.ts';

const SAMPLE = fileURLToPath(new URL('../resources/sample', import.meta.url));
/** Steps of a block; of each, the first waits for what an epoch's first batch waits for and is counted apart. */
const STEPS = 12;

const { values: given } = parseArgs({
  options: {
    engine: { type: 'string', default: 'native' },
    size: { type: 'string' },
    blocks: { type: 'string', default: '6' },
    mixing: { type: 'boolean', default: false },
  },
});
const id = ENGINE_IDS.find((each) => each === given.engine);
if (id === undefined) throw new Error(`there is no engine ${given.engine}`);

const demo = v.parse(RunSettings, DEMO_SETTINGS);
const size = given.size === undefined ? demo.network.size : Number(given.size);
const settings: RunSettings = { ...demo, network: { ...demo.network, size } };
const folder = await mkdtemp(join(tmpdir(), 'steadygaze-loading-'));
const pixels = await StudyPixels.open(await openDataset(SAMPLE, { seed: 0 }), size, folder);
try {
  const decoding = performance.now();
  const nothing = (): void => undefined;
  await pixels.fill({ control: () => Promise.resolve(), onProgress: nothing, onWarning: nothing });
  console.log(`decoding            ${((performance.now() - decoding) / 1000).toFixed(1)} s, before the first step`);
  const withThreads = pixels.training();
  const { loader, ...inline } = withThreads;
  console.log(`ordered ahead       ${loader?.ahead ?? 0} batches of ${settings.training.batchSize}`);
  await compareBytes(withThreads);
  await compareTimes(inline, withThreads);
} finally {
  await pixels.close();
  await rm(folder, { recursive: true, force: true });
}

/** Every batch of an epoch, both ways. */
async function compareBytes(data: TrainingData): Promise<void> {
  const offsets = batchOffsets(data.count, settings.training.batchSize);
  const all = Int32Array.from({ length: data.count }, (_, i) => i);
  const batches = offsets.slice(1).map((end, i) => all.subarray(offsets[i], end));
  const planOf = (batch: number) =>
    trainingPlan({ data, settings, epoch: 1, mixing: mixingOf(data) }, batches[batch], batch);
  let [bytes, different] = [0, 0];
  for await (const { number, indices, values } of loadBatches(data, batches, planOf)) {
    const here = await prepareBatch(data, indices, planOf(number));
    const [a, b] = [values, here].map((each) => Buffer.from(each.buffer, each.byteOffset, each.byteLength));
    bytes += b.length;
    if (!a.equals(b)) different += 1;
  }
  console.log(`same bytes          ${different === 0 ? 'yes' : `no: ${different} batches differ`}, ${bytes} compared`);
  if (different > 0) process.exitCode = 1;
}

/** Seconds of a step, and of those the engine's waiting. */
interface Block {
  readonly first: number;
  readonly step: number;
  readonly waiting: number;
  /** Processor time of the whole process. */
  readonly processor: number;
}

async function compareTimes(inline: TrainingData, withThreads: TrainingData): Promise<void> {
  const engine = await startEngine(id ?? 'native');
  const architecture = buildArchitecture(settings.network, inline.classCount);
  const network = new Network(engine, architecture, initialWeights(describeParameters(architecture), 0));
  const optimizer = new SgdOptimizer(network, settings.training.momentum, settings.training.weightDecay);
  const ones = new Float32Array(inline.count).fill(1);
  const stop = new Error('enough');

  const block = async (data: TrainingData, epoch: number): Promise<Block> => {
    const waiting = { seconds: 0 };
    const inputs = {
      network,
      optimizer,
      data,
      settings,
      epoch,
      totalEpochs: 100,
      v: ones,
      mixing: mixingOf(data),
      waiting,
    };
    const cpu = process.cpuUsage();
    let [first, firstWait, steps] = [0, 0, 0];
    await trainEpoch(inputs, { offset: 0, step: 0, lossSum: 0, correct: 0 }, async () => {
      steps += 1;
      if (steps === 1) [first, firstWait] = [performance.now(), waiting.seconds];
      // As a run does between batches.
      await setImmediate();
      if (steps === STEPS) throw stop;
    }).catch((error: unknown) => {
      if (error !== stop) throw error;
    });
    const { user, system } = process.cpuUsage(cpu);
    return {
      first: firstWait,
      step: (performance.now() - first) / 1000 / (steps - 1),
      waiting: (waiting.seconds - firstWait) / (steps - 1),
      processor: (user + system) / 1e6 / steps,
    };
  };

  await block(inline, 0);
  const found: Record<'inline' | 'threads', Block[]> = { inline: [], threads: [] };
  for (let i = 0; i < Number(given.blocks); i++) {
    found.inline.push(await block(inline, i + 1));
    found.threads.push(await block(withThreads, i + 1));
  }
  console.log('                    a step   waiting   share   processor time   first batch');
  for (const [name, blocks] of Object.entries(found)) {
    const mid = (of: keyof Block): number => median(blocks.map((each) => each[of]));
    const cells = [
      `${(1000 * mid('step')).toFixed(1)} ms`.padStart(8),
      `${(1000 * mid('waiting')).toFixed(3)} ms`.padStart(9),
      `${((100 * mid('waiting')) / mid('step')).toFixed(2)} %`.padStart(7),
      `${(1000 * mid('processor')).toFixed(1)} ms`.padStart(16),
      `${(1000 * mid('first')).toFixed(1)} ms`.padStart(13),
    ];
    console.log(`${name === 'inline' ? 'when it is wanted' : 'in threads'}`.padEnd(18), cells.join(' '));
  }
  optimizer.dispose();
  network.dispose();
}

/** Heatmaps that put a bright place into each picture, where backgrounds are to be mixed. */
function mixingOf({ count }: Pick<TrainingData, 'count'>): Parameters<typeof trainingPlan>[0]['mixing'] {
  if (!given.mixing) return null;
  const values = Float32Array.from({ length: count * 36 }, (_, i) => ((i * 7) % 36) / 35);
  return { maps: { values, count, height: 6, width: 6 }, pairs: null };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
