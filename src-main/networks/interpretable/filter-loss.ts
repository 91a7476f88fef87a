/**
 * The filter loss of ICNN (Zhang, Wu, Zhu, CVPR 2018, sections 3.1 and 3.2). For each filter, over the maps x of a
 * batch and the templates T,
 *
 *   Loss = -MI(X;T) = -sum_T p(T) sum_x p(x|T) log(p(x|T) / p(x)),
 *   p(x|T) = exp(<x,T>) / Z_T, Z_T = sum_x exp(<x,T>), p(x) = sum_T p(T) p(x|T),
 *   p(T_mu) = alpha / n^2, p(T^-) = 1 - alpha, alpha = n^2 / (1 + n^2): all templates are equally probable.
 *
 * Its gradient by equation 4: Z_T counts as constant, and of the sum over templates the one that x should fit remains,
 * T^ = T_mu at the peak of x where the picture is of the filter's class, else T^-:
 *
 *   d Loss / d x = -p(T^) p(x|T^) T^ {<x,T^> - log(Z_T^ p(x))}.
 *
 * Ours: the setting `training.filterLoss` is the weight of (1 + n^2) Loss, so that the same weight means as much on
 * small maps as on large ones (p(T) = 1 / (1 + n^2) cancels); sample weights v do not touch this loss, which is one of
 * filters and not of pictures; a picture of which it is not known whether it is of the filter's class adds nothing.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ExpectedParts } from './filter-classes.ts';
import { partTemplates, templateSize } from './part-templates.ts';

/**
 * @param maps      [n,h,w,K] of values that are not negative, before the mask
 * @param peaks     [n,K] int32, place of the largest value of each map
 * @param templates [n,h,w,K] the template around each peak divided by tau: T_mu / tau
 * @param expected  borrowed
 * @returns d (1 + n^2) Loss / d maps, summed over filters; the caller disposes of it
 */
export function filterLossGradient(
  maps: Tensor4D,
  peaks: Tensor2D,
  templates: Tensor4D,
  { present, known }: ExpectedParts,
): Tensor4D {
  const [n, h, w, channels] = maps.shape;
  const area = h * w;
  const tau = templateSize(area);
  return tf.tidy(() => {
    const all = tf.mul<Tensor2D>(tf.tensor2d(partTemplates(h, w), [area + 1, area]), tau);
    const columns = tf.reshape(tf.transpose(tf.reshape(maps, [n, area, channels]), [1, 0, 2]), [area, n * channels]);
    // <x,T> of every template and map: [templates,n,K].
    const fits = tf.reshape<tf.Rank.R3>(tf.matMul(all, columns), [area + 1, n, channels]);
    const logLikelihood = tf.sub<Tensor3D>(fits, tf.logSumExp(fits, 1, true));
    const logEvidence = tf.sub(tf.logSumExp(logLikelihood, 0), Math.log(area + 1));
    const negative = tf.sub(1, present);
    // The place of the template that each map should fit; the negative one is the last.
    const target = tf.add(tf.mul(tf.cast(peaks, 'float32'), present), tf.mul(negative, area));
    const logTarget = tf.tidy(() => {
      const isTarget = tf.equal(tf.reshape(tf.range(0, area + 1), [area + 1, 1, 1]), tf.expandDims(target, 0));
      return tf.sum(tf.mul(logLikelihood, tf.cast(isTarget, 'float32')), 0);
    });
    const factor = tf.mul(tf.mul(tf.exp(logTarget), tf.sub(logEvidence, logTarget)), known);
    const overMap = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [n, 1, 1, channels]);
    const targets = tf.sub(tf.mul(templates, overMap(present)), overMap(negative));
    return tf.mul<Tensor4D>(targets, tf.mul(overMap(factor), tau));
  });
}
