import * as tf from '@tensorflow/tfjs-core';
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
