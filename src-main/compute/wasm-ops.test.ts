import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { describeEngineOps } from './engine-ops.suite.ts';
import { createWasmOps } from './wasm-ops.ts';
import { startWasm } from './wasm.ts';

describeEngineOps('wasm', startWasm);

describeEngineOps('wasm without relaxed SIMD', async () => {
  const engine = await startWasm();
  return { ...engine, ops: createWasmOps(tf.backend() as BackendWasm, null) };
});

it('is one engine a process, on one thread', async () => {
  const engine = await startWasm();
  expect(await startWasm()).toBe(engine);
  expect(tf.getBackend()).toBe('wasm');
  expect(engine.description).toContain('1 thread');
});

it('says so when its memory is full, instead of computing on nothing', async () => {
  await startWasm();
  const backend = tf.backend() as BackendWasm;
  const quarter = [2 ** 28];
  const taken: object[] = [];
  const fill = () => {
    for (let i = 0; i < 5; i++) taken.push(backend.makeOutput(quarter, 'float32').dataId);
  };
  expect(fill).toThrow(SteadygazeError);
  expect(taken.length).toBeGreaterThan(0);
  for (const dataId of taken) backend.disposeData(dataId);
  expect(tf.tidy(() => tf.sum(tf.ones([1000])).arraySync())).toBe(1000);
});

it('hands on what is no number, and to nowhere else', async () => {
  const { ops } = await startWasm();
  const geometry = { stride: 1, pad: 1 };
  // 9 pixels in a row of 3 channels, the third pixel's second is no number; windows of 3 pixels.
  const values = Array.from({ length: 27 }, (_, i) => (i === 7 ? NaN : i));
  const [x, filter, dy] = [tf.tensor4d(values, [1, 1, 9, 3]), tf.ones([3, 3, 3, 10]), tf.ones([1, 1, 9, 10])];
  const y = ops.conv2d(x, filter as Tensor4D, geometry);
  const dFilter = ops.conv2dFilterGrad(x, dy as Tensor4D, [3, 3, 3, 10], geometry);
  const pixelsOf = (data: ArrayLike<number>) => Array.from({ length: 9 }, (_, p) => Number.isNaN(data[p * 10 + 9]));
  expect(pixelsOf(await y.data())).toEqual([false, true, true, true, false, false, false, false, false]);
  // Every tap of the middle row sees the third pixel; the second of three input channels is hit.
  const taps = Array.from(await dFilter.data()).filter((_, i) => i % 10 === 9);
  expect(taps.map(Number.isNaN)).toEqual(Array.from({ length: 27 }, (_, i) => i >= 9 && i < 18 && i % 3 === 1));
  tf.dispose([x, filter, dy, y, dFilter]);
});
