/** Small made-up training data and quiet hooks for tests of the method. */
import { LabelSets } from '../numeric/label-sets.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import type { TrainingData } from './data.ts';
import type { AssessmentResult, RoundsHooks } from './rounds-types.ts';
import type { Snapshot } from './snapshot.ts';

/** Discs whose colour is the class, on noise; `count` pictures of `size` pixels in 3 classes. */
export function discs(count: number, size: number): TrainingData {
  const pictures = new Uint8Array(count * size * size * 3);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  for (let i = 0; i < count; i++) {
    const random = new Random(hashSeed('disc', i));
    const [cx, cy] = [size / 4 + (random.uniform() * size) / 2, size / 4 + (random.uniform() * size) / 2];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const inside = (x - cx) ** 2 + (y - cy) ** 2 < (size / 5) ** 2;
        for (let c = 0; c < 3; c++) {
          const noise = 60 + random.integer(120);
          pictures[((i * size + y) * size + x) * 3 + c] = inside ? (c === labels[i] ? 230 : 30) : noise;
        }
      }
    }
  }
  const area = size * size * 3;
  return {
    count,
    size,
    classCount: 3,
    labels,
    labelSets: null,
    ids: Array.from({ length: count }, (_, i) => `disc-${i}.png`),
    read(indices, out) {
      for (let k = 0; k < indices.length; k++) {
        const i = indices[k];
        out.set(pictures.subarray(i * area, (i + 1) * area), k * area);
      }
      return Promise.resolve();
    },
  };
}

/**
 * Pictures with one or two discs, whose colours are their classes; of the third class it is sometimes not known whether
 * it is there.
 */
export function severalDiscs(count: number, size: number): TrainingData {
  const area = size * size * 3;
  const pictures = new Uint8Array(count * area);
  const positives: number[][] = [];
  const unsure: number[][] = [];
  for (let i = 0; i < count; i++) {
    const random = new Random(hashSeed('several discs', i));
    const own = i % 2 === 0 ? [i % 3] : [i % 3, (i + 1) % 3];
    positives.push(own.sort());
    unsure.push(i % 7 === 0 && !own.includes(2) ? [2] : []);
    for (let p = 0; p < area; p++) pictures[i * area + p] = 60 + random.integer(120);
    own.forEach((label, k) => {
      const [cx, cy] = [size * (own.length === 1 ? 0.5 : 0.3 + 0.4 * k), size * (0.35 + 0.3 * random.uniform())];
      for (let p = 0; p < size * size; p++) {
        if (((p % size) - cx) ** 2 + (Math.floor(p / size) - cy) ** 2 >= (size / 6) ** 2) continue;
        for (let c = 0; c < 3; c++) pictures[i * area + 3 * p + c] = c === label ? 230 : 30;
      }
    });
  }
  return {
    count,
    size,
    classCount: 3,
    labels: Int32Array.from(positives, ([first]) => first),
    labelSets: new LabelSets(3, positives, unsure),
    ids: Array.from({ length: count }, (_, i) => `several-${i}.png`),
    read(indices, out) {
      for (let k = 0; k < indices.length; k++) {
        out.set(pictures.subarray(indices[k] * area, (indices[k] + 1) * area), k * area);
      }
      return Promise.resolve();
    },
  };
}

export interface Recorder extends RoundsHooks {
  readonly assessments: AssessmentResult[];
  readonly snapshots: Snapshot[];
}

/**
 * Hooks that keep everything. @param everyBatch whether a checkpoint is due at every batch border
 * @param stopAfter number of snapshots after which the work is stopped by an error
 */
export function recorder(everyBatch = false, stopAfter = Infinity): Recorder {
  const assessments: AssessmentResult[] = [];
  const snapshots: Snapshot[] = [];
  return {
    assessments,
    snapshots,
    control: () => (snapshots.length >= stopAfter ? Promise.reject(new Error('stopped')) : Promise.resolve()),
    checkpointDue: () => everyBatch,
    checkpoint(snapshot) {
      snapshots.push(copy(snapshot));
      return Promise.resolve();
    },
    progress: () => undefined,
    epoch: () => undefined,
    calibrated: () => Promise.resolve(),
    assessed(result) {
      assessments.push(result);
      return Promise.resolve();
    },
    warning: () => undefined,
  };
}

/** As a file would keep it: later work must not reach into it. */
function copy(snapshot: Snapshot): Snapshot {
  const arrays = (map: Snapshot['weights']) =>
    new Map(Array.from(map, ([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const));
  return { position: { ...snapshot.position }, weights: arrays(snapshot.weights), state: arrays(snapshot.state) };
}
