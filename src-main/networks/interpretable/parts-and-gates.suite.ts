/** Part masks, the filter loss and class gates against numbers worked out by hand, on the engine at hand. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../compute/engine.ts';
import { LabelSets } from '../../numeric/label-sets.ts';
import { Random } from '../../numeric/random.ts';
import { buildArchitecture } from '../architectures.ts';
import { FrozenNetwork } from '../frozen.ts';
import { inferArchitecture } from '../infer.ts';
import type { Targets } from '../loss.ts';
import type { Module } from '../modules.ts';
import { NO_PENALTIES, type Penalties, type TrainingMoment } from '../moment.ts';
import { Network } from '../network.ts';
import { describeParameters, exportWeights, initialWeights } from '../parameters.ts';
import { SgdOptimizer } from '../sgd.ts';
import { classGate } from './class-gate.ts';
import { projectGate } from './gate-projection.ts';
import { partMask } from './part-mask.ts';

const momentOf = (targets: Targets, penalties: Partial<Penalties>, step = 0): TrainingMoment => ({
  ...{ step, chance: new Random(0), targets, v: new Float32Array(0) },
  penalties: { ...NO_PENALTIES, ...penalties },
});

/** What a pass through a layer gives, as plain numbers. */
interface Pass {
  readonly y: Float32Array;
  readonly dx: Float32Array;
}

function passOf(module: Module, x: Tensor4D, dy: Tensor4D): Pass {
  const { y, saved } = module.forward(x, true);
  const dx = module.backward(x, null, saved, dy, true);
  const pass = { y: y.dataSync() as Float32Array, dx: dx?.dataSync() as Float32Array };
  tf.dispose([y, dx as Tensor]);
  return pass;
}

