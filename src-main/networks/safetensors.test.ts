import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { findNonFinite, readFloatTensors, readSafetensors, writeSafetensors } from './safetensors.ts';

const VECTORS = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));
const haveVectors = existsSync(VECTORS);

/** A file with the header text as given and `size` bytes of data. */
function fileOf(header: string, size = 0, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`, dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(SteadygazeError);
    expect((error as SteadygazeError).code).toBe('weights-invalid');
    return (error as SteadygazeError).message;
  }
  throw new Error('the file was accepted');
}

describe('writing and reading', () => {
  const arrays = fc.uniqueArray(
    fc.record({
      name: fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__'),
      shape: fc.array(fc.nat(4), { maxLength: 4 }),
    }),
    { selector: ({ name }) => name, maxLength: 8 },
  );

  it('gives back every array, shape and metadata, whatever the order of writing', () => {
    fc.assert(
      fc.property(arrays, fc.dictionary(fc.string(), fc.string()), (list, metadata) => {
        fc.pre(!Object.hasOwn(metadata, '__proto__'));
        const made = list.map(({ name, shape }, i) => {
          const size = shape.reduce((a, b) => a * b, 1);
          return [name, { shape, data: Float32Array.from({ length: size }, (_, k) => k / 3 - i) }] as const;
        });
        const bytes = writeSafetensors(new Map(made), metadata);
        expect(writeSafetensors(new Map(made.toReversed()), metadata)).toEqual(bytes);
        expect(bytes[0] % 8).toBe(0);
        const back = readFloatTensors(bytes);
        expect(new Map(back.tensors)).toEqual(new Map(made));
        expect({ ...back.metadata }).toEqual({ ...metadata });
      }),
      { numRuns: 200 },
    );
  });

  it('reads from bytes that are not aligned', () => {
    const bytes = writeSafetensors(new Map([['a', { shape: [2], data: new Float32Array([1.5, -2]) }]]));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readFloatTensors(shifted.subarray(3)).tensors.get('a')?.data).toEqual(new Float32Array([1.5, -2]));
  });

  it('refuses to write a shape that does not fit', () => {
    expect(() => writeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]]))).toThrow(/shape/);
  });

  it('reads half and brain floats, 64-bit integers and booleans', () => {
    const bytes = fileOf(
      `{"b":${entry(0, 2, '[2]', 'BOOL')},"h":${entry(2, 10, '[4]', 'F16')},"f":${entry(10, 14, '[2]', 'BF16')},` +
        `"i":${entry(14, 22, '[]', 'I64')}}`,
      22,
    );
    const at = bytes.length - 22;
    const view = new DataView(bytes.buffer);
    bytes[at + 1] = 1;
    [0x3c00, 0xc000, 0x7c00, 0x0001].forEach((half, i) => view.setUint16(at + 2 + 2 * i, half, true));
    [0x3f80, 0xc040].forEach((half, i) => view.setUint16(at + 10 + 2 * i, half, true));
    view.setBigInt64(at + 14, -7n, true);
    const { tensors } = readSafetensors(bytes);
    expect(tensors.get('b')?.data).toEqual(new Uint8Array([0, 1]));
    expect(tensors.get('h')?.data).toEqual(new Float32Array([1, -2, Infinity, 2 ** -24]));
    expect(tensors.get('f')?.data).toEqual(new Float32Array([1, -3]));
    expect(tensors.get('i')?.data).toEqual(new BigInt64Array([-7n]));
  });
});

describe('hostile files', () => {
  it.each([
    ['shorter', new Uint8Array(5)],
    ['not a safetensors file', fileOf('{}', 0, 2n ** 60n)],
    ['ends too early', fileOf('{}', 0, 50n)],
    ['cannot be read', fileOf('{"a":')],
    ['not an object', fileOf('[]')],
    ['ends too early', fileOf(`{"a":${entry(0, 8)}}`, 4)],
    ['overlaps', fileOf(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12)],
    ['hole', fileOf(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12)],
    ['longer', fileOf(`{"a":${entry(0, 4)}}`, 8)],
    ['means 12', fileOf(`{"a":${entry(0, 8, '[3]')}}`, 8)],
    ['list of sizes', fileOf(`{"a":${entry(0, 8, '[-2]')}}`, 8)],
    ['means', fileOf(`{"a":${entry(0, 8, '[4294967296,4294967296,4294967296]')}}`, 8)],
    ['pair of positions', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}', 8)],
    ['pair of positions', fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8)],
    ['unknown number type', fileOf('{"a":{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}}', 4)],
    ['twice', fileOf(`{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, 8)],
    ['twice', fileOf(`{"a":${entry(0, 4)},"\\u0061":${entry(4, 8)}}`, 8)],
    ['twice', fileOf('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4)],
    ['__proto__', fileOf(`{"__proto__":${entry(0, 4)}}`, 4)],
    ['__proto__', fileOf('{"__metadata__":{"__proto__":"x"}}')],
    ['not a text', fileOf('{"__metadata__":{"x":1}}')],
  ])('are refused: %s', (sentence, bytes) => {
    expect(refusal(bytes)).toContain(sentence);
  });

  it('never throw anything but a refusal, however they are damaged', () => {
    const good = writeSafetensors(new Map([['layer', { shape: [2, 3], data: new Float32Array(6) }]]), { a: 'b' });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        (changes, length) => {
          const bad = good.slice(0, length);
          for (const [at, value] of changes) if (at < length) bad[at] = value;
          try {
            readSafetensors(bad);
          } catch (error) {
            expect(error).toBeInstanceOf(SteadygazeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('findNonFinite', () => {
  it('names the first number that is not finite', () => {
    const of = (...data: number[]) => ({ data: new Float32Array(data) });
    expect(findNonFinite(new Map([['a', of(1, -2, 3e38)]]))).toBeNull();
    expect(
      findNonFinite(
        new Map([
          ['a', of(1)],
          ['b', of(0, NaN)],
        ]),
      ),
    ).toMatchObject({ name: 'b', index: 1 });
    expect(findNonFinite(new Map([['c', of(-Infinity)]]))).toMatchObject({ name: 'c', index: 0, value: -Infinity });
  });
});

describe.skipIf(!haveVectors)('reference vectors (skipped where ../shared/vectors is absent)', () => {
  it('are read with their types', () => {
    const { tensors } = readSafetensors(readFileSync(`${VECTORS}resnet18-w8.expected.safetensors`));
    expect(tensors.get('images')).toMatchObject({ dtype: 'U8', shape: [8, 64, 64, 3] });
    expect(tensors.get('labels')?.data).toBeInstanceOf(BigInt64Array);
    expect(tensors.get('background')?.dtype).toBe('BOOL');
    expect(tensors.get('logits')?.shape).toEqual([8, 10]);
    expect(findNonFinite(tensors)).toBeNull();
  });

  it('come back unchanged when written again', () => {
    const { tensors } = readFloatTensors(readFileSync(`${VECTORS}resnet18-w8.weights.safetensors`));
    expect(tensors.get('conv1.weight')?.shape).toEqual([8, 3, 3, 3]);
    expect(readFloatTensors(writeSafetensors(tensors)).tensors).toEqual(tensors);
  });
});
