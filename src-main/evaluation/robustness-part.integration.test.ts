import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { startNative } from '../compute/native.ts';
import { corruptionsPart } from './corruptions-part.ts';
import { robustnessPart } from './robustness-part.ts';
import { sampleModel, sampleSubject } from './sample-subject.fixture.ts';
import { measureAll } from './toy-model.fixture.ts';

const PICTURES = 10;
const SETTINGS = { seed: 3, robustness: { eps: [1, 8], restarts: 1 } };

it('attacks a trained network: the stronger the attack, the less survives, whatever the batch', async () => {
  const engine = await startNative();
  const before = tf.memory().numTensors;
  const model = await sampleModel(engine);
  const kept = tf.memory().numTensors;
  const subject = await sampleSubject(model, PICTURES, 8, SETTINGS);
  const whole = await measureAll(robustnessPart, subject, PICTURES);
  const share = (attack: string, region: string, eps: number) =>
    whole.figures[`same_${attack}_${region}_${String(eps)}`].value;
  for (const region of ['all', 'background']) {
    for (const eps of [1, 8]) {
      expect(share('pgd50', region, eps)).toBeLessThanOrEqual(share('pgd10', region, eps));
      expect(share('pgd10', region, eps)).toBeLessThanOrEqual(share('fgsm', region, eps));
    }
    expect(share('pgd50', region, 8)).toBeLessThan(share('pgd50', region, 1));
  }
  expect(share('pgd50', 'all', 8)).toBeLessThan(share('pgd50', 'background', 8) + 0.2);
  expect(share('pgd50', 'all', 8)).toBeLessThan(0.5);
  expect(whole.figures['acc_pgd50_all_1'].value).toBeLessThanOrEqual(whole.figures['acc_clean'].value);
  const inParts = await measureAll(robustnessPart, subject, 5);
  expect(inParts.rows).toEqual(whole.rows);
  const corrupted = await measureAll(corruptionsPart, subject, 4);
  expect(Array.from(corrupted.rows).every(Number.isFinite)).toBe(true);
  expect(corrupted.figures['mce'].value).toBeGreaterThan(1 - corrupted.figures['acc_uncorrupted'].value - 0.05);
  expect((await measureAll(corruptionsPart, subject, 7)).rows).toEqual(corrupted.rows);
  // Kernels unrolled for a shape are kept by the network; a batch leaves nothing behind.
  expect(tf.memory().numTensors - kept).toBeLessThan(200);
  model.close();
  expect(tf.memory().numTensors).toBe(before);
});
