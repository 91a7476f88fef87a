/** Prototypes by hand, on the engine at hand; their gradients are in ../gradients.suite.ts. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../compute/engine.ts';
import { LabelSets } from '../../numeric/label-sets.ts';
import { Random } from '../../numeric/random.ts';
import { buildArchitecture } from '../architectures.ts';
import type { Targets } from '../loss.ts';
import { NO_PENALTIES } from '../moment.ts';
import { Network } from '../network.ts';
import { describeParameters, initialWeights } from '../parameters.ts';
import { prototypeMatches, prototypesOf, prototypeScores } from './prototype-matches.ts';
import { prototypes, similarity, squaredDistances } from './prototypes.ts';

export function describePrototypes(engineName: string, start: () => Promise<Engine>): void {
  describe(`prototypes on ${engineName}`, () => {
    let engine: Engine;
    let tensors = 0;
    beforeAll(async () => {
      engine = await start();
    });
    beforeEach(() => {
      tensors = tf.memory().numTensors;
    });
    afterEach(() => {
      expect(tf.memory().numTensors).toBe(tensors);
    });

    it('squares distances and turns them into similarities', () => {
      tf.tidy(() => {
        const patches = tf.tensor2d([0, 0, 3, 4], [2, 2]);
        const distances = squaredDistances(patches, tf.tensor2d([0, 0, 3, 3, 1, 0], [3, 2]));
        expect([...distances.dataSync()]).toEqual([0, 18, 1, 25, 1, 20]);
        // log(1 / 1e-4), log(2 / 1.0001), log(26 / 25.0001)
        close(similarity(tf.tensor1d([0, 1, 25])).dataSync(), [9.21034, 0.693047, 0.0392167], 1e-4);
      });
    });

    it('scores the nearest place', () => {
      tf.tidy(() => {
        const layer = { name: 'p', classes: 3, perClass: 1 };
        const vectors = tf.tensor2d([0, 0, 3, 3, 1, 0], [3, 2]);
        // Places (0,0) and (3,4): the nearest are 0, 1 and 1 away.
        const { y } = prototypes(layer, () => vectors, null).forward(tf.tensor4d([0, 0, 3, 4], [1, 1, 2, 2]), false);
        close(y.dataSync(), [9.21034, 0.693047, 0.693047], 1e-4);
      });
    });

    it('pulls at the nearest own prototype and pushes the nearest of the others away', () => {
      // Two classes of two prototypes on a line, pictures of one place each, at 0 and at 10.
      const vectors = [1, -2, 4, 8];
      const pull = costGradients(vectors, [0, 10], Int32Array.of(0, 0), { clusterCost: 1, separationCost: 0 });
      // 2 v / n (p - z): at 0 the prototype 1 is the nearest own one, at 10 it is 1 too.
      close(pull, [(2 * 0.5 * (1 - 0)) / 2 + (2 * 3 * (1 - 10)) / 2, 0, 0, 0]);
      const push = costGradients(vectors, [0, 10], Int32Array.of(0, 1), { clusterCost: 0, separationCost: 0.5 });
      // At 0 the nearest other one is 4, at 10 it is 1.
      close(push, [(-0.5 * 2 * 3 * (1 - 10)) / 2, 0, (-0.5 * 2 * 0.5 * 4) / 2, 0]);
    });

    it('takes prototypes of any label for own, and leaves out what is not known', () => {
      const sets = new LabelSets(2, [[0, 1], [1]], [[], [0]]);
      const both = costGradients([1, -2, 4, 8], [5, 3], sets, { clusterCost: 1, separationCost: 1 });
      // At 5 the nearest of all four is 4, and no other class is left; at 3, of class 1 alone, it is 4 again.
      close(both, [0, 0, (2 * 0.5 * (4 - 5)) / 2 + (2 * 3 * (4 - 3)) / 2, 0]);
    });

    it('gives the same in parts as in one', () => {
      tf.tidy(() => {
        const random = new Random(3);
        const noise = (size: number): Float32Array => random.fillUniform(new Float32Array(size), 0, 1);
        // Of so many prototypes two pictures fit at once.
        const [n, side, depth, m] = [3, 2, 512, 1000];
        const x = tf.tensor4d(noise(n * side * side * depth), [n, side, side, depth]);
        const vectors = tf.tensor2d(noise(m * depth), [m, depth]);
        const dy = tf.tensor2d(noise(n * m), [n, m]);
        const whole = bothPasses(x, vectors, dy);
        const single = Array.from({ length: n }, (_, i) =>
          bothPasses(tf.slice(x, [i, 0, 0, 0], [1, -1, -1, -1]), vectors, tf.slice(dy, [i, 0], [1, -1])),
        );
        for (const name of ['y', 'dx'] as const) {
          const expected = tf.concat(single.map((each) => each[name]));
          expect(largest(tf.sub(whole[name], expected))).toBeLessThan(1e-4);
        }
        expect(largest(tf.sub(whole.dVectors, tf.addN(single.map((each) => each.dVectors))))).toBeLessThan(1e-3);
      });
    });

    it('shows where prototypes are and how they add up to logits', async () => {
      const architecture = buildArchitecture(
        {
          ...{ architecture: 'resnet10', width: 4, stem: 'small', lastStride: 2 },
          ...{ interpretable: 'protopnet', prototypesPerClass: 2, prototypeChannels: 8 },
        },
        3,
      );
      const network = new Network(engine, architecture, initialWeights(describeParameters(architecture), 1));
      const frozen = await network.freeze();
      const x = tf.tensor4d(new Random(2).fillUniform(new Float32Array(2 * 24 * 24 * 3), 0, 1), [2, 24, 24, 3]);
      const { height, width, places, similarities, scores, logits } = await prototypeMatches(frozen, x);
      const { weights, sources } = await prototypesOf(frozen);
      const forward = frozen.forward(x);
      expect([height, width]).toEqual([3, 3]);
      expect(sources.every((value) => value === -1)).toBe(true);
      close(await prototypeScores(frozen, x), scores);
      close(forward.logits.dataSync(), logits);
      for (let i = 0; i < 2; i++) {
        for (let j = 0; j < 6; j++) {
          const map = Array.from({ length: 9 }, (_, place) => similarities[(i * 9 + place) * 6 + j]);
          expect(Math.max(...map)).toBe(map[places[i * 6 + j]]);
          expect(scores[i * 6 + j]).toBeCloseTo(Math.max(...map), 3);
        }
        for (let c = 0; c < 3; c++) {
          // Prototypes 2c and 2c + 1 speak for class c, the other four against it by half.
          const own = (k: number) => (Math.floor(k / 2) === c ? 1 : -0.5);
          const sum = Array.from({ length: 6 }, (_, k) => own(k) * scores[i * 6 + k]).reduce((a, b) => a + b);
          expect(logits[i * 3 + c]).toBeCloseTo(sum, 4);
          expect(weights[c * 6 + 2 * c]).toBe(1);
        }
      }
      tf.dispose([x, forward.map, forward.logits]);
      frozen.dispose();
      network.dispose();
    });
  });
}

/** d costs / d prototypes of pictures of one place each, on a line, with v = 0.5 and 3; no gradient from the logits. */
function costGradients(
  vectors: number[],
  places: number[],
  targets: Targets,
  costs: { clusterCost: number; separationCost: number },
): ArrayLike<number> {
  return tf.tidy(() => {
    let found: Tensor | null = null;
    const sink = {
      parameter: (_: string, gradient: Tensor) => (found = gradient),
      statistics: () => undefined,
      state: () => undefined,
    };
    const penalties = { ...NO_PENALTIES, ...costs };
    const moment = { step: 0, chance: new Random(0), targets, v: Float32Array.of(0.5, 3), penalties };
    const all = tf.tensor2d(vectors, [4, 1]);
    const layer = prototypes({ name: 'p', classes: 2, perClass: 2 }, () => all, { sink, moment: () => moment });
    const x = tf.tensor4d(places, [2, 1, 1, 1]);
    const { saved } = layer.forward(x, true);
    layer.backward(x, null, saved, tf.zeros([2, 4]), false);
    if (found === null) throw new Error('no gradient');
    return (found as Tensor).dataSync().slice();
  });
}

function bothPasses(x: Tensor4D, vectors: Tensor2D, dy: Tensor2D): { y: Tensor; dx: Tensor; dVectors: Tensor } {
  const gradients: Tensor[] = [];
  const sink = {
    parameter: (_: string, gradient: Tensor) => void gradients.push(gradient),
    statistics: () => undefined,
    state: () => undefined,
  };
  const [n] = dy.shape;
  const moment = {
    ...{ step: 0, chance: new Random(0), targets: new Int32Array(n), v: new Float32Array(n) },
    penalties: NO_PENALTIES,
  };
  const layer = { name: 'p', classes: vectors.shape[0], perClass: 1 };
  const module = prototypes(layer, () => vectors, { sink, moment: () => moment });
  const { y, saved } = module.forward(x, true);
  const dx = module.backward(x, null, saved, dy, true) as Tensor;
  return { y, dx, dVectors: gradients[0] };
}

function largest(difference: Tensor): number {
  return tf.max(tf.abs(difference)).dataSync()[0];
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  expect(found.length).toBe(expected.length);
  Array.from(expected).forEach((value, i) => {
    expect(Math.abs(found[i] - value), `${found[i]} instead of ${value} at ${i}`).toBeLessThan(tolerance);
  });
}
