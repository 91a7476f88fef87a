/** The logits of torchvision's networks at full size, to be met by every engine. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { ARCHITECTURES } from '../contract/settings.ts';
import type { ArchitectureName } from '../contract/settings.ts';
import { FrozenNetwork } from './frozen.ts';
import { inferArchitecture } from './infer.ts';
import { describeParameters, importWeights } from './parameters.ts';
import { PICTURES_SHAPE, seededPictures, seededWeights } from './seeded-weights.fixture.ts';

const CLASSES = 10;
/** Hidden dense layers of VGG: in full they would be half a gigabyte. */
const VGG_HIDDEN = 64;
const THEIRS = ARCHITECTURES.filter((name) => name !== 'resnet10');

/** Runs the fixtures on the engine that `start` gives. @param names a slow engine does one of each kind */
export function describeLogits(
  engineName: string,
  start: () => Promise<Engine>,
  names: readonly ArchitectureName[] = THEIRS,
): void {
  describe(`torchvision's logits on ${engineName}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });

    it.each(names)('%s', async (name) => {
      const before = tf.memory().numTensors;
      const { tensors, gain, logits: expected } = fixture(name);
      const named = seededWeights(tensors, gain);
      const architecture = inferArchitecture(name, named);
      const layout = describeParameters(architecture);
      const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, named));
      const logits = tf.tidy(() => {
        const forward = network.forward(tf.tensor4d(seededPictures(), PICTURES_SHAPE));
        return { map: forward.map, found: forward.logits };
      });
      const found = await logits.found.data();
      const largest = Math.max(...expected.map(Math.abs));
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
      expect(found.length).toBe(expected.length);
      expect(worst / largest).toBeLessThan(1e-4);
      tf.dispose(logits);
      network.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

interface Fixture {
  readonly tensors: readonly string[];
  readonly gain: number;
  readonly logits: readonly (readonly number[])[];
}

/** Shapes of the network with {@link CLASSES} classes, and its logits. */
function fixture(name: ArchitectureName): { tensors: Map<string, number[]>; gain: number; logits: number[] } {
  const file = new URL(`torchvision/${name}.json`, import.meta.url);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
  const last = stored.tensors[stored.tensors.length - 1].split('.', 1)[0];
  const tensors = new Map<string, number[]>();
  for (const line of stored.tensors) {
    const [key = '', sides = ''] = line.split(': ');
    const shape = sides.split(' ').map(Number);
    const isHead = key.startsWith(`${last}.`);
    tensors.set(
      key,
      shape.map((side) => (isHead && side === 1000 ? CLASSES : isHead && side === 4096 ? VGG_HIDDEN : side)),
    );
  }
  return { tensors, gain: stored.gain, logits: stored.logits.flat() };
}
