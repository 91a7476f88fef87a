/** Pictures of a square each, and models that read the class off the square or off what is behind it. */
import * as v from 'valibot';
import { EvaluationSettings } from '../contract/evaluation.ts';
import type { EvaluationPart, PartResult } from '../contract/evaluation.ts';
import type { MeasuredModel, PartShelf, RowsIdentity } from './measure-parts.ts';
import type { PartSummary } from './part.ts';
import type { EvaluationData, Pixels, RandomisablePredictor } from './predictor.ts';

const SIDE = 16;
const CLASSES = 3;
const BYTES = SIDE * SIDE * 3;

interface Annotated {
  readonly masks: boolean;
  readonly boxes: boolean;
}

/** Squares of 6x6, bright (100 + 20 * label), each at a place of its own before a dark ground (20 * label). */
export function squares(count: number, annotated: Annotated = { masks: true, boxes: false }): EvaluationData {
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES);
  const corner = (i: number) => ({ x: 1 + (i % 5), y: 2 + (i % 7) });
  const inObject = (i: number, p: number) => {
    const { x, y } = corner(i);
    const px = p % SIDE;
    const py = Math.floor(p / SIDE);
    return px >= x && px < x + 6 && py >= y && py < y + 6;
  };
  return {
    count,
    size: SIDE,
    labels,
    labelSets: null,
    ids: Array.from({ length: count }, (_, i) => `class${i % CLASSES}/${i}.png`),
    hasMasks: annotated.masks,
    hasBoxes: annotated.boxes,
    boxes: (i) => {
      const { x, y } = corner(i);
      return annotated.boxes ? [{ x0: x / SIDE, y0: y / SIDE, x1: (x + 6) / SIDE, y1: (y + 6) / SIDE }] : [];
    },
    readPictures: (indices, out) => {
      Array.from(indices).forEach((index, row) => {
        for (let p = 0; p < SIDE * SIDE; p++) {
          // A model that is not always right has more to be measured wrongly.
          const value = 20 * labels[index] + (inObject(index, p) ? 95 + (index % 17) : 0);
          out.fill(value, row * BYTES + 3 * p, row * BYTES + 3 * p + 3);
        }
      });
      return Promise.resolve();
    },
    readMask: (index, side) => {
      if (!annotated.masks) return Promise.resolve(null);
      const mask = new Uint8Array(side * side);
      const scale = side / SIDE;
      const { x, y } = corner(index);
      for (let row = y * scale; row < (y + 6) * scale; row++)
        mask.fill(1, row * side + x * scale, row * side + (x + 6) * scale);
      return Promise.resolve(mask);
    },
  };
}

/** A model that counts the pictures of each of its passes. */
export interface CountingModel extends RandomisablePredictor {
  readonly passes: number[];
}

/** Reads the class off the picture's object (brightest pixel) or its background (lower right corner). */
export function reader(looksAt: 'object' | 'background'): CountingModel {
  const passes: number[] = [];
  const classify = (batch: Pixels) => {
    const n = batch.length / BYTES;
    passes.push(n);
    const logits = new Float32Array(n * CLASSES);
    for (let i = 0; i < n; i++) {
      const picture = batch.subarray(i * BYTES, (i + 1) * BYTES);
      const read = looksAt === 'object' ? Math.max(...picture) - 100 : picture[BYTES - 1];
      for (let c = 0; c < CLASSES; c++) logits[i * CLASSES + c] = -Math.abs(read - 20 * c) / 10;
    }
    return Promise.resolve(logits);
  };
  return {
    passes,
    size: SIDE,
    classes: CLASSES,
    layers: [],
    inside: null,
    classify,
    predict: async (batch, labels) => {
      const maps = new Float32Array(labels.length * SIDE * SIDE);
      for (let p = 0; p < maps.length; p++) maps[p] = batch[3 * p] >= 90 === (looksAt === 'object') ? 1 : 0;
      return { logits: await classify(batch), maps, mapHeight: SIDE, mapWidth: SIDE };
    },
    attack: () => Promise.reject(new Error('not of this test')),
    randomised: () => {
      throw new Error('not of this test');
    },
  };
}

/** A shelf in memory, and what lies on it. */
export function memoryShelf() {
  const results = new Map<EvaluationPart, PartResult>();
  const summaries = new Map<EvaluationPart, PartSummary>();
  const partial = new Map<EvaluationPart, { identity: RowsIdentity; rows: number[]; seconds: number }>();
  const shelf: PartShelf = {
    // Every result lies at its part.
    result: <Part extends EvaluationPart>(part: Part) =>
      Promise.resolve((results.get(part) ?? null) as PartResult<Part> | null),
    rows: (part, identity) => {
      const found = partial.get(part) ?? { identity, rows: [], seconds: 0 };
      partial.set(part, found);
      return Promise.resolve({
        get done() {
          return found.rows.length / identity.width;
        },
        get seconds() {
          return found.seconds;
        },
        append: (rows, seconds) => {
          found.rows.push(...rows);
          found.seconds += seconds;
          return Promise.resolve();
        },
        all: () => Promise.resolve(Float32Array.from(found.rows)),
        close: () => Promise.resolve(),
        remove: () => Promise.resolve(void partial.delete(part)),
      });
    },
    keep: (result, summary) => {
      results.set(result.part, result);
      summaries.set(result.part, summary);
      return Promise.resolve();
    },
  };
  return { shelf, results, summaries, partial };
}

/** A model with its pictures, ready to be measured. */
export function measuredModel(
  model: RandomisablePredictor,
  measured: EvaluationData,
  changes: {
    readonly validation?: EvaluationData | null;
    readonly batchSize?: number;
    readonly settings?: v.InferInput<typeof EvaluationSettings>;
    readonly control?: () => Promise<void>;
    readonly shelf?: PartShelf;
    readonly weightsHash?: string;
  } = {},
): MeasuredModel {
  const settings = v.parse(EvaluationSettings, changes.settings ?? {});
  return {
    identity: {
      weightsHash: changes.weightsHash ?? 'a'.repeat(64),
      dataFingerprint: 'd'.repeat(64),
      split: 'test',
      judges: [],
      settings,
    },
    subject: {
      model,
      measured,
      validation: changes.validation ?? null,
      classes: ['disc', 'bar', 'frame'],
      judges: [],
      settings,
      batchSize: changes.batchSize ?? 8,
      control: changes.control ?? (() => Promise.resolve()),
    },
    engine: 'wasm',
    shelf: changes.shelf ?? memoryShelf().shelf,
  };
}
