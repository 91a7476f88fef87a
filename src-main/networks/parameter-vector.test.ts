import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, constantsOf } from './parameter-vector.ts';
import type { Parameter } from './parameters.ts';

/** Parameters of these sizes, one after the other. */
function parametersOf(sizes: readonly number[]): Parameter[] {
  let offset = 0;
  return sizes.map((size, i) => {
    const initial = { kind: 'constant', value: 0 } as const;
    const shapes = { shape: [size], innerShape: [size] };
    const parameter: Parameter = { name: `p${String(i)}`, kind: 'conv', ...shapes, offset, size, initial };
    offset += size;
    return parameter;
  });
}

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 });

describe('chunks of parameters', () => {
  it('hold every parameter once, in order, where it lies in the flat vector', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 25 }), (given, large) => {
        const parameters = parametersOf(given);
        const chunks = chunksOf({ parameters }, large);
        expect(chunks.flatMap((chunk) => chunk.parameters)).toEqual(parameters);
        let end = 0;
        for (const { offset, size, parameters: own } of chunks) {
          expect(offset).toBe(end);
          expect(size).toBe(own.reduce((sum, each) => sum + each.size, 0));
          end += size;
        }
      }),
    );
  });

  it('leave a large one by itself and put small ones that follow each other together', () => {
    const parameters = parametersOf([1, 2, 10, 3, 12, 11, 4, 5]);
    const chunks = chunksOf({ parameters }, 10);
    expect(chunks.map((chunk) => chunk.parameters.map(({ size }) => size))).toEqual([
      [1, 2],
      [10],
      [3],
      [12],
      [11],
      [4, 5],
    ]);
  });

  it('have one constant where all parameters have the same, else one for every value', () => {
    const [chunk, other] = chunksOf({ parameters: parametersOf([9, 2, 1, 3]) }, 9);
    expect(constantsOf(chunk, ({ size }) => size)).toBe(9);
    expect(constantsOf(other, () => 0.5)).toBe(0.5);
    expect(constantsOf(other, ({ size }) => size)).toEqual(Float32Array.of(2, 2, 1, 3, 3, 3));
  });
});
