import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npyBytes } from '../datasets/arrays/npy.fixture.ts';
import { readSafetensors } from '../networks/safetensors.ts';
import { cli } from './run-cli.fixture.ts';

const VECTORS = '../shared/vectors';
const weightsOf = (name: string): string => join(VECTORS, `${name}-w8.weights.safetensors`);

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-logits-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Writes the pictures of the vectors as an array; what an independent program says of them. */
async function expected(name: string): Promise<{ readonly images: string; readonly logits: readonly number[] }> {
  const { tensors } = readSafetensors(await readFile(join(VECTORS, `${name}-w8.expected.safetensors`)));
  const images = tensors.get('images');
  const logits = tensors.get('logits');
  if (images === undefined || logits === undefined) throw new Error('the vectors lack images or logits');
  const path = join(folder, `${name}.npy`);
  await writeFile(path, npyBytes({ descr: '|u1', shape: images.shape, values: images.data as Uint8Array }));
  return { images: path, logits: Array.from(logits.data as Float32Array) };
}

describe.skipIf(!existsSync(VECTORS))('logits', () => {
  it.each(['resnet18', 'vgg11_bn'])('of %s are those of an independent implementation', async (name) => {
    const { images, logits } = await expected(name);
    const ended = await cli('logits', '--arch', name, '--weights', weightsOf(name), '--images', images, '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const found = (JSON.parse(ended.stdout) as { logits: number[][] }).logits;
    expect(found).toHaveLength(8);
    const scale = Math.max(...logits.map(Math.abs));
    for (const [i, value] of found.flat().entries()) expect(Math.abs(value - logits[i])).toBeLessThan(1e-4 * scale);
  });

  it('are the same of pictures half as bright where mean and deviation are half as large', async () => {
    const { logits } = await expected('resnet18');
    const { tensors } = readSafetensors(await readFile(join(VECTORS, 'resnet18-w8.expected.safetensors')));
    const images = tensors.get('images');
    if (images === undefined) throw new Error('the vectors lack images');
    const half = Float32Array.from(images.data as Uint8Array, (value) => value / 510);
    const path = join(folder, 'half.npy');
    await writeFile(path, npyBytes({ descr: '<f4', shape: images.shape, values: half }));
    const scaled = ['--mean', '0.2425,0.228,0.203', '--std', '0.1145,0.112,0.1125'];
    const given = ['--arch', 'resnet18', '--weights', weightsOf('resnet18'), '--images', path, '--json'];
    const ended = await cli('logits', ...given, ...scaled);
    const found = (JSON.parse(ended.stdout) as { logits: number[][] }).logits.flat();
    const scale = Math.max(...logits.map(Math.abs));
    for (const [i, value] of found.entries()) expect(Math.abs(value - logits[i])).toBeLessThan(1e-4 * scale);
    const usual = await cli('logits', ...given);
    const other = (JSON.parse(usual.stdout) as { logits: number[][] }).logits.flat();
    expect(Math.abs(other[0] - logits[0])).toBeGreaterThan(1e-3 * scale);
  });

  it('are refused in a sentence where the weights are those of another network', async () => {
    const { images } = await expected('resnet18');
    const ended = await cli('logits', '--arch', 'resnet50', '--weights', weightsOf('resnet18'), '--images', images);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('layer1.0.conv3.weight');
    expect(ended.stderr).not.toContain('    at ');
  });
});
