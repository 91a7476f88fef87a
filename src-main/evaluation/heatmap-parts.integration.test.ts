import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { consistencyPart } from './consistency-part.ts';
import { faithfulnessPart } from './faithfulness-part.ts';
import { sampleModel, sampleSubject } from './sample-subject.fixture.ts';
import { stabilityPart } from './stability-part.ts';
import { measureAll } from './toy-model.fixture.ts';

const SETTINGS = { seed: 1, faithfulness: { steps: 10, pictures: 6, sanityPictures: 4 } };
const PICTURES = 8;

/** All three parts on pictures of the sample, with a trained network. */
async function measured(engine: Engine, batchSize: number) {
  const before = tf.memory().numTensors;
  const model = await sampleModel(engine);
  const subject = await sampleSubject(model, PICTURES, batchSize, SETTINGS);
  const parts = {
    consistency: await measureAll(consistencyPart, subject, batchSize),
    faithfulness: await measureAll(faithfulnessPart, subject, batchSize),
    stability: await measureAll(stabilityPart, subject, batchSize),
  };
  model.close();
  expect(tf.memory().numTensors).toBe(before);
  return parts;
}

describe('heatmaps of a trained network', () => {
  let native: Awaited<ReturnType<typeof measured>>;
  let inParts: typeof native;
  let wasm: typeof native;
  // Native first: its second start would not make it the current engine again.
  beforeAll(async () => {
    const engine = await startNative();
    native = await measured(engine, 8);
    inParts = await measured(engine, 3);
    wasm = await measured(await startWasm(), 8);
  });

  it.each(['consistency', 'faithfulness', 'stability'] as const)(
    '%s is the same on both engines, whatever the batch',
    (part) => {
      expect(Array.from(native[part].rows).every(Number.isFinite)).toBe(true);
      expect(Object.keys(native[part].figures).length).toBeGreaterThan(3);
      for (const [name, { value }] of Object.entries(native[part].figures)) {
        expect(Math.abs(inParts[part].figures[name].value - value), `${name} in parts`).toBeLessThan(1e-3);
        expect(Math.abs(wasm[part].figures[name].value - value), `${name} on wasm`).toBeLessThan(1e-3);
      }
    },
  );

  it('explain better than chance, and change when the network forgets', () => {
    const { figures, details } = native.faithfulness;
    expect(figures['insertion'].value).toBeGreaterThan(figures['insertion_random'].value);
    expect(figures['deletion'].value).toBeLessThan(figures['deletion_random'].value);
    expect(details.insertion.at(-1)).toBeCloseTo(details.deletion[0], 5);
    expect(details.sanity.map(({ layer }) => layer)).toEqual(['fc', 'layer4', 'layer3', 'layer2', 'layer1', 'conv1']);
    expect(details.sanity.at(-1)?.similarity.value).toBeLessThan(0.5);
  });
});
