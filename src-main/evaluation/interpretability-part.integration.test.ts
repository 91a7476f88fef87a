import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { type Interpretable, RunSettings } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { describeParameters, initialWeights } from '../networks/parameters.ts';
import { interpretabilityPart } from './interpretability-part.ts';
import { NetworkPredictor } from './network-predictor.ts';
import { sampleModel, sampleSubject } from './sample-subject.fixture.ts';
import { measureAll } from './toy-model.fixture.ts';

const CLASSES = 6;
let engine: Engine;
beforeAll(async () => {
  engine = await startNative();
});

/** A network that has learned nothing. @param gate by class and filter, of `csg` */
function untrained(interpretable: Interpretable, gate?: (label: number, filter: number) => number): NetworkPredictor {
  const { network } = v.parse(RunSettings, {
    network: {
      architecture: 'resnet10',
      width: 8,
      size: 64,
      interpretable,
      prototypesPerClass: 2,
      prototypeChannels: 8,
    },
  });
  const architecture = buildArchitecture(network, CLASSES);
  const layout = describeParameters(architecture);
  const weights = initialWeights(layout, 1);
  for (const { kind, offset, size, shape } of layout.parameters) {
    if (kind !== 'gate' || gate === undefined) continue;
    for (let i = 0; i < size; i++) weights.parameters[offset + i] = gate(Math.floor(i / shape[1]), i % shape[1]);
  }
  return new NetworkPredictor(engine, architecture, weights, 64, 'auto');
}

async function measured(model: NetworkPredictor, count = 18, batchSize = 8) {
  const before = tf.memory().numTensors;
  const result = await measureAll(interpretabilityPart, await sampleSubject(model, count, batchSize), batchSize);
  expect(tf.memory().numTensors).toBe(before);
  model.close();
  return result;
}

describe('interpretability of networks', () => {
  it.each(['001-plain-s1', '002-consistency-s1'])('is measured of the run %s of the sample study', async (run) => {
    const { figures, details, rows } = await measured(await sampleModel(engine, run));
    const again = await measured(await sampleModel(engine, run), 18, 5);
    for (const [name, { value, low, high, n }] of Object.entries(figures)) {
      expect(again.figures[name].value, name).toBeCloseTo(value, 4);
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
      expect(n, name).toBe(18);
    }
    expect(Object.keys(figures)).toEqual(['filter_locality', 'uniform_locality', 'filter_selectivity']);
    // Filters of a trained network are no even maps, and answer more to some classes.
    expect(figures['filter_locality'].low).toBeGreaterThan(figures['uniform_locality'].high);
    expect(figures['filter_selectivity'].value).toBeGreaterThan(0.2);
    expect(rows.length / 18).toBe(9 + details.filters);
    expect(details.favourites.reduce((sum, count) => sum + count, 0)).toBe(details.filters - details.silent);
  });

  it('of one with part masks is that of the map before them', async () => {
    const [plain, masked] = [await measured(untrained('none')), await measured(untrained('icnn'))];
    expect(masked.figures['filter_locality'].value).toBeCloseTo(plain.figures['filter_locality'].value, 6);
    expect(masked.details).toEqual(plain.details);
  });

  it('of one with a class gate sends every picture through the gate of its label, and through its complement', async () => {
    // The head is linear and its bias is 0 at first: a gate of g on all filters makes g times the logits.
    const gated = untrained('csg', (label) => label / 5);
    const plain = untrained('none');
    const { measured: data } = await sampleSubject(plain, 12, 12);
    const pictures = new Uint8Array(12 * 64 * 64 * 3);
    await data.readPictures(Array.from(data.labels.keys()), pictures);
    const logits = await plain.classify(pictures);
    const { gated: found } = await gated.inside.look(pictures, data.labels);
    const gateOf = (i: number) => data.labels[Math.floor(i / CLASSES)] / 5;
    expect(new Set(data.labels).size).toBe(CLASSES);
    logits.forEach((logit, i) => {
      expect(found?.only[i]).toBeCloseTo(gateOf(i) * logit, 4);
      expect(found?.without[i]).toBeCloseTo((1 - gateOf(i)) * logit, 4);
      expect(found?.other[i]).toBeCloseTo((((data.labels[Math.floor(i / CLASSES)] + 1) % CLASSES) / 5) * logit, 4);
    });
    plain.close();
    const { figures, details } = await measured(gated);
    // Labels 0 to 5: the gate's mean is a half, each filter serves 0 + 0.2 + ... + 1 classes.
    expect(details.gate?.sparsity).toBeCloseTo(0.5, 6);
    expect(details.gate?.classesPerFilter).toBeCloseTo(3, 6);
    expect(Object.keys(figures)).toContain('complement_accuracy');
  });

  it('of one with prototypes finds their most similar places', async () => {
    const { figures, details, rows, part } = await measured(untrained('protopnet'));
    expect(details.prototypes).toMatchObject({ count: 12, chance: expect.closeTo(1 / 6, 6) as number, target: null });
    expect(figures['prototype_purity'].value).toBeGreaterThanOrEqual(0);
    expect(figures['prototype_purity'].value).toBeLessThanOrEqual(1);
    const similarities = rows.subarray(part.width - 24, part.width - 12);
    expect(similarities.every((value) => value > 0 && value < 9.3)).toBe(true);
  });
});
