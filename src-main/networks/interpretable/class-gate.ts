/**
 * The class gate of CSG (Liang et al., "Training Interpretable Convolutional Neural Networks by Differentiating
 * Class-specific Filters", ECCV 2020): G [classes,channels] in [0,1], at first all 1, says which filters serve which
 * class. Every `gatePeriod`-th step of training multiplies each filter's map by the gate of the picture's class; the
 * other steps, and everything outside training, go the standard path: the layer does nothing there. The losses that a
 * step through the gate reports are those of that path.
 *
 * The gate is learnt in the steps that go through it: by the classification loss, and by what its size costs,
 * `gateSparsity` * max(0, |G|_1 - g) / K, where g = K, the number of filters, is the paper's bound: with it every
 * filter can still serve one class. Ours: the division by K, so that the weight means the same in wide and narrow
 * networks; and that a picture of several classes has the largest gate of its classes. After every step the gate is
 * projected (gate-projection.ts); how fast it learns is said in sgd.ts.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ClassGateLayer } from '../layer.ts';
import type { Targets } from '../loss.ts';
import type { GradientSink, Module } from '../modules.ts';
import type { TrainingMoment } from '../moment.ts';
import { classesOf } from './filter-classes.ts';

/** Whether this step goes through the gate: the last of every `gatePeriod`. */
function isGateStep({ step, penalties: { gatePeriod } }: Pick<TrainingMoment, 'step' | 'penalties'>): boolean {
  return step % gatePeriod === gatePeriod - 1;
}

/** The gate of each picture. Nothing is read from the engine: a graphics card cannot answer within a pass. */
interface PictureGates {
  /** [n,K] */
  readonly values: Tensor2D;
  /** [n,K] int32, which of the picture's classes each gate is of. */
  readonly places: Tensor2D;
  /** [n] lists of as many classes; a picture of fewer has its last one again. */
  readonly classes: readonly (readonly number[])[];
}

/** The largest gate of a picture's classes, for each filter; the first of equals. */
function gatesOf(gate: Tensor2D, targets: Targets, n: number): PictureGates {
  const lists = Array.from({ length: n }, (_, i) => classesOf(targets, i));
  const most = Math.max(...lists.map((own) => own.length));
  const classes = lists.map((own) => Array.from({ length: most }, (_, i) => own[Math.min(i, own.length - 1)]));
  return tf.tidy(() => {
    // [n,most,K]
    const among = tf.gather(gate, tf.tensor2d(classes, [n, most], 'int32'));
    return { values: tf.max<Tensor2D>(among, 1), places: tf.argMax<Tensor2D>(among, 1), classes };
  });
}

function discard({ values, places }: PictureGates): void {
  tf.dispose([values, places]);
}

/** In training mode; in inference mode there is no module. @param gate the tensor `<name>.gate` at the time of the call */
export function classGate(
  { name, channels }: ClassGateLayer,
  gate: () => Tensor,
  sink: GradientSink,
  moment: () => TrainingMoment,
): Module {
  /** Of the loss and the size of the gate, from what each picture's gate changes, [n,K]; inside a tidy. */
  const gateGradient = (byPicture: Tensor, { places, classes }: PictureGates): Tensor => {
    const all = gate() as Tensor2D;
    const isLarge = tf.cast(tf.greater(tf.sum(tf.abs(all)), channels), 'float32');
    let gradient = tf.add<Tensor2D>(tf.zerosLike(all), tf.mul(isLarge, moment().penalties.gateSparsity / channels));
    for (let place = 0; place < classes[0].length; place++) {
      const changes = tf.mul(byPicture, tf.cast(tf.equal(places, place), 'float32'));
      // [classes,n]: the sum over the pictures of each class is a product.
      const members = Float32Array.from({ length: all.shape[0] * classes.length }, (_, i) =>
        classes[i % classes.length][place] === Math.floor(i / classes.length) ? 1 : 0,
      );
      gradient = tf.add(gradient, tf.matMul(tf.tensor2d(members, [all.shape[0], classes.length]), changes));
    }
    return gradient;
  };
  const gated = (x: Tensor, { values }: PictureGates): Tensor =>
    tf.tidy(() => tf.mul(x, tf.reshape(values, [values.shape[0], 1, 1, channels])));
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x) {
      const now = moment();
      if (!isGateStep(now)) return { y: tf.clone(x), saved: null };
      const gates = gatesOf(gate() as Tensor2D, now.targets, x.shape[0] ?? 0);
      return { y: gated(x, gates), saved: gates };
    },
    backward(x, _y, saved, dy, wantInput) {
      const gates = saved as PictureGates | null;
      if (gates === null) {
        sink.parameter(`${name}.gate`, tf.zerosLike(gate()));
        return wantInput ? tf.clone(dy) : null;
      }
      const ofGate = tf.tidy(() => gateGradient(tf.sum(tf.mul(dy, x as Tensor4D), [1, 2]), gates));
      sink.parameter(`${name}.gate`, ofGate);
      const dx = wantInput ? gated(dy, gates) : null;
      discard(gates);
      return dx;
    },
    drop(saved) {
      if (saved !== null) discard(saved as PictureGates);
    },
  };
}
