/**
 * Winograd's minimal filtering F(2,3) along the rows of a map (Lavin and Gray, Fast Algorithms for Convolutional Neural
 * Networks, CVPR 2016, section 4.1): two neighbouring values of a filter of three taps from four multiplications
 * instead of six. A 3x3 convolution becomes four with a 3x1 filter on half of the columns, two thirds of the work, and
 * element-wise sums before and after. The result is the same up to rounding: about 3e-6 of the largest value, where
 * other orders of summation differ by 1e-6.
 *
 * With d0 to d3 the columns 2j - 1 to 2j + 2 of x, and g0 to g2 those of the filter:
 *   y[2j]     = (d0 - d2) g0 + (d1 + d2) (g0 + g1 + g2) / 2 + (d2 - d1) (g0 - g1 + g2) / 2
 *   y[2j + 1] = (d1 + d2) (g0 + g1 + g2) / 2 - (d2 - d1) (g0 - g1 + g2) / 2 - (d1 - d3) g2
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Winograd } from './engine.ts';

/** x [N,H,W,Cin] * filter [3,1,Cin,Cout] -> [N,H,W,Cout], one row of padding above and below, plus bias [Cout]. */
export type ColumnConv = (x: Tensor4D, filter: Tensor4D, bias?: Tensor1D) => Tensor4D;

/**
 * Below these the sums cost what the products save on one processor or another: measured on maps of 8 to 112 pixels and
 * 64 to 512 channels (bench/winograd.ts). Neither depends on the batch, so that every picture is computed alike in every
 * batch.
 */
const LEAST_CHANNELS = 128;
const LEAST_MULTIPLICATIONS = 0.25e9;

export function nativeWinograd(columnConv: ColumnConv): Winograd {
  return {
    pays([height, width], input, output) {
      const work = 9 * height * width * input * output;
      // Sums go with the channels before and after, products with both multiplied.
      const channels = (input * output) / (input + output);
      return width % 2 === 0 && channels >= LEAST_CHANNELS && work >= LEAST_MULTIPLICATIONS;
    },
    prepare(filter) {
      const filters = transformed(filter);
      return {
        run: (x, bias) => filtered(x, filters, columnConv, bias),
        dispose: () => tf.dispose(filters),
      };
    },
  };
}

/** The four filters [3,1,Cin,Cout], the last with its sign turned so that everything is added. */
function transformed(filter: Tensor4D): Tensor4D[] {
  const filters = tf.tidy((): Tensor4D[] => {
    const [g0, g1, g2] = tf.split<Tensor4D>(filter, 3, 1);
    const outer = tf.add<Tensor4D>(g0, g2);
    const [sum, difference] = [tf.add<Tensor4D>(outer, g1), tf.sub<Tensor4D>(outer, g1)];
    return [g0, tf.mul<Tensor4D>(sum, 0.5), tf.mul<Tensor4D>(difference, 0.5), tf.neg(g2)];
  });
  return filters.map((each) => tf.keep(each));
}

/** Tensors go as soon as they have served: the whole takes three maps more than the map and its result. */
function filtered(x: Tensor4D, filters: readonly Tensor4D[], columnConv: ColumnConv, bias?: Tensor1D): Tensor4D {
  const [n, height, width] = x.shape;
  const output = filters[0].shape[3];
  const columns = tf.tidy(() => inputOf(x));
  const [outerEven, sum, difference, outerOdd] = filters.map((filter, i) => {
    const isOuter = i === 0 || i === 3;
    const product = columnConv(columns[i], filter, isOuter ? bias : undefined);
    columns[i].dispose();
    return product;
  });
  const y = tf.tidy(() => {
    const flat = (map: Tensor4D) => tf.reshape(map, [-1, output]);
    const even = tf.addN<Tensor4D>([outerEven, sum, difference]);
    const odd = tf.add<Tensor4D>(tf.sub<Tensor4D>(sum, difference), outerOdd);
    return tf.reshape<tf.Rank.R4>(tf.concat([flat(even), flat(odd)], 1), [n, height, width, output]);
  });
  tf.dispose([outerEven, sum, difference, outerOdd]);
  return y;
}

/** d0 - d2, d1 + d2, d2 - d1, d1 - d3 of all pairs of columns, each [N,H,W/2,Cin]; inside a tidy. */
function inputOf(x: Tensor4D): Tensor4D[] {
  const [n, height, width, input] = x.shape;
  const half = width / 2;
  const [even, odd] = tf
    .split(tf.reshape(x, [n * height * half, 2 * input]), 2, 1)
    .map((part) => tf.reshape<tf.Rank.R4>(part, [n, height, half, input]));
  const border = tf.zeros<tf.Rank.R4>([n, height, 1, input]);
  const inner = [n, height, half - 1, input] as const;
  const before = tf.concat4d([border, tf.slice4d(odd, [0, 0, 0, 0], [...inner])], 2);
  const after = tf.concat4d([tf.slice4d(even, [0, 0, 1, 0], [...inner]), border], 2);
  return [tf.sub(before, odd), tf.add(even, odd), tf.sub(odd, even), tf.sub(even, after)];
}
