/** ONNX files in ONNX Runtime: another program's reading of them gives our logits. */
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../compute/engine.ts';
import { startWasm } from '../../compute/wasm.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import {
  bytesOf,
  channelsFirst,
  CLASS_NAMES,
  COUNT,
  difference,
  expectedOf,
  NETWORKS,
  probabilitiesOf,
  randomPictures,
  smallModel,
} from './exported.fixture.ts';
import { onnxFile } from './onnx.ts';

// Half of a possible error in the last digits comes from batch norms that are folded here and not there.
const CLOSE = 1e-4;

let engine: Engine;
beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  engine = await startWasm();
});

async function run(
  bytes: Uint8Array,
  size: number,
  pictures: Float32Array,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(bytes);
  const count = pictures.length / (3 * size * size);
  const input = new ort.Tensor('float32', channelsFirst(pictures, [count, size, size, 3]), [count, 3, size, size]);
  const answer = await session.run({ pictures: input });
  await session.release();
  return answer;
}

describe('networks as ONNX', () => {
  it.each(Object.keys(NETWORKS))('%s: logits, probabilities and feature map are ours', async (name) => {
    const model = smallModel(name);
    const expected = expectedOf(engine, model);
    const {
      logits,
      probabilities,
      feature_map: map,
    } = await run(bytesOf(onnxFile(model)), model.size, randomPictures(model.size));
    const [n, h, w, c] = expected.mapShape;
    expect(map?.dims).toEqual([n, c, h, w]);
    expect(logits?.dims).toEqual([COUNT, CLASS_NAMES.length]);
    expect(difference(map?.data as Float32Array, channelsFirst(expected.map, expected.mapShape))).toBeLessThan(CLOSE);
    expect(difference(logits?.data as Float32Array, expected.logits)).toBeLessThan(CLOSE);
    const shares = probabilitiesOf(expected.logits, model.severalLabels);
    expect(difference(probabilities?.data as Float32Array, shares)).toBeLessThan(CLOSE);
  });

  it('takes any number of pictures', async () => {
    const model = smallModel('csg');
    const { logits } = await run(bytesOf(onnxFile(model)), model.size, randomPictures(model.size, 5));
    expect(logits?.dims).toEqual([5, CLASS_NAMES.length]);
  });

  it('says its classes, whatever their names, and ten thousand of them', async () => {
    const classNames = Array.from({ length: 10_000 }, (_, i) => `class "${i}" 🍐`);
    const model = smallModel('resnet18, first layers of ImageNet');
    const bytes = bytesOf(onnxFile({ ...model, classNames: CLASS_NAMES }));
    const many = Buffer.from(bytesOf(onnxFile({ ...model, classNames })));
    expect(Buffer.from(bytes).includes(JSON.stringify(CLASS_NAMES))).toBe(true);
    expect(many.includes('class \\"9999\\" 🍐')).toBe(true);
    await (await ort.InferenceSession.create(bytes)).release();
  });

  it('refuses weights of more than protocol buffers can hold', () => {
    const model = smallModel('csg');
    // What is said of the shape is enough: there are no 2 GB of numbers here.
    const weights = new Map([...model.weights, ['fc.weight', { shape: [3, 2 ** 28], data: new Float32Array(0) }]]);
    const refused = (): unknown => onnxFile({ ...model, weights });
    expect(refused).toThrow(SteadygazeError);
    expect(refused).toThrow('This network is too large for one ONNX file: its weights have more than 2 GB.');
  });
});
