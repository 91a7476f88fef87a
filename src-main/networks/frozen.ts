/**
 * A network in inference mode: running statistics, batch norm folded into convolutions, no weight
 * gradients. What heatmaps, attacks and evaluation work on.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { assembleInference } from './assemble.ts';
import {
  type Architecture,
  INPUT_MEAN,
  INPUT_STD,
  type Layer,
  NORM_EPSILON,
  poolingHead,
  visitLayers,
} from './layer.ts';
import type { FlatWeights, ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';
import { type UnrolledFilter, unrollFilter } from './unrolled.ts';

/** What one forward pass gives; the caller disposes of both. */
export interface Activations {
  /** The last convolutional feature map A, [n,h,w,K], after its ReLU. */
  readonly map: Tensor4D;
  /** [n,classes]. */
  readonly logits: Tensor2D;
}

export class FrozenNetwork {
  readonly architecture: Architecture;
  private readonly tensors: ReadonlyMap<string, Tensor>;
  private readonly unrolled = new Map<string, UnrolledFilter>();
  private readonly features: Sequence;
  private readonly head: Sequence;
  private readonly mean: Tensor1D;

  constructor(engine: Engine, architecture: Architecture, layout: ParameterLayout, weights: FlatWeights) {
    this.architecture = architecture;
    this.tensors = foldedTensors(architecture, layout, weights);
    const unrolled = (name: string, height: number, width: number): UnrolledFilter => {
      const key = `${name} ${height} ${width}`;
      const found = this.unrolled.get(key) ?? unrollFilter(lookup(`${name}.weight`) as Tensor4D, height, width);
      this.unrolled.set(key, found);
      return found;
    };
    const lookup = (name: string): Tensor => {
      const tensor = this.tensors.get(name);
      if (tensor === undefined) throw new Error(`no tensor ${name}`);
      return tensor;
    };
    this.features = assembleInference(engine.ops, architecture.features, lookup, unrolled);
    this.head = assembleInference(engine.ops, architecture.head, lookup, unrolled);
    this.mean = tf.tensor1d([...INPUT_MEAN]);
  }

  /** @param x [n,size,size,3] in [0,1] */
  forward(x: Tensor4D): Activations {
    const input = tf.sub<Tensor4D>(x, this.mean);
    const { y: map } = this.features.forward(input, false);
    input.dispose();
    const { y: logits } = this.head.forward(map, false);
    return { map: map as Tensor4D, logits: logits as Tensor2D };
  }

  /**
   * Gradient of a loss with respect to the picture, [n,size,size,3].
   * @param lossGradient from logits [n,classes] to d loss / d logits
   */
  inputGradient(x: Tensor4D, lossGradient: (logits: Tensor2D) => Tensor2D): Tensor4D {
    const input = tf.sub<Tensor4D>(x, this.mean);
    const lower = this.features.forward(input, true);
    const upper = this.head.forward(lower.y, true);
    const dLogits = tf.tidy(() => lossGradient(upper.y as Tensor2D));
    const dMap = this.head.backward(upper.tape, lower.y, upper.y, dLogits, true) as Tensor;
    tf.dispose([upper.y, dLogits]);
    const dx = this.features.backward(lower.tape, input, lower.y, dMap, true) as Tensor4D;
    tf.dispose([dMap, lower.y, input]);
    return dx;
  }

  /**
   * d z_c / d A of each sample's class, [n,h,w,K]: one pass through the head and back.
   * @param selection [n,classes], one-hot rows of the classes c
   */
  mapGradient(map: Tensor4D, selection: Tensor2D): Tensor4D {
    const { y, tape } = this.head.forward(map, true);
    const gradient = this.head.backward(tape, map, y, selection, true) as Tensor4D;
    y.dispose();
    return gradient;
  }

  /** Rows [n,K] of the dense layer for classes [n] where the class activation map is closed-form. */
  camWeights(classes: Tensor1D): Tensor2D | null {
    const dense = poolingHead(this.architecture);
    if (dense === null) return null;
    const weight = this.tensors.get(`${dense.name}.weight`) as Tensor2D;
    return tf.tidy(() => tf.gather(tf.transpose(weight), classes));
  }

  dispose(): void {
    tf.dispose([...this.tensors.values(), this.mean]);
    for (const { forward, backward } of this.unrolled.values()) tf.dispose([forward, backward]);
  }
}

/**
 * Tensors of all convolutions and dense layers, batch norm folded in (computed in double
 * precision): w' = w * s, b' = (b - mean) * s + offset, s = scale / sqrt(var + eps) per channel. The first
 * convolution's filter is divided by the pictures' standard deviation too.
 */
function foldedTensors(architecture: Architecture, layout: ParameterLayout, weights: FlatWeights): Map<string, Tensor> {
  const values = (name: string): Float32Array | null => {
    const parameter = layout.parameters.find((candidate) => candidate.name === name);
    return parameter === undefined
      ? null
      : weights.parameters.subarray(parameter.offset, parameter.offset + parameter.size);
  };
  const tensors = new Map<string, Tensor>();
  for (const { name, kind, innerShape } of layout.parameters) {
    if (kind === 'dense') {
      tensors.set(name, tf.tensor((values(name) as Float32Array).slice(), innerShape.slice()));
      const bias = name.replace(/weight$/, 'bias');
      tensors.set(bias, tf.tensor1d((values(bias) as Float32Array).slice()));
    }
  }
  const norms = normsAfterConvolutions(architecture);
  const [first] = architecture.features;
  for (const { name, kind, innerShape, size } of layout.parameters) {
    if (kind !== 'conv') continue;
    const layer = name.replace(/\.weight$/, '');
    const channels = innerShape[3] ?? 1;
    const filter = (values(name) as Float32Array).slice();
    const bias = values(`${layer}.bias`)?.slice() ?? new Float32Array(channels);
    const norm = norms.get(layer);
    if (norm !== undefined) {
      const scale = values(`${norm}.weight`) as Float32Array;
      const offset = values(`${norm}.bias`) as Float32Array;
      const statistics = layout.statistics.find((candidate) => candidate.name === norm);
      if (statistics === undefined) throw new Error(`no statistics of ${norm}`);
      const mean = weights.statistics.subarray(statistics.offset, statistics.offset + channels);
      const variance = weights.statistics.subarray(statistics.offset + channels, statistics.offset + 2 * channels);
      for (let c = 0; c < channels; c++) {
        const factor = scale[c] / Math.sqrt(variance[c] + NORM_EPSILON);
        for (let i = c; i < size; i += channels) filter[i] *= factor;
        bias[c] = (bias[c] - mean[c]) * factor + offset[c];
      }
    }
    if (first.op === 'conv' && first.name === layer) {
      for (let i = 0; i < size; i++) filter[i] /= INPUT_STD[Math.floor(i / channels) % INPUT_STD.length];
    }
    tensors.set(name, tf.tensor(filter, innerShape.slice()));
    tensors.set(`${layer}.bias`, tf.tensor1d(bias));
  }
  return tensors;
}

/** From the name of a convolution to that of the batch norm right after it. */
function normsAfterConvolutions(architecture: Architecture): Map<string, string> {
  const found = new Map<string, string>();
  let previous: Layer | null = null;
  visitLayers([...architecture.features, ...architecture.head], (layer) => {
    if (layer.op === 'norm' && previous?.op === 'conv') found.set(previous.name, layer.name);
    previous = layer;
  });
  return found;
}