/** Runs the suite against the engine that `start` gives. */
export function describePartsAndGates(name: string, start: () => Promise<Engine>): void {
  describe(`parts and gates on ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });

    it('masks a map by the part around its peak, and nothing below 0 gets through', () => {
      const before = tf.memory().numTensors;
      // 2 x 8, so n = 4: the peak has the factor 4, its neighbours 0, all else is below. Peaks at (1,2) and (0,7).
      const first = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 9, 4, 5, 6, 7, 8];
      const second = [0, 0, -9, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1];
      const x = tf.tensor4d(
        first.flatMap((value, i) => [value, second[i]]),
        [1, 2, 8, 2],
      );
      const dy = tf.onesLike(x);
      const layer = { op: 'partMask', name: 'icnn', channels: 2, classes: 2 } as const;
      const { y, dx } = passOf(partMask(engine.ops, layer, null), x, dy);
      const at = (values: Float32Array): number[][] =>
        [...values].flatMap((value, i) => (value === 0 ? [] : [[Math.floor(i / 2), i % 2, value]]));
      expect(at(y)).toEqual([
        [7, 1, 8],
        [10, 0, 36],
      ]);
      expect(at(dx)).toEqual([
        [7, 1, 4],
        [10, 0, 4],
      ]);
      tf.dispose([x, dy]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('has the gradient of the filter loss', () => {
      const before = tf.memory().numTensors;
      const [n, h, w, channels] = [4, 3, 5, 3];
      const random = new Random(3);
      // Large values, so that the exponentials differ.
      const values = random.fillUniform(new Float32Array(n * h * w * channels), 0, 12);
      const targets = new LabelSets(3, [[0], [1], [0, 2], [1]], [[], [], [], [2]]);
      // Filter 0 is of class 0, filter 1 of class 1, filter 2 of class 2.
      const table = tf.tensor2d([99, 0, 0, 0, 99, 0, 0, 0, 99], [3, 3]);
      const states: Tensor[] = [];
      const sink = {
        parameter: () => undefined,
        statistics: () => undefined,
        state: (_: string, value: Tensor) => void states.push(value),
      };
      const moment = momentOf(targets, { filterLoss: 2 });
      const layer = { op: 'partMask', name: 'icnn', channels, classes: 3 } as const;
      const module = partMask(engine.ops, layer, { table: () => table, sink, moment: () => moment });
      const x = tf.tensor4d(values, [n, h, w, channels]);
      const dy = tf.zerosLike(x);
      const { dx } = passOf(module, x, dy);
      const isOf = [
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 1],
        [0, 1, null],
      ];
      const loss = frozenFilterLoss(Float64Array.from(values), [n, h, w, channels], isOf);
      let largest = 0;
      for (let i = 0; i < values.length; i++) {
        const step = 1e-4;
        const difference = (loss(i, step) - loss(i, -step)) / (2 * step);
        largest = Math.max(largest, Math.abs(difference));
        expect(Math.abs(dx[i] - 2 * difference)).toBeLessThan(1e-6 + 1e-3 * Math.abs(difference));
      }
      expect(largest).toBeGreaterThan(1e-3);
      expect(states).toHaveLength(1);
      tf.dispose([x, dy, table, ...states]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('sends every so many steps through the gates of the pictures, and learns the gate there', () => {
      const before = tf.memory().numTensors;
      const gate = tf.tensor2d([1, 0.5, 0.25, 1], [2, 2]);
      const gradients: number[][] = [];
      const sink = {
        parameter: (_: string, gradient: Tensor) => {
          gradients.push([...gradient.dataSync()]);
          gradient.dispose();
        },
        statistics: () => undefined,
        state: () => undefined,
      };
      const layer = { op: 'classGate', name: 'csg', channels: 2, classes: 2 } as const;
      const through = (step: number, targets: Targets): Pass => {
        const moment = momentOf(targets, { gatePeriod: 3, gateSparsity: 0.25 }, step);
        return passOf(
          classGate(
            layer,
            () => gate,
            sink,
            () => moment,
          ),
          x,
          dy,
        );
      };
      // One picture of 1 x 2 places: filter 0 sees 2 and 4, filter 1 sees 8 and 16.
      const x = tf.tensor4d([2, 8, 4, 16], [1, 1, 2, 2]);
      const dy = tf.tensor4d([1, 1, 2, 3], [1, 1, 2, 2]);
      for (const step of [0, 1, 3]) {
        expect(through(step, Int32Array.of(0))).toEqual({
          y: Float32Array.of(2, 8, 4, 16),
          dx: Float32Array.of(1, 1, 2, 3),
        });
        expect(gradients.pop()).toEqual([0, 0, 0, 0]);
      }
      // Class 1: 0.25 and 1. d gate = 1*2 + 2*4 = 10 and 1*8 + 3*16 = 56; 2.75 is more than 2 filters: 0.25 / 2 each.
      expect(through(2, Int32Array.of(1))).toEqual({
        y: Float32Array.of(0.5, 8, 1, 16),
        dx: Float32Array.of(0.25, 1, 0.5, 3),
      });
      expect(gradients.pop()).toEqual([0.125, 0.125, 10.125, 56.125]);
      // Both classes: the larger gate of each filter, 1 of class 0 and 1 of class 1.
      expect(through(5, new LabelSets(2, [[0, 1]], [[]])).y).toEqual(Float32Array.of(2, 8, 4, 16));
      expect(gradients.pop()).toEqual([10.125, 0.125, 0.125, 56.125]);
      tf.dispose([x, dy, gate]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('projects a gate so that every filter serves one class wholly', () => {
      const before = tf.memory().numTensors;
      const gate = tf.tensor2d([0.5, 2, -1, 0.25, 1, -3, -0.1, 0.5, -1.5], [3, 3]);
      const projected = projectGate(gate);
      // Columns: divided by 0.5; by 2; raised by 2 until the largest is 1.
      const wanted = [1, 1, 1, 0.5, 0.5, 0, 0, 0.25, 0.5];
      projected.dataSync().forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i], 6);
      });
      tf.dispose([gate, projected]);
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each(['icnn', 'csg'] as const)('%s trains, freezes and travels without leaving tensors behind', async (kind) => {
      const before = tf.memory().numTensors;
      const settings = {
        architecture: 'resnet10',
        width: 2,
        stem: 'small',
        lastStride: 1,
        interpretable: kind,
      } as const;
      const architecture = buildArchitecture(settings, 3);
      const layout = describeParameters(architecture);
      const network = new Network(engine, architecture, initialWeights(layout, 1));
      const optimizer = new SgdOptimizer(network, 0.9, 5e-4);
      const pixels = new Random(2).fillUniform(new Float32Array(4 * 16 * 24 * 3), 0, 1);
      const x = tf.tensor4d(pixels, [4, 16, 24, 3]);
      const penalties = { ...NO_PENALTIES, filterLoss: 1, gatePeriod: 2, gateSparsity: 0.05 };
      const v = new Float32Array(4).fill(1);
      const own = async (): Promise<Float32Array> => {
        const frozen = await network.freeze();
        const values = frozen.values(kind === 'icnn' ? 'icnn.class_activation' : 'csg.gate') ?? new Float32Array(0);
        frozen.dispose();
        return values;
      };
      const seen: Float32Array[] = [await own()];
      for (let step = 0; step < 4; step++) {
        optimizer.step((await network.trainingPass(x, Int32Array.of(0, 1, 2, 1), v, 0, step, penalties)).gradient, 0.1);
        seen.push(await own());
      }
      expect(seen[0]).toEqual(new Float32Array(3 * 16).fill(kind === 'icnn' ? 0 : 1));
      if (kind === 'icnn') {
        expect(seen[1].some((value) => value > 0)).toBe(true);
      } else {
        // Steps 1 and 3 go through the gate; without momentum it does not move in the others.
        expect(seen[1]).toEqual(seen[0]);
        expect(seen[2]).not.toEqual(seen[1]);
        expect(seen[3]).toEqual(seen[2]);
        for (let k = 0; k < 16; k++) expect(Math.max(seen[4][k], seen[4][16 + k], seen[4][32 + k])).toBeCloseTo(1, 6);
        expect(seen[4].every((value) => value >= 0 && value <= 1)).toBe(true);
      }
      const named = exportWeights(layout, await network.weights());
      expect(inferArchitecture('resnet10', named, { lastStride: 1 })).toEqual(architecture);
      const frozen = new FrozenNetwork(engine, architecture, layout, await network.weights());
      const { map, logits } = frozen.forward(x);
      const unmasked = frozen.unmaskedMap(x);
      expect(map.shape).toEqual(unmasked.shape);
      const [inside, whole] = tf.tidy(() => [tf.sum(map).dataSync()[0], tf.sum(unmasked).dataSync()[0]]);
      if (kind === 'icnn') expect(inside).not.toBeCloseTo(whole, 1);
      else expect(inside).toBe(whole);
      const classes = tf.tensor1d([0, 1, 2, 0], 'int32');
      const weights = frozen.camWeights(classes);
      expect(weights?.shape).toEqual([4, 16]);
      expect(frozen.values('none such')).toBeNull();
      tf.dispose([x, map, logits, unmasked, classes, ...(weights === null ? [] : [weights])]);
      for (const each of [frozen, optimizer, network]) each.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

/**
 * Written anew from the paper, in double precision, for one value of x moved by `step` while Z_T, p(x), the peaks and
 * the classes stay: sum over maps of -(1 + n^2) p(T^) p(x|T^) (log p(x|T^) - log p(x) - 1), whose derivative with
 * constant Z_T and p(x) is equation 4.
 * @param isOf for each picture and filter: 1 where the picture is of the filter's class, 0 where not, null: unknown
 */
function frozenFilterLoss(
  x: Float64Array,
  [n, h, w, channels]: readonly [number, number, number, number],
  isOf: readonly (readonly (number | null)[])[],
): (moved: number, step: number) => number {
  const area = h * w;
  const tau = 0.5 / area;
  const template = (mu: number, place: number): number => {
    if (mu === area) return -tau;
    const steps = Math.abs(Math.floor(mu / w) - Math.floor(place / w)) + Math.abs((mu % w) - (place % w));
    return tau * Math.max(1 - (4 * steps) / Math.sqrt(area), -1);
  };
  const places = Array.from({ length: area }, (_, place) => place);
  const valueAt = (i: number, k: number, place: number): number => x[(i * area + place) * channels + k];
  const fit = (i: number, k: number, mu: number): number =>
    places.reduce((sum, place) => sum + valueAt(i, k, place) * template(mu, place), 0);
  const pictures = Array.from({ length: n }, (_, i) => i);
  const z = (k: number, mu: number): number => pictures.reduce((sum, i) => sum + Math.exp(fit(i, k, mu)), 0);
  const terms = pictures.flatMap((i) =>
    Array.from({ length: channels }, (_, k) => {
      const peak = places.reduce((best, place) => (valueAt(i, k, place) > valueAt(i, k, best) ? place : best), 0);
      const mu = isOf[i][k] === 1 ? peak : area;
      const evidence = [...places, area].reduce(
        (sum, each) => sum + Math.exp(fit(i, k, each)) / z(k, each) / (area + 1),
        0,
      );
      return { i, k, mu, z: z(k, mu), evidence };
    }),
  );
  return (moved, step) => {
    const before = x[moved];
    x[moved] = before + step;
    const k = moved % channels;
    const i = Math.floor(moved / (area * channels));
    const sum = terms
      .filter((term) => term.i === i && term.k === k && isOf[i][k] !== null)
      .reduce((total, term) => {
        const likelihood = Math.exp(fit(i, k, term.mu)) / term.z;
        return total - likelihood * (Math.log(likelihood) - Math.log(term.evidence) - 1);
      }, 0);
    x[moved] = before;
    return sum;
  };
}
