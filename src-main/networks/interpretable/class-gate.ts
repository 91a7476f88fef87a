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
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ClassGateLayer } from '../layer.ts';
import type { Targets } from '../loss.ts';
import type { GradientSink, Module } from '../modules.ts';
import type { TrainingMoment } from '../moment.ts';
import { classesOf } from './filter-classes.ts';

/** Whether this step goes through the gate: the last of every `gatePeriod`. */
function isGateStep({ step, penalties: { gatePeriod } }: Pick<TrainingMoment, 'step' | 'penalties'>): boolean {
  return step % gatePeriod === gatePeriod - 1;
}

/** The gate of each picture. */
interface PictureGates {
  /** [n,K] */
  readonly values: Float32Array;
  /** [n,K] the class whose gate it is. */
  readonly classes: Int32Array;
}

/** The largest gate of a picture's classes, for each filter; the first of equals. */
function gatesOf(gate: Float32Array, channels: number, targets: Targets, n: number): PictureGates {
  const values = new Float32Array(n * channels);
  const classes = new Int32Array(n * channels);
  for (let i = 0; i < n; i++) {
    const own = classesOf(targets, i);
    for (let k = 0; k < channels; k++) {
      let best = own[0];
      for (const label of own) if (gate[label * channels + k] > gate[best * channels + k]) best = label;
      values[i * channels + k] = gate[best * channels + k];
      classes[i * channels + k] = best;
    }
  }
  return { values, classes };
}

/** In training mode; in inference mode there is no module. @param gate the tensor `<name>.gate` at the time of the call */
export function classGate(
  { name, channels }: ClassGateLayer,
  gate: () => Tensor,
  sink: GradientSink,
  moment: () => TrainingMoment,
): Module {
  /** Of the loss and the size of the gate, from what each picture's gate changes, [n,K]. */
  const gateGradient = (byPicture: Float32Array, { classes }: PictureGates): Tensor => {
    const tensor = gate();
    const values = tensor.dataSync() as Float32Array;
    const size = values.reduce((sum, value) => sum + Math.abs(value), 0);
    const cost = size > channels ? moment().penalties.gateSparsity / channels : 0;
    const gradient = new Float32Array(values.length).fill(cost);
    byPicture.forEach((value, i) => (gradient[classes[i] * channels + (i % channels)] += value));
    return tf.tensor(gradient, tensor.shape);
  };
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x) {
      const now = moment();
      if (!isGateStep(now)) return { y: tf.clone(x), saved: null };
      const n = x.shape[0] ?? 0;
      const gates = gatesOf(gate().dataSync() as Float32Array, channels, now.targets, n);
      return { y: tf.tidy(() => tf.mul(x, tf.tensor4d(gates.values, [n, 1, 1, channels]))), saved: gates };
    },
    backward(x, _y, saved, dy, wantInput) {
      const gates = saved as PictureGates | null;
      if (gates === null) {
        sink.parameter(`${name}.gate`, tf.zerosLike(gate()));
        return wantInput ? tf.clone(dy) : null;
      }
      const changes = tf.tidy(() => tf.sum(tf.mul(dy, x as Tensor4D), [1, 2]));
      sink.parameter(`${name}.gate`, gateGradient(changes.dataSync() as Float32Array, gates));
      changes.dispose();
      const n = dy.shape[0] ?? 0;
      return wantInput ? tf.tidy(() => tf.mul(dy, tf.tensor4d(gates.values, [n, 1, 1, channels]))) : null;
    },
    drop: () => undefined,
  };
}
