/**
 * Prototypes (Chen, Li, Tao, Barnett, Rudin and Su, "This Looks Like That", NeurIPS 2019): each prototype p is a patch
 * of one class, and its score for a picture is how like the most similar place z of the map is to it,
 * max_z log((d + 1) / (d + 1e-4)) with d = |z - p|^2. The similarity falls with d, so that place is the nearest one.
 *
 * Training adds two costs to the loss (equation 1): pictures come near to some prototype of their class, mean_i v_i
 * min_own d, and stay away from the others, - mean_i v_i min_other d. Their gradients are added here; the loss that is
 * told of a batch is the loss of the logits alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { LabelSets } from '../../numeric/label-sets.ts';
import type { PrototypesLayer } from '../layer.ts';
import type { Targets } from '../loss.ts';
import type { GradientSink, Module } from '../modules.ts';
import type { TrainingMoment } from '../moment.ts';

/** Keeps the similarity finite where a patch is its prototype: at most log(10,001), about 9.2. */
export const SIMILARITY_EPSILON = 1e-4;
/** So many numbers at once: of more, pictures take turns. */
const AT_ONCE = 2 ** 22;

/** What the layer needs in training beside its input. */
interface PrototypesInTraining {
  readonly sink: GradientSink;
  readonly moment: () => TrainingMoment;
}

/** @param vectors [m,D], looked up at every use */
export function prototypes(
  layer: Pick<PrototypesLayer, 'name' | 'classes' | 'perClass'>,
  vectors: () => Tensor2D,
  training: PrototypesInTraining | null,
): Module {
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x) {
      const [place, distance] = nearest(x as Tensor4D, vectors());
      return { y: tf.tidy(() => similarity(distance)), saved: [place, distance] };
    },
    backward(x, _y, saved, dy, wantInput) {
      const [place, distance] = saved as [Tensor2D, Tensor2D];
      const costs = training === null ? null : costGradient(distance, layer, training.moment());
      const [dVectors, dx = null] = tf.tidy(() => {
        // d/dd log((d + 1) / (d + e)) = 1 / (d + 1) - 1 / (d + e)
        const slope = tf.sub(tf.div(1, tf.add(distance, 1)), tf.div(1, tf.add(distance, SIMILARITY_EPSILON)));
        const fromLogits = tf.mul<Tensor2D>(dy, slope);
        const dDistance = costs === null ? fromLogits : tf.add<Tensor2D>(fromLogits, costs);
        return distanceGradient(x as Tensor4D, vectors(), place, dDistance, wantInput);
      });
      tf.dispose([place, distance, ...(costs === null ? [] : [costs])]);
      if (training === null) dVectors.dispose();
      else training.sink.parameter(`${layer.name}.vectors`, dVectors);
      return dx;
    },
    drop: (saved) => {
      tf.dispose(saved as Tensor[]);
    },
  };
}

/** log((d + 1) / (d + 1e-4)) of squared distances. */
export function similarity<T extends Tensor>(distance: T): T {
  return tf.tidy(() => tf.log(tf.div<T>(tf.add(distance, 1), tf.add(distance, SIMILARITY_EPSILON))));
}

/**
 * |z|^2 - 2 z p + |p|^2, at least 0: one matrix product. Rounding leaves about 1e-7 |z|^2 even where z is p.
 * @param patches [rows,D]
 * @param vectors [m,D]
 * @returns [rows,m]
 */
export function squaredDistances(patches: Tensor2D, vectors: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    // Transposed first: the products with transposed operands are scalar loops in wasm.
    const product = tf.matMul(patches, tf.transpose(vectors));
    const ofPatches = tf.sum(tf.square(patches), 1, true);
    const ofVectors = tf.sum(tf.square(vectors), 1);
    return tf.relu(tf.add(tf.sub(ofPatches, tf.mul(product, 2)), ofVectors));
  });
}

/**
 * @param x [n,h,w,D]
 * @returns [n,m] the place of each picture that is nearest to each prototype (row by row, int32), and its squared distance
 */
function nearest(x: Tensor4D, vectors: Tensor2D): [place: Tensor2D, distance: Tensor2D] {
  const [height, width, channels] = x.shape.slice(1);
  const [m] = vectors.shape;
  const parts = eachPart(x, vectors, (pictures) => {
    const count = pictures.shape[0];
    const patches = tf.reshape<tf.Rank.R2>(pictures, [count * height * width, channels]);
    const all = tf.reshape<tf.Rank.R3>(squaredDistances(patches, vectors), [count, height * width, m]);
    const place = tf.argMin<Tensor2D>(all, 1);
    // Once more and without cancellation: near a prototype the similarity is steep.
    const distance = tf.sum<Tensor2D>(tf.square(offsets(pictures, vectors, place)), 2);
    return [place, distance];
  });
  return [joined(parts.map(([place]) => place)), joined(parts.map(([, distance]) => distance))];
}

/**
 * Gradients of squared distances at the nearest places: 2 (z - p) for the place, and its opposite for the prototype.
 * @param dDistance [n,m]
 * @returns that of the prototypes [m,D], and where it is wanted that of x
 */
