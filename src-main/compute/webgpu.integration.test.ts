import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { describe, expect, it } from 'vitest';
import { startEngine } from './choose.ts';
import type { EngineOps } from './engine.ts';
import { withGpu } from './software-gpu.fixture.ts';

const MIB = 1024 ** 2;
/** Little, so that it is soon full. */
const MEMORY = 96;
process.env['STEADYGAZE_GPU_MEMORY'] = String(MEMORY);

/** A layer forward and back: what training does again and again. Gives back everything but its loss. */
async function step(ops: EngineOps, side: number): Promise<void> {
  const loss = tf.tidy(() => {
    const x = tf.ones<tf.Rank.R4>([1, side, side, 2]);
    const y = ops.depthwiseConv2d(x, tf.ones([3, 3, 2, 1]), { stride: 1, pad: 1 });
    const { y: normed, mean, variance } = ops.batchNorm(y, tf.ones([2]), tf.zeros([2]), 1e-5);
    const { dx } = ops.batchNormGrad(normed, y, tf.ones([2]), mean, variance, 1e-5);
    return tf.sum(ops.reluGrad(dx, y));
  });
  await loss.data();
  loss.dispose();
}

await withGpu(() => {
  describe('the engine "webgpu"', () => {
    it('proves itself, is named, and leaves no tensor', async () => {
      const engine = await startEngine('webgpu');
      expect(engine.description).toMatch(/^.+ through WebGPU \((Vulkan|Metal|D3D12)\)$/);
      expect(engine.versions).toHaveProperty('webgpu');
      expect(engine.memoryBudget).toBe(Math.floor(0.6 * MEMORY * MIB));
      expect(tf.memory().numTensors).toBe(0);
    });

    it('takes no more memory the longer it works, also where sizes change', async () => {
      const { ops } = await startEngine('webgpu');
      const { bufferManager } = tf.backend() as WebGPUBackend;
      const taken: number[] = [];
      for (let i = 0; i < 200; i++) {
        await step(ops, 16 + (i % 4));
        taken.push(bufferManager.numBytesAllocated);
      }
      expect(taken[199]).toBe(taken[20]);
      expect(tf.memory().numTensors).toBe(0);
    });

    it('says so when the memory of the card is full, gives back what it can, and goes on', async () => {
      const { ops } = await startEngine('webgpu');
      const { bufferManager } = tf.backend() as WebGPUBackend;
      const large = (bytes: number) => tf.tile(tf.add(tf.ones([1024]), 1), [bytes / 4096]);
      // Larger than what one program may see, on any card.
      const full = /memory of the graphics card is full/;
      expect(() => tf.tidy(() => void large(2 ** 33))).toThrow(full);
      const held: tf.Tensor[] = [];
      expect(() => {
        for (let i = 0; i < MEMORY; i++) held.push(large(16 * MIB));
      }).toThrow(full);
      expect(held).toHaveLength(5);
      tf.dispose(held);
      // What is no longer needed makes room at once, though the card has not even got all of its work yet.
      expect(() => tf.dispose(large(64 * MIB))).not.toThrow();
      await step(ops, 40);
      expect(bufferManager.numBytesAllocated).toBeLessThan(MEMORY * MIB);
    });

    // The last: a card that is lost does not come back to its process.
    it('says so when the card is lost, and whatever is asked of it afterwards', async () => {
      const { ops } = await startEngine('webgpu');
      const x = tf.ones([4]);
      const waiting = tf.add(x, 1).data();
      (tf.backend() as WebGPUBackend).device.destroy();
      await waiting.catch((error: unknown) => expect(error).toMatchObject({ code: 'engine-lost' }));
      await expect(tf.add(x, 2).data()).rejects.toMatchObject({
        code: 'engine-lost',
        message: 'The graphics card was lost while it computed.',
      });
      await expect(step(ops, 8)).rejects.toMatchObject({ code: 'engine-lost' });
    });
  });
});
