import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startWasm } from '../compute/wasm.ts';
import { weightedLoss } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { Random } from '../numeric/random.ts';
import { fitLastLayer, type LastLayerProblem } from './last-layer.ts';

const goOn = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  await startWasm();
});

const ones = (n: number): Float32Array => new Float32Array(n).fill(1);

describe('the last layer', () => {
  it('meets the shares of the classes, with a vote of 0 for the other one', async () => {
    // Three of five pictures with the same score are of class 0; one of them counts twice: its share is 4 of 6.
    const weights = await fitLastLayer(
      {
        ...{ classes: 2, perClass: 1, scores: Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0) },
        ...{ targets: Int32Array.of(0, 0, 0, 1, 1), v: Float32Array.of(5 / 3, 5 / 6, 5 / 6, 5 / 6, 5 / 6) },
        start: Float32Array.of(1, -0.5, -0.5, 1),
      },
      goOn,
    );
    // log(4 / 2): votes that are the same for both classes change nothing, so the penalised one is 0.
    expect(weights[0]).toBeCloseTo(Math.log(2), 2);
    expect(weights[1]).toBeCloseTo(0, 5);
    // Nothing is known of what is never seen.
    expect(weights[3]).toBe(1);
  });

  it('asks one question a class where pictures may be of several, about those that are known', async () => {
    const sets = new LabelSets(2, [[0], [0], [0, 1], [1]], [[1], [], [], []]);
    const weights = await fitLastLayer(
      {
        ...{ classes: 2, perClass: 1, scores: Float32Array.of(2, 0, 2, 0, 2, 0, 2, 0) },
        ...{ targets: sets, v: ones(4), start: Float32Array.of(1, -0.5, -0.5, 1) },
      },
      goOn,
    );
    // Class 0 is in 3 of 4: 2 w = log(3). Class 1 in 2 of the 3 of which it is known: 2 w = log(2), less a trace.
    expect(weights[0]).toBeCloseTo(Math.log(3) / 2, 3);
    expect(weights[1]).toBeCloseTo(Math.log(2) / 2, 3);
    expect(weights[1]).toBeLessThan(Math.log(2) / 2);
  });

  it('is near the best of many more steps, and lets votes vanish', async () => {
    const problem = blobs(300, 4, 3);
    const at = async (steps?: number): Promise<{ value: number; zeros: number }> => {
      const weights = await fitLastLayer(problem, goOn, steps);
      const zeros = weights.filter((weight) => weight === 0).length;
      return { value: objective(problem, weights), zeros };
    };
    const [none, usual, best] = [await at(0), await at(), await at(20_000)];
    expect(best.value).toBeLessThan(none.value * 0.8);
    expect(usual.value - best.value).toBeLessThan(0.01 * (none.value - best.value));
    expect(none.zeros).toBe(0);
    expect(best.zeros).toBeGreaterThan(0);
  });
});

it('can be stopped at every step', async () => {
  const before = tf.memory().numTensors;
  let steps = 0;
  const stop = (): Promise<void> => (++steps === 3 ? Promise.reject(new Error('stopped')) : Promise.resolve());
  await expect(fitLastLayer(blobs(60, 3, 2), stop)).rejects.toThrow('stopped');
  expect(steps).toBe(3);
  expect(tf.memory().numTensors).toBe(before);
});

/** Scores that are larger for prototypes of the picture’s class, by less than they scatter; all votes begin on the wrong side. */
function blobs(n: number, classes: number, perClass: number): LastLayerProblem {
  const random = new Random(8);
  const m = classes * perClass;
  const targets = Int32Array.from({ length: n }, (_, i) => i % classes);
  const scores = Float32Array.from({ length: n * m }, (_, k) => {
    const isOwn = Math.floor((k % m) / perClass) === targets[Math.floor(k / m)];
    return Math.max(0, 2 + (isOwn ? 0.7 : 0) + random.normal());
  });
  const start = Float32Array.from({ length: m * classes }, (_, k) =>
    Math.floor(k / classes / perClass) === k % classes ? -1 : 1,
  );
  return { scores, targets, v: ones(n), classes, perClass, start };
}

/** As the top of last-layer.ts has it. */
function objective({ scores, targets, v, classes, perClass }: LastLayerProblem, weights: Float32Array): number {
  const n = v.length;
  const m = scores.length / n;
  const logits = new Float32Array(n * classes);
  let penalty = 0;
  for (let j = 0; j < m; j++) {
    for (let c = 0; c < classes; c++) {
      const weight = weights[j * classes + c];
      if (Math.floor(j / perClass) !== c) penalty += Math.abs(weight);
      for (let i = 0; i < n; i++) logits[i * classes + c] += scores[i * m + j] * weight;
    }
  }
  const { losses } = weightedLoss(logits, targets, v);
  return losses.reduce((sum, loss, i) => sum + (v[i] * loss) / n, 1e-4 * penalty);
}
