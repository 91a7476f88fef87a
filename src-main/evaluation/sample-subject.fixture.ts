/** Pictures of the sample data set and a trained network of the sample study, as parts of an evaluation see them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Engine } from '../compute/engine.ts';
import { EvaluationSettings } from '../contract/evaluation.ts';
import { RunSettings } from '../contract/settings.ts';
import { decodePicture } from '../datasets/pictures/decode.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { describeParameters, importWeights, type NamedArray } from '../networks/parameters.ts';
import { readSafetensors } from '../networks/safetensors.ts';
import { NetworkPredictor } from './network-predictor.ts';
import type { Subject } from './part.ts';

const RESOURCES = fileURLToPath(new URL('../../resources/', import.meta.url));

/** The network of one run of the sample study; the caller closes it. */
export async function sampleModel(engine: Engine, run = '001-plain-s1'): Promise<NetworkPredictor> {
  const folder = `${RESOURCES}sample-study/runs/${run}/`;
  const record = JSON.parse(await readFile(`${folder}run.json`, 'utf8')) as { settings: unknown; classes: string[] };
  const { network, method } = v.parse(RunSettings, record.settings);
  const architecture = buildArchitecture(network, record.classes.length);
  const stored = readSafetensors(await readFile(`${folder}weights/02.safetensors`)).tensors;
  const weights = importWeights(describeParameters(architecture), stored as ReadonlyMap<string, NamedArray>);
  return new NetworkPredictor(engine, architecture, weights, network.size, method.heatmap);
}

/** @param count pictures of the test split, in turns from each class */
export async function sampleSubject(
  model: NetworkPredictor,
  count: number,
  batchSize: number,
  settings: v.InferInput<typeof EvaluationSettings> = {},
): Promise<Subject> {
  const data = JSON.parse(await readFile(`${RESOURCES}sample-study/data.json`, 'utf8')) as {
    classes: string[];
    samples: { id: string; label: number; split: string }[];
  };
  const test = data.samples.filter(({ split }) => split === 'test');
  const place = (label: number, id: string) =>
    test.filter((other) => other.label === label && other.id < id).length * data.classes.length + label;
  const samples = test.sort((a, b) => place(a.label, a.id) - place(b.label, b.id)).slice(0, count);
  const { size } = model;
  const pictures = await Promise.all(
    samples.map(async ({ id }) => decodePicture(await readFile(`${RESOURCES}sample/${id}`), size)),
  );
  return {
    model,
    measured: {
      count: samples.length,
      size,
      labels: Int32Array.from(samples, ({ label }) => label),
      labelSets: null,
      ids: samples.map(({ id }) => id),
      boxes: () => [],
      hasMasks: false,
      hasBoxes: false,
      readPictures: (indices, out) => {
        Array.from(indices).forEach((index, i) => {
          out.set(pictures[index], i * size * size * 3);
        });
        return Promise.resolve();
      },
      readMask: () => Promise.resolve(null),
    },
    validation: null,
    classes: data.classes,
    judges: [],
    settings: v.parse(EvaluationSettings, settings),
    batchSize,
    control: () => Promise.resolve(),
  };
}
