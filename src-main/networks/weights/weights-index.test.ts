import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../safetensors.ts';
import { readWeightsFile } from './read-weights.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-weights-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: Uint8Array | string): Promise<void> => writeFile(join(folder, name), content);
const array = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
const read = async (list: unknown): Promise<Record<string, unknown>> => {
  await put('list.json', JSON.stringify(list));
  const { arrays, format } = await readWeightsFile(join(folder, 'list.json'));
  return { format, ...Object.fromEntries([...arrays].map(([name, { data }]) => [name, [...data]])) };
};

describe('weights in several files', () => {
  it('gives the arrays of all safetensors that the list names', async () => {
    await put(
      'a.safetensors',
      writeSafetensors(
        new Map([
          ['x', array(1, 2)],
          ['z', array(9)],
        ]),
      ),
    );
    await put('b.safetensors', writeSafetensors(new Map([['y', array(3)]])));
    const list = { weight_map: { x: 'a.safetensors', y: 'b.safetensors' } };
    expect(await read(list)).toEqual({ format: 'safetensors', x: [1, 2], y: [3] });
    const lacking = { weight_map: { ...list.weight_map, w: 'b.safetensors' } };
    await expect(read(lacking)).rejects.toThrow('its parts lack "w"');
  });

  it.each(['../a.safetensors', '/etc/passwd', '.hidden', 'c\\d', ''])('opens no part called "%s"', async (part) => {
    await expect(read({ weight_map: { x: part } })).rejects.toThrow('which is not beside it');
  });

  it('says which part is not there', async () => {
    await expect(read({ weight_map: { x: 'b.safetensors' } })).rejects.toThrow('"b.safetensors" is not beside it');
  });
});

describe('telling formats apart', () => {
  it('takes safetensors for what they are, whatever the length of the header looks like', async () => {
    // Lengths of 128 + 256 n begin as a pickle does, 19280 as a ZIP archive.
    for (const length of [120, 128, 384, 640, 896, 19280]) {
      const made = (name: string) => writeSafetensors(new Map([[name, array(1, 2)]]));
      const rest = made('').findLastIndex((byte) => byte === 0x7d) - 7;
      const bytes = made('x'.repeat(length - rest));
      expect(new DataView(bytes.buffer).getUint32(0, true)).toBe(length);
      await put('w.safetensors', bytes);
      const { format, arrays } = await readWeightsFile(join(folder, 'w.safetensors'));
      expect([format, arrays.size]).toEqual(['safetensors', 1]);
    }
  });
});

describe('models of TensorFlow.js', () => {
  const list = (weights: readonly object[]) => ({ weightsManifest: [{ paths: ['1.bin', '2.bin'], weights }] });
  // 0.5, -2 in float32, then 7 in int32, little endian; the cut lies within a number.
  const bytes = Uint8Array.from([0, 0, 0, 0x3f, 0, 0, 0, 0xc0, 7, 0, 0, 0]);
  const kernel = { name: 'conv/kernel', shape: [2, 1], dtype: 'float32' };
  const counter = { name: 'count', shape: [], dtype: 'int32' };
  beforeEach(async () => {
    await put('1.bin', bytes.subarray(0, 6));
    await put('2.bin', bytes.subarray(6));
  });

  it('are read from their parts', async () => {
    expect(await read(list([kernel, counter]))).toEqual({
      format: 'TensorFlow.js',
      'conv/kernel': [0.5, -2],
      count: [7],
    });
  });

  it.each([
    [[kernel], 'longer than the list says'],
    [[{ ...kernel, shape: [2 ** 50, 2 ** 10] }], 'end before "conv/kernel" does'],
    [[{ ...kernel, quantization: { dtype: 'uint8' } }], 'made coarser'],
    [[{ ...kernel, dtype: 'complex64' }], 'a kind that is not read here'],
  ])('are refused where the list does not fit them %#', async (weights, reason) => {
    await expect(read(list(weights))).rejects.toThrow(reason);
  });

  it('need a list that is one', async () => {
    await expect(read({ layers: [] })).rejects.toThrow('lists no weights');
    await put('list.json', '{"weight_map":');
    await expect(readWeightsFile(join(folder, 'list.json'))).rejects.toThrow('damaged');
  });
});
