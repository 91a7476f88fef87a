import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { refusalOf, startEngine } from './choose.ts';
import type { Engine, EngineOps, Pooled } from './engine.ts';
import { installedEngines } from './installed.ts';
import { selfTest } from './selftest.ts';

describe('choosing an engine', () => {
  it('starts wasm, which passes its self-test and leaves no tensor', async () => {
    const engine = await startEngine('wasm');
    expect(engine.id).toBe('wasm');
    const before = tf.memory().numTensors;
    expect(await selfTest(engine)).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
    expect(installedEngines()).toContain('wasm');
  });

  it.each<[keyof EngineOps, string]>([
    ['maxPool', 'y'],
    ['conv2dInputGrad', 'dx'],
    ['conv2dFilterGrad', 'dFilter'],
    ['maxPoolGrad', 'd'],
    ['reluGrad', 'd'],
  ])('finds out an engine whose %s is a little wrong', async (operation, where) => {
    const engine = await startEngine('wasm');
    const operations = engine.ops as unknown as Record<string, (...inputs: unknown[]) => tf.Tensor | Pooled>;
    const wrong = (...inputs: unknown[]) =>
      tf.tidy(() => {
        const right = operations[operation](...inputs);
        return 'trace' in right ? { y: tf.mul(right.y, 1.001), trace: [...right.trace] } : tf.mul(right, 1.001);
      });
    const broken: Engine = { ...engine, ops: { ...engine.ops, [operation]: wrong } };
    expect(String(await selfTest(broken))).toMatch(where);
  });

  it('refuses in plain words what is not there', () => {
    expect(refusalOf('native', new Error('libcudart.so: cannot open\nsecond line')).reason).toMatch(
      /^The engine "native" (is not installed|does not start: libcudart.so: cannot open)\.$/,
    );
  });
});
