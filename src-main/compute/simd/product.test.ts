/** Products of matrices against a plain loop in float64, of few rows and many, at lengths that leave every remainder. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import type { EngineOps } from '../engine.ts';
import { memoryOf, WasmHeap } from '../wasm-heap.ts';
import { startWasm } from '../wasm.ts';
import { type Kernels, loadKernels } from './module.ts';

type MatMul = NonNullable<EngineOps['matMul']>;

/** Values in (-1, 1) without a pattern, rounded to float32. */
const sample = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => (((i + 1) * 7919 + seed * 104_729) % 10_007) / 5003.5 - 1);

/** Whether sums of `depth` products agree, but for roundings of float32: half of 2^-23 of what was added, each time. */
function agrees(matMul: MatMul, shape: readonly [number, number, number], turnsA: boolean, turnsB: boolean): boolean {
  const [rows, depth, columns] = shape;
  const [a, b] = [sample(rows * depth, 1), sample(depth * columns, 2)];
  const [left, right] = [
    tf.tensor2d(a, turnsA ? [depth, rows] : [rows, depth]),
    tf.tensor2d(b, turnsB ? [columns, depth] : [depth, columns]),
  ];
  const product = matMul(left, right, turnsA, turnsB);
  const values = product.dataSync();
  tf.dispose([left, right, product]);
  const differences = Array.from(values, (value, i) => {
    const [m, n] = [Math.floor(i / columns), i % columns];
    let [sum, size] = [0, 0];
    for (let k = 0; k < depth; k++) {
      const term = a[turnsA ? k * rows + m : m * depth + k] * b[turnsB ? n * depth + k : k * columns + n];
      sum += term;
      size += Math.abs(term);
    }
    return Math.abs(value - sum) / ((depth + 2) * 2 ** -24 * size);
  });
  return values.length === rows * columns && Math.max(...differences) <= 1;
}

async function wasmProduct(): Promise<MatMul> {
  const { ops } = await startWasm();
  return (...given) => (ops as Required<EngineOps>).matMul(...given);
}

const FEW = Array.from({ length: 9 }, (_, i) => i + 1);
/** Depth and columns; the fifth goes beyond a strip of columns, the last is its like for the rows of b. */
const SIDES = [
  [1, 1],
  [3, 5],
  [6, 8],
  [18, 33],
  [7, 4099],
  [1031, 23],
] as const;

it('multiplies few rows, and few rows that are columns', async () => {
  const matMul = await wasmProduct();
  const before = tf.memory().numTensors;
  for (const few of FEW) {
    for (const [side, columns] of SIDES) {
      const named = (product: string): string => `${product} ${String([few, side, columns])}`;
      expect(agrees(matMul, [few, side, columns], false, false), named('plain')).toBe(true);
      expect(agrees(matMul, [few, columns, side], false, true), named('by rows')).toBe(true);
      expect(agrees(matMul, [side, few, columns], true, false), named('outer')).toBe(true);
      expect(agrees(matMul, [side, few, columns], true, true), named('both')).toBe(true);
    }
  }
  expect(tf.memory().numTensors).toBe(before);
});

it('multiplies many rows, and a matrix that is too large for a packed copy', async () => {
  const matMul = await wasmProduct();
  for (const [turnsA, turnsB] of [
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ]) {
    expect(agrees(matMul, [37, 50, 29], turnsA, turnsB), `${String(turnsA)} ${String(turnsB)}`).toBe(true);
  }
  // 68 MB of 1s by rows that are all 1, 2, ...
  const large = tf.ones<tf.Rank.R2>([4096, 4104]);
  for (const rows of [9, 32, 33]) {
    const numbers = tf.tensor2d(
      Array.from({ length: rows }, (_, i) => i + 1),
      [rows, 1],
    );
    const a = tf.tile(numbers, [1, 4096]);
    const y = matMul(a, large, false, false);
    expect(y.dataSync().every((value, i) => value === 4096 * (1 + Math.floor(i / 4104)))).toBe(true);
    tf.dispose([numbers, a, y]);
  }
  large.dispose();
});

it('writes nowhere else', async () => {
  await startWasm();
  const backend = tf.backend() as BackendWasm;
  const heap = new WasmHeap(backend);
  const kernels = loadKernels(memoryOf(backend)) as Kernels;
  const [rows, depth, columns] = [3, 7, 21];
  const [room, beyond] = [1024, -12345];
  heap.borrow(8 * room * 4, (start) => {
    const [a, b, out, sums] = [0, 2, 4, 6].map((i) => start + i * room * 4);
    const written = (multiply: () => void, size: number, length = 0): boolean => {
      heap.view(start, 8 * room).fill(beyond);
      multiply();
      const results = heap.view(out - room * 4, 4 * room);
      const isFull = results.subarray(room, room + size).every((value) => value !== beyond);
      const around = [
        results.subarray(0, room),
        results.subarray(room + size, 3 * room),
        results.subarray(3 * room + length),
      ];
      return isFull && around.every((values) => values.every((value) => value === beyond));
    };
    const strip = rows * (24 + 4);
    expect(written(() => kernels.multiplyThin(a, b, rows, depth, columns, sums, out), rows * columns, strip)).toBe(
      true,
    );
    expect(written(() => kernels.multiplyThinByRows(a, b, rows, depth, columns, out), rows * columns)).toBe(true);
    expect(written(() => kernels.multiplyThinOuter(a, b, depth, rows, columns, out), rows * columns)).toBe(true);
  });
});
