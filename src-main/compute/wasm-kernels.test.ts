/** The backend's kernels that are replaced: by hand-made values, at lengths that are no multiple of a vector. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, it } from 'vitest';
import { startWasm } from './wasm.ts';

beforeAll(async () => {
  await startWasm();
});

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

function gives(expected: readonly number[], shape: readonly number[], compute: () => Tensor): void {
  const before = tf.memory().numTensors;
  const result = compute();
  expect(result.shape).toEqual(shape);
  expect(Array.from(result.dataSync())).toEqual(expected);
  result.dispose();
  expect(tf.memory().numTensors).toBe(before);
}

it('cuts slices that lie in one piece, and others', () => {
  gives([3, 4, 5, 6], [4], () => tf.tidy(() => tf.slice1d(tf.tensor1d(count(11)), 3, 4)));
  gives([8, 9, 10, 11], [1, 2, 2], () =>
    tf.tidy(() => tf.slice(tf.tensor3d(count(12), [3, 2, 2]), [2, 0, 0], [1, 2, 2])),
  );
  gives([1, 3, 5], [3, 1], () => tf.tidy(() => tf.slice(tf.tensor2d(count(6), [3, 2]), [0, 1], [3, 1])));
  gives([2, 3], [2], () => tf.tidy(() => tf.slice1d(tf.tensor1d(count(5), 'int32'), 2, 2)));
});

it('splits along the first axis and along others', () => {
  const part = (axis: number, i: number) => () =>
    tf.tidy(() => tf.split(tf.tensor2d(count(12), [4, 3]), axis === 0 ? [1, 3] : [2, 1], axis)[i].clone());
  gives([0, 1, 2], [1, 3], part(0, 0));
  gives([3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 3], part(0, 1));
  gives([0, 1, 3, 4, 6, 7, 9, 10], [4, 2], part(1, 0));
  gives([2, 5, 8, 11], [4, 1], part(1, 1));
});

it('repeats', () => {
  gives([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5, 3, 4, 5, 3, 4, 5], [2, 2, 2, 3], () =>
    tf.tidy(() => tf.tile(tf.tensor4d(count(6), [2, 1, 1, 3]), [1, 2, 2, 1])),
  );
  // What is repeated is not single.
  gives([0, 1, 0, 1, 2, 3, 2, 3], [2, 4], () => tf.tidy(() => tf.tile(tf.tensor2d(count(4), [2, 2]), [1, 2])));
  gives([0, 1, 0, 1], [2, 2], () => tf.tidy(() => tf.tile(tf.tensor2d([0, 1], [1, 2]), [2, 1])));
});

it('takes maxima, minima and signs; what is no number stays so', () => {
  const [a, b] = [
    [1, -2, NaN, 4, -5, 6, 1e-20],
    [3, -4, 0, NaN, -5, 7, 0],
  ];
  gives([3, -2, NaN, NaN, -5, 7, Math.fround(1e-20)], [7], () =>
    tf.tidy(() => tf.maximum(tf.tensor1d(a), tf.tensor1d(b))),
  );
  gives([1, -4, NaN, NaN, -5, 6, 0], [7], () => tf.tidy(() => tf.minimum(tf.tensor1d(a), tf.tensor1d(b))));
  gives([1, 0, NaN, 4, 0, 6, Math.fround(1e-20)], [7], () => tf.tidy(() => tf.maximum(tf.tensor1d(a), 0)));
  gives([1, 1, 2, 2], [2, 2], () =>
    tf.tidy(() => tf.minimum(tf.tensor2d([3, 1, 2, 5], [2, 2]), tf.tensor2d([1, 2], [2, 1]))),
  );
  gives([1, -1, 0, 1, -1, 1, 1], [7], () =>
    tf.tidy(() => tf.sign(tf.tensor1d([...a].map((v) => (Number.isNaN(v) ? 0 : v))))),
  );
});

it('multiplies matrices, and keeps the packed right one as long as that lives', () => {
  // Rows 1 2 3, 4 5 6, and so on: nothing is packed for fewer; columns 1 2 0, 0 1 -1.
  const repeated = (...values: number[]): number[] => Array.from({ length: 5 }, () => values).flat();
  const a = tf.tensor2d(repeated(1, 2, 3, 4, 5, 6), [10, 3]);
  const b = tf.tensor2d([1, 0, 2, 1, 0, -1], [3, 2]);
  for (let i = 0; i < 2; i++) gives(repeated(5, -1, 14, -1), [10, 2], () => tf.matMul(a, b));
  tf.dispose(b);
  // What lies where the last one lay is packed anew.
  const other = tf.tensor2d([1, 1, 1, 1, 1, 1], [3, 2]);
  gives(repeated(6, 6, 15, 15), [10, 2], () => tf.matMul(a, other));
  // The backend's own.
  gives([5, 10, 15], [3, 1], () => tf.tidy(() => tf.matMul(a, tf.tensor2d(repeated(1, 0), [10, 1]), true)));
  tf.dispose([a, other]);
});

it('gives back what it packed', () => {
  const round = (): void => {
    const [a, b] = [tf.ones([9, 1000]), tf.ones([1000, 1000])];
    tf.dispose([tf.matMul(a, b), a, b]);
  };
  round();
  const backend = tf.backend() as BackendWasm;
  const heapBytes = (): number => (backend.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
  const before = heapBytes();
  for (let i = 0; i < 100; i++) round();
  expect(heapBytes()).toBe(before);
});

it('keeps no packed copy of the largest matrices', () => {
  const large = Array.from({ length: 3 }, () => tf.ones<tf.Rank.R2>([4096, 4104]));
  // As many rows as it takes to pack them at all.
  const rows = tf.ones<tf.Rank.R2>([33, 4096]);
  const product = (b: tf.Tensor2D): void => {
    const y = tf.matMul(rows, b);
    expect(y.dataSync().every((value) => value === 4096)).toBe(true);
    y.dispose();
  };
  product(large[0]);
  const backend = tf.backend() as BackendWasm;
  const heapBytes = (): number => (backend.wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
  const before = heapBytes();
  for (const b of large) product(b);
  expect(heapBytes()).toBe(before);
  tf.dispose([...large, rows]);
});
