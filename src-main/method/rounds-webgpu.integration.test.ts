/** A short run on a graphics card against the same on the built-in engine. Tests may have to play the card: few pictures. */
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { startEngine } from '../compute/choose.ts';
import type { EngineId } from '../compute/engine.ts';
import { withGpu } from '../compute/software-gpu.fixture.ts';
import { RunSettings } from '../contract/settings.ts';
import { runRounds } from './rounds.ts';
import { discs, recorder } from './rounds.fixture.ts';

const data = discs(12, 16);
const settings = v.parse(RunSettings, {
  network: { architecture: 'resnet10', width: 2, stem: 'half', size: 16 },
  training: { warmupEpochs: 1, rounds: 1, epochsPerRound: 1, batchSize: 6, learningRate: 0.02 },
  assessBatch: 12,
  method: { steps: 1, eps: 8 / 255 },
});

/** E of the pictures in both assessments, the weights, and how many tensors there were after each batch of training. */
async function workOn(id: EngineId) {
  const engine = await startEngine(id);
  const before = tf.memory().numTensors;
  const hooks = recorder();
  const tensors: number[] = [];
  hooks.progress = ({ phase }) => {
    if (phase === 'train') tensors.push(tf.memory().numTensors);
  };
  const { weights } = await runRounds(engine, settings, data, hooks, null);
  expect(tf.memory().numTensors).toBe(before);
  return { e: hooks.assessments.map(({ rows }) => rows.map((row) => row.e)), weights, tensors };
}

await withGpu(() => {
  it('comes to the same on a graphics card as on the built-in engine', async () => {
    const [wasm, card] = [await workOn('wasm'), await workOn('webgpu')];
    expect(card.e).toHaveLength(2);
    card.e.forEach((round, i) => {
      round.forEach((e, row) => expect(Math.abs(e - wasm.e[i][row])).toBeLessThan(0.02));
    });
    for (const [name, { data: values }] of card.weights) {
      const wanted = wasm.weights.get(name)?.data ?? [];
      expect(values.length).toBe(wanted.length);
      values.forEach((value, i) => expect(Math.abs(value - wanted[i]), name).toBeLessThan(2e-3));
    }
    expect(new Set(card.tensors).size).toBe(1);
  });
});
