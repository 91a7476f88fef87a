/**
 * Heatmaps of every network, to be looked at:
 *
 *     node bench/heatmaps.ts --out FOLDER [--networks resnet10,icnn,...] [--size 96] [--width 8]
 *         [--epochs 6] [--pictures 600]
 *
 * Each network, narrow, learns for a few epochs on pictures of the sample, and so do a ResNet-10 with part filters, with
 * class gates and with prototypes. `heatmaps.png` has a row for each: test pictures with the heatmap of their class over
 * them. Printed are, for each, the accuracy, the side of its maps, how many are empty, and the share of the maps that
 * lies on the object.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { startEngine } from '../src-main/compute/choose.ts';
import { ARCHITECTURES, INTERPRETABLE, type RunSettings } from '../src-main/contract/settings.ts';
import type { TrainingData } from '../src-main/method/data.ts';
import { heatmaps, isEmptyMap, mapOf } from '../src-main/method/heatmap.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { argMax } from '../src-main/numeric/statistics.ts';
import { resizeBilinear } from '../src-main/numeric/resize.ts';
import { heatmapOverlay } from '../src-main/reports/heatmap-image.ts';
import { resolveSuited } from '../src-main/service/suited-training.ts';
import { someOfTheSample, trainShortly } from './short-training.ts';

const SAMPLE = fileURLToPath(new URL('../resources/sample/', import.meta.url));
/** Pictures in a row of the sheet, and pictures that figures are of. */
const SHOWN = 12;
const TESTED = 120;

const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    networks: { type: 'string', default: [...ARCHITECTURES, ...INTERPRETABLE.slice(1)].join(',') },
    size: { type: 'string', default: '96' },
    width: { type: 'string', default: '8' },
    epochs: { type: 'string', default: '6' },
    pictures: { type: 'string', default: '600' },
    engine: { type: 'string', default: 'native' },
  },
});
if (options.out === undefined) throw new Error('--out FOLDER is needed');
const [size, epochs] = [Number(options.size), Number(options.epochs)];

function settingsOf(name: string): RunSettings {
  const isKind = INTERPRETABLE.some((kind) => kind === name);
  const base = {
    network: { architecture: 'resnet10', width: Number(options.width), stem: 'half', lastStride: 1, size },
    training: { batchSize: 32, learningRate: 0.05 },
  } as const;
  const choice = isKind ? `network.interpretable=${name}` : `network.architecture=${name}`;
  return resolveSuited(base, ['arm=plain', choice]);
}

interface Looked {
  readonly overlays: Buffer[];
  readonly text: string;
}

async function look(network: FrozenNetwork, data: TrainingData, masks: readonly Float32Array[]): Promise<Looked> {
  const area = size * size;
  const overlays: Buffer[] = [];
  let [correct, empty, energy, side] = [0, 0, 0, ''];
  for (let index = 0; index < data.count; index++) {
    const bytes = new Uint8Array(area * 3);
    await data.read([index], bytes);
    const x = tf.tensor4d(
      Float32Array.from(bytes, (byte) => byte / 255),
      [1, size, size, 3],
    );
    const { map, logits } = network.forward(x);
    const found = await heatmaps(network, map, Int32Array.of(data.labels[index]), 'auto');
    if (argMax(logits.dataSync()) === data.labels[index]) correct += 1;
    tf.dispose([x, map, logits]);
    const values = mapOf(found, 0);
    side = `${found.width}x${found.height}`;
    if (isEmptyMap(values)) empty += 1;
    else {
      const large = resizeBilinear(values, found.height, found.width, size, size);
      const sum = large.reduce((total, value) => total + value, 0);
      energy += large.reduce((total, value, i) => total + value * masks[index][i], 0) / sum;
    }
    if (index < SHOWN) {
      const picture = heatmapOverlay({ data: bytes, width: size, height: size }, values, found.height, found.width);
      overlays.push(await png(picture.data));
    }
  }
  const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;
  const text = `accuracy ${percent(correct, data.count)}, maps ${side}, empty ${empty}, on the object ${percent(energy, data.count - empty)}`;
  return { overlays, text };
}

const png = (data: Uint8Array): Promise<Buffer> =>
  sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();

/** 1 on the object, else 0. */
async function masksOf(ids: readonly string[]): Promise<Float32Array[]> {
  return Promise.all(
    ids.map(async (id) => {
      const file = join(SAMPLE, 'masks', id.replace(/\.[^.]+$/, '.png'));
      const { data } = await sharp(await readFile(file))
        .resize(size, size, { kernel: 'nearest', fit: 'fill' })
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return Float32Array.from(data, (value) => (value > 127 ? 1 : 0));
    }),
  );
}

const engine = await startEngine(options.engine as 'native' | 'wasm');
const training = await someOfTheSample('train', Number(options.pictures), size);
const tested = await someOfTheSample('test', TESTED, size);
const masks = await masksOf(tested.ids);
const share =
  masks.reduce((sum, mask) => sum + mask.reduce((total, value) => total + value, 0), 0) / TESTED / size ** 2;
console.log(`Objects are ${(share * 100).toFixed(0)} % of the pictures.`);
const rows: Buffer[][] = [];
for (const name of options.networks.split(',')) {
  const begin = performance.now();
  const network = await trainShortly(engine, settingsOf(name), training, epochs);
  const { overlays, text } = await look(network, tested, masks);
  network.dispose();
  rows.push(overlays);
  console.log(`${name}: ${text} (${((performance.now() - begin) / 1000).toFixed(0)} s)`);
}
const gap = 4;
const folder = resolve(options.out);
await mkdir(folder, { recursive: true });
await sharp({
  create: { width: SHOWN * (size + gap), height: rows.length * (size + gap), channels: 3, background: '#202020' },
})
  .composite(
    rows.flatMap((row, y) => row.map((input, x) => ({ input, left: x * (size + gap), top: y * (size + gap) }))),
  )
  .png()
  .toFile(join(folder, 'heatmaps.png'));
console.log(`Their heatmaps, in this order from above: ${join(folder, 'heatmaps.png')}`);
