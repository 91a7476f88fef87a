/**
 * A network in inference mode: running statistics, batch norm folded into convolutions, no weight
 * gradients. What heatmaps, attacks and evaluation work on.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { assembleInference } from './assemble.ts';
import { foldedTensors } from './folding.ts';
import { type Architecture, inputScale, poolingHead } from './layer.ts';
import type { FlatWeights, ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';
import { type UnrolledFilter, unrollFilter } from './unrolled.ts';

/** What one forward pass gives; the caller disposes of both. */
export interface Activations {
  /** The last convolutional feature map A, [n,h,w,K], after its activation. */
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
    const inference = { ops: engine.ops, lookup, unrolled };
    this.features = assembleInference(inference, architecture.features);
    this.head = assembleInference(inference, architecture.head);
    this.mean = tf.tensor1d([...inputScale(architecture).mean]);
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
