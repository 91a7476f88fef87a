/**
 * The last step of an ICNN's features (Zhang, Wu, Zhu, CVPR 2018, section 3): every filter's map is masked by the
 * template around its peak mu^, x_masked = max(x o T_mu^, 0). The mask counts as constant in the backward pass.
 *
 * Ours: the mask is n T / tau (n at the peak), not T, so that what is pooled keeps about its size although so few places
 * remain: with T / tau, 1 at the peak, the head learns several times more slowly. What is below 0 before the mask
 * (networks that do not end with a ReLU) is 0 first, or the product with the negative part of a template would count as
 * a part found.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../../compute/engine.ts';
import type { PartMaskLayer } from '../layer.ts';
import type { GradientSink, Module } from '../modules.ts';
import type { TrainingMoment } from '../moment.ts';
import { expectedParts, movedTable } from './filter-classes.ts';
import { filterLossGradient } from './filter-loss.ts';
import { maskHeight, templateSlope } from './part-templates.ts';

/** Where each map has its largest value, the first of equals: [n,K] int32, counted row by row. */
export function partPeaks(maps: Tensor4D): Tensor2D {
  const [n, h, w, channels] = maps.shape;
  return tf.tidy(() => tf.argMax<Tensor2D>(tf.reshape(maps, [n, h * w, channels]), 1));
}

/**
 * T_mu / tau around the peak of each map, [n,h,w,K] in [-1,1]; where it is above 0 the mask lets values through.
 * @param peaks of {@link partPeaks}
 */
export function templatesAround(peaks: Tensor2D, height: number, width: number): Tensor4D {
  const [n, channels] = peaks.shape;
  return tf.tidy(() => {
    const place = tf.reshape(tf.cast(peaks, 'float32'), [n, 1, 1, channels]);
    // Half a step further, so that rounding cannot fall into the row above.
    const row = tf.floor(tf.div(tf.add(place, 0.5), width));
    const column = tf.sub(place, tf.mul(row, width));
    const rowSteps = tf.abs(tf.sub(tf.reshape(tf.range(0, height), [1, height, 1, 1]), row));
    const columnSteps = tf.abs(tf.sub(tf.reshape(tf.range(0, width), [1, 1, width, 1]), column));
    const fall = tf.mul(tf.add(rowSteps, columnSteps), templateSlope(height * width));
    return tf.maximum<Tensor4D>(tf.sub(1, fall), -1);
  });
}

/** What maps are multiplied by. @param templates of {@link templatesAround} */
function masksOf(templates: Tensor4D): Tensor4D {
  const [, h, w] = templates.shape;
  return tf.mul(tf.relu(templates), maskHeight(h * w));
}

/** What the layer does beside masking while the network learns. */
interface PartLearning {
  /** `<name>.class_activation` before the step. */
  readonly table: () => Tensor;
  readonly sink: GradientSink;
  readonly moment: () => TrainingMoment;
}

/** What the gradient needs: places of the peaks, and in training the class of each filter, [K] int32. */
interface Saved {
  readonly peaks: Tensor2D;
  readonly classes: Tensor1D | null;
}

function discard({ peaks, classes }: Saved): void {
  peaks.dispose();
  classes?.dispose();
}

/** @param learning null in inference mode */
export function partMask(
  ops: EngineOps,
  { name, classes: classCount }: PartMaskLayer,
  learning: PartLearning | null,
): Module {
  /** Moves the table on. @returns the class of each filter */
  const learnClasses = (positive: Tensor4D, { table, sink, moment }: PartLearning): Tensor1D => {
    const means = tf.mean<Tensor2D>(positive, [1, 2]);
    const moved = movedTable(table() as Tensor2D, means, moment().targets);
    means.dispose();
    const classes = tf.argMax<Tensor1D>(moved, 0);
    sink.state(`${name}.class_activation`, moved);
    return classes;
  };
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x) {
      const [, h, w] = x.shape as Tensor4D['shape'];
      const positive = tf.relu(x as Tensor4D);
      const peaks = partPeaks(positive);
      const y = tf.tidy(() => tf.mul(positive, masksOf(templatesAround(peaks, h, w))));
      const classes = learning === null ? null : learnClasses(positive, learning);
      positive.dispose();
      return { y, saved: { peaks, classes } satisfies Saved };
    },
    backward(x, _y, saved, dy, wantInput) {
      const { peaks, classes } = saved as Saved;
      const maps = x as Tensor4D;
      const [n, h, w] = maps.shape;
      const dx = wantInput
        ? tf.tidy(() => {
            const templates = templatesAround(peaks, h, w);
            let gradient = tf.mul<Tensor4D>(dy, masksOf(templates));
            if (learning !== null && classes !== null) {
              const { targets, penalties } = learning.moment();
              if (penalties.filterLoss > 0) {
                const expected = expectedParts(classes, targets, n, classCount);
                const ofParts = filterLossGradient(tf.relu(maps), peaks, templates, expected);
                gradient = tf.add(gradient, tf.mul(ofParts, penalties.filterLoss));
              }
            }
            return ops.reluGrad(gradient, maps);
          })
        : null;
      discard(saved as Saved);
      return dx;
    },
    drop: (saved) => discard(saved as Saved),
  };
}