function distanceGradient(
  x: Tensor4D,
  vectors: Tensor2D,
  place: Tensor2D,
  dDistance: Tensor2D,
  wantInput: boolean,
): [Tensor2D, Tensor4D?] {
  const [height, width, channels] = x.shape.slice(1);
  const [m] = vectors.shape;
  const parts = eachPart(x, vectors, (pictures, start) => {
    const count = pictures.shape[0];
    const places = tf.slice(place, [start, 0], [count, m]);
    const factor = tf.expandDims(tf.mul(tf.slice(dDistance, [start, 0], [count, m]), 2), 2);
    const change = tf.mul<Tensor3D>(offsets(pictures, vectors, places), factor);
    const rows = count * height * width;
    const dVectors = tf.neg(tf.sum<Tensor2D>(change, 0));
    if (!wantInput) return [dVectors];
    const dx = tf.scatterND<tf.Rank.R2>(
      tf.reshape(rowsOf(places, height * width), [count * m, 1]),
      tf.reshape(change, [count * m, channels]),
      [rows, channels],
    );
    return [dVectors, tf.reshape<tf.Rank.R4>(dx, [count, height, width, channels])];
  });
  const dVectors = tf.addN(parts.map(([part]) => part as Tensor2D));
  return wantInput ? [dVectors, joined(parts.map(([, part]) => part as Tensor4D))] : [dVectors];
}

/** z - p of the given places, [n,m,D]. */
function offsets(x: Tensor4D, vectors: Tensor2D, place: Tensor2D): Tensor3D {
  const [n, height, width, channels] = x.shape;
  const [m] = vectors.shape;
  const rows = tf.reshape<tf.Rank.R1>(rowsOf(place, height * width), [n * m]);
  const found = tf.gather(tf.reshape<tf.Rank.R2>(x, [n * height * width, channels]), rows);
  return tf.sub(tf.reshape<tf.Rank.R3>(found, [n, m, channels]), vectors);
}

/** From places within each of n pictures to rows of all their places, [n,m]. */
function rowsOf(place: Tensor2D, area: number): Tensor2D {
  const [n] = place.shape;
  const first = tf.tensor2d(
    Int32Array.from({ length: n }, (_, i) => i * area),
    [n, 1],
    'int32',
  );
  return tf.add(place, first);
}

/** Calls `use` for as many pictures at once as memory allows; what it returns is kept, all else disposed of. */
function eachPart<T extends Tensor[]>(
  x: Tensor4D,
  vectors: Tensor2D,
  use: (pictures: Tensor4D, start: number) => T,
): T[] {
  const [n, height, width, channels] = x.shape;
  const [m] = vectors.shape;
  const each = height * width * m + 3 * m * channels;
  const step = Math.min(n, Math.max(1, Math.floor(AT_ONCE / each)));
  const parts: T[] = [];
  for (let start = 0; start < n; start += step) {
    const count = Math.min(step, n - start);
    parts.push(tf.tidy(() => use(tf.slice(x, [start, 0, 0, 0], [count, height, width, channels]), start)));
  }
  return parts;
}

/** The parts one below the other; they are disposed of. */
function joined<T extends Tensor>(parts: T[]): T {
  const [only] = parts;
  if (parts.length === 1) return only;
  const whole = tf.concat<T>(parts, 0);
  tf.dispose(parts);
  return whole;
}

/**
 * Gradient of both costs, v_i / n times their weight: at the nearest prototype of the picture's classes, and with a
 * minus at the nearest of the others. Of several labels, a class of which it is not known whether it is there is neither.
 * @param distance [n,m]
 */
function costGradient(
  distance: Tensor2D,
  { classes, perClass }: Pick<PrototypesLayer, 'classes' | 'perClass'>,
  { targets, v, penalties }: TrainingMoment,
): Tensor2D {
  const [n, m] = distance.shape;
  const costs = { own: penalties.clusterCost, other: -penalties.separationCost };
  return tf.tidy(() => {
    const parts = (['own', 'other'] as const).map((relation) => {
      const among = new Uint8Array(n * m);
      const weights = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        for (let label = 0; label < classes; label++) {
          if (relationOf(targets, i, label) !== relation) continue;
          const first = i * m + label * perClass;
          among.fill(1, first, first + perClass);
          weights[i] = (costs[relation] * v[i]) / n;
        }
      }
      const considered = tf.where(tf.tensor2d(among, [n, m], 'bool'), distance, tf.fill([n, m], Infinity));
      const nearest = tf.cast(tf.oneHot(tf.argMin<tf.Tensor1D>(considered, 1), m), 'float32');
      return tf.mul<Tensor2D>(nearest, tf.tensor2d(weights, [n, 1]));
    });
    return tf.add(parts[0], parts[1]);
  });
}

function relationOf(targets: Targets, i: number, label: number): 'own' | 'other' | 'unsure' {
  if (!(targets instanceof LabelSets)) return targets[i] === label ? 'own' : 'other';
  if (targets.isPositive(i, label)) return 'own';
  return targets.unsure(i).includes(label) ? 'unsure' : 'other';
}
