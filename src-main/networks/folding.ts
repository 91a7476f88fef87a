/**
 * Tensors of a network in inference mode. Each batch norm is folded into the convolution right before it (computed in
 * double precision): w' = w * s, b' = (b - mean) * s + offset, s = scale / sqrt(var + eps) per channel. One that follows
 * something else (DenseNet's) becomes s and offset - mean * s. The first convolution's filter is divided by the
 * pictures' standard deviation too.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Architecture, branchesOf, inputScale, type Layer, NORM_EPSILON } from './layer.ts';
import type { FlatWeights, ParameterLayout } from './parameters.ts';

/** Whether the batch norm at this place goes into the layer before it. */
export function isFoldedAway(layers: readonly Layer[], i: number): boolean {
  const before = layers[i - 1]?.op;
  return layers[i].op === 'norm' && (before === 'conv' || before === 'depthwise');
}

/**
 * By name, in the inner layout: convolutions always with a bias, a batch norm by itself as `<name>.weight` (s) and
 * `<name>.bias`, everything else as it is. The caller disposes of them.
 */
export function foldedTensors(
  architecture: Architecture,
  layout: ParameterLayout,
  weights: FlatWeights,
): Map<string, Tensor> {
  const parameters = new Map(layout.parameters.map((parameter) => [parameter.name, parameter]));
  const statistics = new Map(layout.statistics.map((each) => [each.name, each]));
  const tensors = new Map<string, Tensor>();
  const { std } = inputScale(architecture);

  /** A copy of a parameter. */
  const copy = (name: string): { readonly values: Float32Array; readonly shape: number[] } => {
    const found = parameters.get(name);
    if (found === undefined) throw new Error(`no parameter ${name}`);
    const values = weights.parameters.slice(found.offset, found.offset + found.size);
    return { values, shape: found.innerShape.slice() };
  };
  const keepAsItIs = (name: string): void => {
    const { values, shape } = copy(name);
    tensors.set(name, tf.tensor(values, shape));
  };
  /** s and offset - mean * s, per channel. */
  const affine = (norm: string): { readonly factor: Float64Array; readonly shift: Float64Array } => {
    const found = statistics.get(norm);
    if (found === undefined) throw new Error(`no statistics of ${norm}`);
    const { channels, offset } = found;
    const [scale, bias] = [copy(`${norm}.weight`).values, copy(`${norm}.bias`).values];
    const factor = new Float64Array(channels);
    const shift = new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      factor[c] = scale[c] / Math.sqrt(weights.statistics[offset + channels + c] + NORM_EPSILON);
      shift[c] = bias[c] - weights.statistics[offset + c] * factor[c];
    }
    return { factor, shift };
  };
  const fold = (layer: Extract<Layer, { op: 'conv' | 'depthwise' }>, norm: string | null): void => {
    const { values, shape } = copy(`${layer.name}.weight`);
    const channels = layer.op === 'conv' ? layer.output : layer.channels;
    const bias = layer.bias ? copy(`${layer.name}.bias`).values : new Float32Array(channels);
    if (norm !== null) {
      const { factor, shift } = affine(norm);
      for (let i = 0; i < values.length; i++) values[i] *= factor[i % channels];
      for (let c = 0; c < channels; c++) bias[c] = bias[c] * factor[c] + shift[c];
    }
    if (layer === architecture.features[0]) {
      for (let i = 0; i < values.length; i++) values[i] /= std[Math.floor(i / channels) % std.length];
    }
    tensors.set(`${layer.name}.weight`, tf.tensor(values, shape));
    tensors.set(`${layer.name}.bias`, tf.tensor1d(bias));
  };
  const walk = (layers: readonly Layer[]): void => {
    layers.forEach((layer, i) => {
      const next = layers[i + 1] as Layer | undefined;
      switch (layer.op) {
        case 'conv':
        case 'depthwise':
          fold(layer, next?.op === 'norm' ? next.name : null);
          break;
        case 'norm': {
          if (isFoldedAway(layers, i)) break;
          const { factor, shift } = affine(layer.name);
          tensors.set(`${layer.name}.weight`, tf.tensor1d(Float32Array.from(factor)));
          tensors.set(`${layer.name}.bias`, tf.tensor1d(Float32Array.from(shift)));
          break;
        }
        case 'dense':
          keepAsItIs(`${layer.name}.weight`);
          if (layer.bias !== false) keepAsItIs(`${layer.name}.bias`);
          break;
        case 'pointwise':
        case 'layerNorm':
          keepAsItIs(`${layer.name}.weight`);
          keepAsItIs(`${layer.name}.bias`);
          break;
        case 'prototypes':
          keepAsItIs(`${layer.name}.vectors`);
          keepAsItIs(`${layer.name}.sources`);
          break;
        case 'scale':
          keepAsItIs(layer.name);
          break;
        default:
          branchesOf(layer).forEach(walk);
      }
    });
  };
  walk(architecture.features);
  walk(architecture.head);
  return tensors;
}
