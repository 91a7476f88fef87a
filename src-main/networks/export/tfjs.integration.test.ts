/** Graph models as TensorFlow.js loads them: its own reading of them gives our logits. */
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../compute/engine.ts';
import { startWasm } from '../../compute/wasm.ts';
import {
  bytesOf,
  CLASS_NAMES,
  COUNT,
  difference,
  expectedOf,
  NETWORKS,
  probabilitiesOf,
  randomPictures,
  smallModel,
} from './exported.fixture.ts';
import type { ModelFile } from './model.ts';
import { tfjsFiles } from './tfjs.ts';

const CLOSE = 1e-4;

let engine: Engine;
beforeAll(async () => {
  engine = await startWasm();
});

interface ModelJson extends Omit<tf.io.ModelJSON, 'convertedBy'> {
  readonly convertedBy: string | null;
}

/** As a browser would fetch them. */
function handlerOf(files: readonly ModelFile[]): tf.io.IOHandler {
  const byName = new Map(files.map((file) => [file.name, bytesOf(file)]));
  const json = JSON.parse(new TextDecoder().decode(byName.get('tfjs/model.json'))) as ModelJson;
  const load = (): Promise<tf.io.ModelArtifacts> =>
    tf.io.getModelArtifactsForJSON(
      { ...json, convertedBy: json.convertedBy ?? undefined } as tf.io.ModelJSON,
      (groups) => {
        const paths = groups.flatMap(({ paths: some }) => some);
        const data = Buffer.concat(paths.map((path) => byName.get(`tfjs/${path}`) ?? new Uint8Array(0)));
        return Promise.resolve([groups.flatMap(({ weights }) => weights), Uint8Array.from(data).buffer]);
      },
    );
  return { load };
}

describe('networks as graph models of TensorFlow.js', () => {
  it.each(Object.keys(NETWORKS))('%s: logits, probabilities and feature map are ours', async (name) => {
    const model = smallModel(name);
    const expected = expectedOf(engine, model);
    const loaded = await loadGraphModel(handlerOf(tfjsFiles(model)));
    const x = tf.tensor4d(randomPictures(model.size), [COUNT, model.size, model.size, 3]);
    const outputs = loaded.execute({ pictures: x }, ['logits', 'probabilities', 'feature_map']) as tf.Tensor[];
    const [logits, probabilities, map] = outputs.map((tensor) => tensor.dataSync() as Float32Array);
    expect(outputs[2]?.shape).toEqual(expected.mapShape);
    expect(difference(map ?? [], expected.map)).toBeLessThan(CLOSE);
    expect(difference(logits ?? [], expected.logits)).toBeLessThan(CLOSE);
    const shares = probabilitiesOf(expected.logits, model.severalLabels);
    expect(difference(probabilities ?? [], shares)).toBeLessThan(CLOSE);
    tf.dispose([x, ...outputs]);
    loaded.dispose();
  });

  it('names what goes in and comes out, and its classes', async () => {
    const loaded = await loadGraphModel(handlerOf(tfjsFiles(smallModel('csg'))));
    expect(loaded.inputs.map(({ name, shape }) => [name, shape])).toEqual([['pictures', [-1, 32, 32, 3]]]);
    expect(loaded.outputs.map(({ name }) => name)).toEqual(['logits', 'probabilities', 'feature_map']);
    const { classes } = loaded.metadata as unknown as { classes: string };
    expect(JSON.parse(classes)).toEqual(CLASS_NAMES);
    loaded.dispose();
  });

  it('cuts weights into files of 4 MB, in any order', () => {
    const model = smallModel('csg');
    const { shape } = model.weights.get('layer4.0.conv2.weight') ?? { shape: [] };
    // A layer that is wider than the network's, for there is nothing that would notice: 9 MB.
    const data = Float32Array.from({ length: 9 * 512 ** 2 }, (_, i) => i);
    expect(shape).toHaveLength(4);
    const weights = new Map([...model.weights, ['layer4.0.conv2.weight', { shape: [512, 512, 3, 3], data }]]);
    const [, ...shards] = tfjsFiles({ ...model, weights });
    const backwards = shards.reverse().map(bytesOf).reverse();
    const sizes = backwards.map(({ length }) => length);
    expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => 4 * 2 ** 20));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Buffer.concat(shards.reverse().map(bytesOf)).equals(Buffer.concat(backwards))).toBe(true);
  });
});
