import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParameters, exportWeights, initialWeights } from '../networks/parameters.ts';
import { resnet } from '../networks/resnet.ts';
import { writeSafetensors } from '../networks/safetensors.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { cli } from './run-cli.fixture.ts';

const FIXTURES = fileURLToPath(new URL('../networks/weights/fixtures/', import.meta.url));
const PICTURES = join(FIXTURES, 'keras/images.npy');
const layout = describeParameters(resnet('resnet18', 4, 'imagenet', 2, 5));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Weights of a narrow ResNet-18 with five classes. */
function goodFile(change: (arrays: Map<string, FloatArray>) => void = () => undefined): Uint8Array {
  const arrays = new Map(exportWeights(layout, initialWeights(layout, 1)));
  change(arrays);
  return writeSafetensors(arrays);
}

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'weights.safetensors');
  await writeFile(path, bytes);
  return path;
}

/** A file that begins by claiming a header of so many bytes. */
function claiming(bytes: bigint): Uint8Array {
  const file = goodFile();
  new DataView(file.buffer, file.byteOffset).setBigUint64(0, bytes, true);
  return file;
}

const set =
  (name: string, shape: number[], value = 0) =>
  (arrays: Map<string, FloatArray>) =>
    void arrays.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) });

/** One sentence and at most one hint, no stack, nothing on standard output. */
function sentenceOf({ code, stdout, stderr }: Awaited<ReturnType<typeof cli>>): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(/\n {4}at |Error:/);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(2);
  for (const line of lines) expect(line.length).toBeLessThan(300);
  return lines[0];
}
const logits = (file: string) => cli('logits', '--arch', 'resnet18', '--weights', file, '--images', PICTURES);

describe('files of weights that are not to be trusted, on the command line:', () => {
  it('the untouched file works', async () => {
    const file = await written(goodFile());
    expect(await logits(file)).toMatchObject({ code: 0, stderr: '' });
    expect((await cli('weights', file)).stdout).toContain('All weights of resnet18 are in the file.');
  });

  it.each([
    ['evil-system-2.pth', 'This file asks to run posix.system; it was not opened.'],
    ['lies-elements.pth', 'claims an array of 1152921504606846976 numbers'],
  ])('a malicious .pth (%s) is refused and nothing is run', async (file, sentence) => {
    for (const ended of [await cli('weights', join(FIXTURES, file)), await logits(join(FIXTURES, file))]) {
      expect(sentenceOf(ended)).toContain(sentence);
    }
    expect(existsSync('/tmp/steadygaze-was-here')).toBe(false);
  });

  it.each([
    [
      'is cut',
      () => goodFile().subarray(0, -1000),
      'it ends too early: the array "layer4.1.conv2.weight" is not complete',
    ],
    ['claims a header of 2^60 bytes', () => claiming(2n ** 60n), 'its beginning is damaged'],
    ['claims a header as long as a number goes', () => claiming(2n ** 64n - 1n), 'its beginning is damaged'],
  ])('a safetensors file that %s', async (_, bytes, sentence) => {
    const file = await written(bytes());
    for (const ended of [await cli('weights', file), await logits(file)]) {
      expect(sentenceOf(ended)).toContain(sentence);
    }
  });

  it.each([
    ['a wrong shape', set('layer1.0.bn1.weight', [3]), 'layer1.0.bn1.weight ([3] instead of [4])'],
    ['numbers that are none', set('layer2.0.bn2.bias', [8], NaN), 'layer2.0.bn2.bias'],
    ['a variance below zero', set('bn1.running_var', [4], -1), 'bn1.running_var'],
  ])('%s is shown, and refused where it was to be used', async (_, change, name) => {
    const file = await written(goodFile(change));
    expect((await cli('weights', file, '--arch', 'resnet18', '--all')).stdout).toContain(name);
    expect(sentenceOf(await logits(file))).toContain(name);
  });

  it('numbers that are too large together', async () => {
    const file = await written(goodFile(set('fc.weight', [5, 32], 3e38)));
    expect(sentenceOf(await logits(file))).toContain('results that are no numbers');
  });

  it('a part of TensorFlow.js that lies elsewhere is not opened', async () => {
    const file = join(folder, 'model.json');
    const weights = [{ name: 'block1_conv1/kernel', shape: [1], dtype: 'float32' }];
    await writeFile(file, JSON.stringify({ weightsManifest: [{ paths: ['../../etc/passwd'], weights }] }));
    expect(sentenceOf(await cli('weights', file))).toContain('which is not beside it');
  });

  it('bytes of anything: a sentence', async () => {
    const file = await written(await readFile(fileURLToPath(import.meta.url)));
    sentenceOf(await cli('weights', file));
    sentenceOf(await logits(file));
  });
});
