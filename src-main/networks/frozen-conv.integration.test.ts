/** Filters that are laid out anew for inference compute what the plain ones do. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Winograd } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { RunSettings } from '../contract/settings.ts';
import { Random } from '../numeric/random.ts';
import { buildArchitecture } from './architectures.ts';
import { Network } from './network.ts';
import { describeParameters, initialWeights } from './parameters.ts';

const PICTURES = 2;
const SIDE = 24;
const { network: NETWORK } = v.parse(RunSettings, {
  network: { architecture: 'resnet10', width: 8, stem: 'small', size: SIDE },
});

describe('a frozen network with filters by minimal filtering', () => {
  let engine: Engine;
  let winograd: Winograd;
  const calls = { there: 0, back: 0, prepared: 0, disposed: 0 };

  beforeAll(async () => {
    engine = await startNative();
    winograd = engine.ops.winograd ?? expect.fail('no oneDNN');
  });

  /** On every map with an even number of columns, counted. */
  const everywhere = (): Engine => ({
    ...engine,
    ops: {
      ...engine.ops,
      winograd: {
        pays: ([, width]) => width % 2 === 0,
        prepare(filter) {
          const prepared = winograd.prepare(filter);
          calls.prepared += 1;
          return {
            run(x, bias) {
              calls[bias === undefined ? 'back' : 'there'] += 1;
              return prepared.run(x, bias);
            },
            dispose() {
              calls.disposed += 1;
              prepared.dispose();
            },
          };
        },
      },
    },
  });

  /** Logits, map and gradient of one pass there and back, and of a pass there alone. */
  async function passes(by: Engine, back: boolean): Promise<Float32Array[]> {
    Object.assign(calls, { there: 0, back: 0, prepared: 0, disposed: 0 });
    const architecture = buildArchitecture(NETWORK, 3);
    const network = new Network(by, architecture, initialWeights(describeParameters(architecture), 5));
    const frozen = await network.freeze();
    const pixels = new Random(6).fillUniform(new Float32Array(PICTURES * SIDE * SIDE * 3), 0, 1);
    const x = tf.tensor4d(pixels, [PICTURES, SIDE, SIDE, 3]);
    const found = back ? frozen.forwardAndBack(x, (logits) => tf.mul(logits, 0.5)) : frozen.forward(x);
    const tensors = Object.values<Tensor>({ ...found });
    const values = await Promise.all(tensors.map(async (tensor) => (await tensor.data()) as Float32Array));
    tf.dispose([...tensors, x]);
    frozen.dispose();
    network.dispose();
    return values;
  }

  it('gives the same map, logits and gradient', async () => {
    const before = tf.memory().numTensors;
    const plain = await passes(engine, true);
    const other = await passes(everywhere(), true);
    // Maps of 24, 12, 6 and 3 pixels: the convolution of the stem and 2, 1 and 1 of stride 1 in the blocks.
    expect(calls).toEqual({ there: 5, back: 5, prepared: 10, disposed: 10 });
    expect(other).toHaveLength(3);
    for (const [i, values] of other.entries()) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0);
      const apart = values.reduce((most, value, j) => Math.max(most, Math.abs(value - plain[i][j])), 0);
      expect(apart / largest).toBeLessThan(1e-5);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lays out no way back where none is gone', async () => {
    await passes(everywhere(), false);
    expect(calls).toMatchObject({ back: 0, prepared: calls.there, disposed: calls.there });
  });

  it('keeps what it has laid out beyond the pass that needed it first', async () => {
    const architecture = buildArchitecture(NETWORK, 3);
    const before = tf.memory().numTensors;
    const network = new Network(everywhere(), architecture, initialWeights(describeParameters(architecture), 5));
    const frozen = await network.freeze();
    // Maps of 16, 8 and 4 pixels a side, and of 2, which are multiplied by a matrix.
    const x = tf.randomUniform<tf.Rank.R4>([PICTURES, 16, 16, 3], 0, 1, 'float32', 7);
    const pass = () => tf.tidy(() => frozen.forwardAndBack(x, (logits) => tf.mul(logits, 0.5)).gradient.dataSync());
    const first = pass();
    const { prepared } = calls;
    expect(pass()).toEqual(first);
    expect(calls.prepared).toBe(prepared);
    x.dispose();
    frozen.dispose();
    network.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
