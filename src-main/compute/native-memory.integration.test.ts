import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installedEngines } from './installed.ts';
import { startNative } from './native.ts';
import { isOutOfMemory } from './out-of-memory.ts';

describe.skipIf(!installedEngines().includes('native'))('native with little memory', () => {
  beforeAll(async () => {
    // Read when TensorFlow is loaded; tests of a file have a process of their own.
    process.env['TF_CPU_BFC_MEM_LIMIT_IN_MB'] = '300';
    await startNative();
  });

  // TensorFlow itself waits 10 s for somebody to give memory back.
  it('answers a tensor that there is no room for, and goes on', async () => {
    const small = tf.ones([1024, 1024, 16]);
    const failure = await Promise.resolve()
      .then(() => tf.tile(small, [1, 1, 16]))
      .catch((error: unknown) => error);
    expect(isOutOfMemory(failure)).toBe(true);
    const sum = tf.sum(small);
    expect((await sum.data())[0]).toBe(2 ** 24);
    tf.dispose([small, sum]);
  });
});
