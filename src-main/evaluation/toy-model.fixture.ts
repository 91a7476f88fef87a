/** Models whose predictions and heatmaps are plain functions of the picture, and pictures made of numbers. */
import * as v from 'valibot';
import { type EvaluationPart, EvaluationSettings } from '../contract/evaluation.ts';
import { Random } from '../numeric/random.ts';
import type { ExplanationKind } from '../method/heatmap.ts';
import type { MeasuredPart, PartSummary, PartKind, Subject } from './part.ts';
import type { PictureAttack, Pixels, Predictor, RandomisablePredictor } from './predictor.ts';

export interface Toy {
  readonly size: number;
  /** @param picture [size, size, 3] @returns probabilities */
  readonly probabilities: (picture: Pixels) => readonly number[];
  /** Heatmap [size, size] */
  readonly map: (picture: Pixels, label: number, kind: ExplanationKind | undefined) => ArrayLike<number>;
  /** Heatmap after the last `count` of `layers` are forgotten. */
  readonly forgetting?: (count: number, map: Float32Array) => ArrayLike<number>;
  readonly layers?: readonly string[];
}

/** What a toy was asked. */
export interface ToyModel extends RandomisablePredictor {
  /** Pictures of every call. */
  readonly calls: number[];
  readonly attacks: PictureAttack[];
  /** `open k`, `close k` of models with k layers forgotten. */
  readonly copies: string[];
}

/** Its attack adds eps, and noise of the seed below one step of 1, where it may. */
export function toyModel(toy: Toy): ToyModel {
  const { size } = toy;
  const bytes = size * size * 3;
  const calls: number[] = [];
  const attacks: PictureAttack[] = [];
  const copies: string[] = [];
  const classes = toy.probabilities(new Uint8Array(bytes)).length;
  const eachPicture = <T>(pictures: Pixels, of: (picture: Pixels, i: number) => T): T[] =>
    Array.from({ length: pictures.length / bytes }, (_, i) => of(pictures.subarray(i * bytes, (i + 1) * bytes), i));
  const logits = (pictures: Pixels) =>
    Float32Array.from(
      eachPicture(pictures, (picture) => toy.probabilities(picture).map((p) => Math.log(Math.max(p, 1e-18)))).flat(),
    );
  const forgetting = (count: number): Predictor => ({
    size,
    classes,
    classify: (pictures) => {
      calls.push(pictures.length / bytes);
      return Promise.resolve(logits(pictures));
    },
    predict: (pictures, labels, kind) => {
      calls.push(labels.length);
      const maps = new Float32Array(labels.length * size * size);
      eachPicture(pictures, (picture, i) => {
        const map = Float32Array.from(toy.map(picture, labels[i], kind));
        maps.set(count === 0 ? map : (toy.forgetting?.(count, map) ?? map), i * map.length);
      });
      return Promise.resolve({ logits: logits(pictures), maps, mapHeight: size, mapWidth: size });
    },
    attack: (pictures, _targets, attack) => {
      calls.push(pictures.length / bytes);
      attacks.push(attack);
      const noise = eachPicture(pictures, (_, i) => new Random(attack.seeds[i]).uniform());
      const out = new Float32Array(pictures);
      for (let i = 0; i < out.length; i++) {
        if (attack.region[Math.floor(i / 3)] === 1) out[i] += 255 * attack.eps + noise[Math.floor(i / bytes)];
      }
      return Promise.resolve(out);
    },
  });
  return {
    ...forgetting(0),
    calls,
    attacks,
    copies,
    layers: toy.layers ?? ['head', 'body'],
    inside: null,
    randomised: (count) => {
      copies.push(`open ${String(count)}`);
      return { ...forgetting(count), close: () => void copies.push(`close ${String(count)}`) };
    },
  };
}

/** @param pictures each [size, size, 3] */
export function toySubject(
  model: RandomisablePredictor,
  pictures: readonly Uint8Array[],
  labels: readonly number[],
  settings: v.InferInput<typeof EvaluationSettings> = {},
  batchSize = 64,
): Subject {
  const { size } = model;
  return {
    model,
    measured: {
      count: pictures.length,
      size,
      labels: Int32Array.from(labels),
      labelSets: null,
      ids: pictures.map((_, i) => `picture${String(i).padStart(3, '0')}`),
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
    classes: Array.from({ length: model.classes }, (_, c) => `class ${String(c)}`),
    judges: [],
    settings: v.parse(EvaluationSettings, settings),
    batchSize,
    control: () => Promise.resolve(),
  };
}

/** A picture of grey values. */
export function grey(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from({ length: values.length * 3 }, (_, i) => values[Math.floor(i / 3)]);
}

export interface Measurement<Part extends EvaluationPart> extends PartSummary<Part> {
  readonly part: MeasuredPart<Part>;
  readonly rows: Float32Array;
}

/** Measures a whole part, `chunk` items at a time. */
export async function measureAll<Part extends EvaluationPart>(
  kind: PartKind<Part>,
  subject: Subject,
  chunk = 7,
): Promise<Measurement<Part>> {
  const part = await kind.prepare(subject);
  if ('unmeasurable' in part) throw new Error(part.unmeasurable);
  const rows = new Float32Array(part.count * part.width).fill(NaN);
  for (let from = 0; from < part.count; from += chunk) {
    const items = Array.from({ length: Math.min(chunk, part.count - from) }, (_, i) => from + i);
    await part.measure(items, rows.subarray(from * part.width, (from + items.length) * part.width));
  }
  const summary = part.summarise(rows);
  part.close();
  return { ...summary, part, rows };
}
