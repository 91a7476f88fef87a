/**
 * Convolutions in inference mode, where the filter stays as it is from one batch to the next: it is laid out once in the
 * form that takes the least time for the size of the map. Training has no use for this, there the filter is another one
 * at every step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps, PreparedConv, Winograd } from '../compute/engine.ts';
import type { ConvLayer } from './layer.ts';
import { conv, type Module, type ParameterSource } from './modules.ts';
import { isUnrolled, type LaidOutFilter, unrolledFilter } from './unrolled.ts';

/** Filters in their forms, by the name of the layer and what the form depends on. */
export type LaidOutFilters = Map<string, LaidOutFilter>;

/**
 * A convolution with folded batch norm.
 * @param kept takes what is laid out; whoever gives it disposes of its content
 */
export function frozenConv(ops: EngineOps, layer: ConvLayer, source: ParameterSource, kept: LaidOutFilters): Module {
  const plain = conv(ops, layer.name, layer, source, null);
  if (layer.stride !== 1 || layer.kernel === 1 || layer.pad !== (layer.kernel - 1) / 2) return plain;
  const filter = () => source.weight() as Tensor4D;
  const once = (key: string, layOut: () => LaidOutFilter): LaidOutFilter => {
    const found = kept.get(key) ?? layOut();
    kept.set(key, found);
    return found;
  };
  const { winograd } = ops;
  const laidOut = ([, height, width]: Tensor4D['shape']): LaidOutFilter | null => {
    if (ops.smallMapPays?.([height, width], layer.input, layer.output)) return null;
    if (isUnrolled(height, width)) {
      return once(`${layer.name} ${height} ${width}`, () => unrolledFilter(ops, filter(), height, width));
    }
    if (layer.kernel !== 3 || winograd?.pays([height, width], layer.input, layer.output) !== true) return null;
    return once(layer.name, () => winogradFilter(winograd, filter));
  };
  return {
    ...plain,
    forward(x, tape) {
      const form = laidOut(x.shape as Tensor4D['shape']);
      if (form === null) return plain.forward(x, tape);
      return { y: form.forward(x as Tensor4D, source.bias?.()), saved: { shape: x.shape } };
    },
    backward(x, y, saved, dy, wantInput) {
      const { shape } = saved as { shape: Tensor4D['shape'] };
      const form = laidOut(shape);
      if (form === null) return plain.backward(x, y, saved, dy, wantInput);
      return wantInput ? form.inputGrad(dy as Tensor4D) : null;
    },
  };
}

/** Each way is laid out when it is first gone: an evaluation goes none back. */
function winogradFilter(winograd: Winograd, filter: () => Tensor4D): LaidOutFilter {
  let there: PreparedConv | null = null;
  let back: PreparedConv | null = null;
  return {
    forward: (x, bias) => (there ??= winograd.prepare(filter())).run(x, bias),
    inputGrad: (dy) => (back ??= prepareBack(winograd, filter())).run(dy),
    dispose() {
      there?.dispose();
      back?.dispose();
    },
  };
}

/** The gradient of a convolution of stride 1 is one with the filter turned by 180 degrees, from outputs to inputs. */
function prepareBack(winograd: Winograd, filter: Tensor4D): PreparedConv {
  const turned = tf.tidy(() => tf.transpose<Tensor4D>(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]));
  try {
    return winograd.prepare(turned);
  } finally {
    turned.dispose();
  }
}
