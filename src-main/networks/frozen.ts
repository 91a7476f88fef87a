/**
 * A network in inference mode: running statistics, batch norm folded into convolutions, no weight
 * gradients. What heatmaps, attacks and evaluation work on.
 *
 * Of networks that explain themselves: `values('icnn.class_activation')` is the table [classes,K] behind the class of
 * each filter (filterClasses of interpretable/filter-classes.ts), `values('csg.gate')` the gate matrix [classes,K]. With
 * ICNN the `map` of `forward` is the masked one; `unmaskedMap` gives it as it is before the mask.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { assembleInference } from './assemble.ts';
import { foldedTensors } from './folding.ts';
import type { LaidOutFilters } from './frozen-conv.ts';
import { type Architecture, inputScale, poolingHead } from './layer.ts';
import { exportParameter, type FlatWeights, type ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';

/** What one forward pass gives; the caller disposes of both. */
export interface Activations {
  /** The last convolutional feature map A, [n,h,w,K], after its activation. */
  readonly map: Tensor4D;
  /** [n,classes]. */
  readonly logits: Tensor2D;
}

export class FrozenNetwork {
  readonly architecture: Architecture;
  private readonly layout: ParameterLayout;
  private readonly weights: FlatWeights;
  private readonly tensors: ReadonlyMap<string, Tensor>;
  private readonly laidOut: LaidOutFilters = new Map();
  private readonly features: Sequence;
  /** The features without ICNN's mask at their end. */
  private readonly unmasked: Sequence;
  private readonly head: Sequence;
  /** The head of a network with prototypes: from the map to patches, to scores, to logits. */
  private readonly prototypes: Record<'before' | 'at' | 'after', Sequence> | null = null;
  private readonly mean: Tensor1D;

  constructor(engine: Engine, architecture: Architecture, layout: ParameterLayout, weights: FlatWeights) {
    this.architecture = architecture;
    this.layout = layout;
    this.weights = weights;
    this.tensors = foldedTensors(architecture, layout, weights);
    const lookup = (name: string): Tensor => this.parameter(name);
    const inference = { ops: engine.ops, lookup, laidOut: this.laidOut };
    this.features = assembleInference(inference, architecture.features);
    const { features } = architecture;
    const isMasked = features.at(-1)?.op === 'partMask';
    this.unmasked = isMasked ? assembleInference(inference, features.slice(0, -1)) : this.features;
    this.head = assembleInference(inference, architecture.head);
    const prototypes = architecture.head.findIndex(({ op }) => op === 'prototypes');
    if (prototypes >= 0) {
      const [before, at, after] = [
        architecture.head.slice(0, prototypes),
        architecture.head.slice(prototypes, prototypes + 1),
        architecture.head.slice(prototypes + 1),
      ].map((layers) => assembleInference(inference, layers));
      this.prototypes = { before, at, after };
    }
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
   * The last convolutional map [n,h,w,K] as it is before ICNN's part mask; of other networks that of {@link forward}. The
   * caller disposes of it.
   */
  unmaskedMap(x: Tensor4D): Tensor4D {
    const input = tf.sub<Tensor4D>(x, this.mean);
    const { y } = this.unmasked.forward(input, false);
    input.dispose();
    return y as Tensor4D;
  }

  /** Logits [n,classes] of a map [n,h,w,K] as {@link forward} gives it, or changed; the caller disposes of them. */
  logitsOf(map: Tensor4D): Tensor2D {
    return this.head.forward(map, false).y as Tensor2D;
  }

  /** A stored parameter, in PyTorch's layout, by its name in files of weights; null where the network has none such. */
  values(name: string): Float32Array | null {
    const found = this.layout.parameters.find((parameter) => parameter.name === name);
    return found === undefined ? null : exportParameter(found, this.weights.parameters);
  }

  /**
   * Gradient of a loss with respect to the picture, [n,size,size,3].
   * @param lossGradient from logits [n,classes] to d loss / d logits
   */
  inputGradient(x: Tensor4D, lossGradient: (logits: Tensor2D) => Tensor2D): Tensor4D {
    const { map, logits, gradient } = this.forwardAndBack(x, lossGradient);
    tf.dispose([map, logits]);
    return gradient;
  }

  /** {@link forward} and {@link inputGradient} in one pass and one back; the caller disposes of all three. */
  forwardAndBack(
    x: Tensor4D,
    lossGradient: (logits: Tensor2D) => Tensor2D,
  ): Activations & { readonly gradient: Tensor4D } {
    const input = tf.sub<Tensor4D>(x, this.mean);
    const lower = this.features.forward(input, true);
    const upper = this.head.forward(lower.y, true);
    const dLogits = tf.tidy(() => lossGradient(upper.y as Tensor2D));
    const dMap = this.head.backward(upper.tape, lower.y, upper.y, dLogits, true) as Tensor;
    dLogits.dispose();
    const gradient = this.features.backward(lower.tape, input, lower.y, dMap, true) as Tensor4D;
    tf.dispose([dMap, input]);
    return { map: lower.y as Tensor4D, logits: upper.y as Tensor2D, gradient };
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

  /**
   * Patches of every place that prototypes are compared with, [n,h,w,D].
   * @param x [n,size,size,3] in [0,1]
   * @throws Error of a network without prototypes
   */
  patches(x: Tensor4D): Tensor4D {
    if (this.prototypes === null) throw new Error('this network has no prototypes');
    const input = tf.sub<Tensor4D>(x, this.mean);
    const { y: map } = this.features.forward(input, false);
    const { y: patches } = this.prototypes.before.forward(map, false);
    tf.dispose([input, map]);
    return patches as Tensor4D;
  }

  /** Scores [n,m] of the prototypes for patches [n,h,w,D], and logits [n,classes]; the caller disposes of both. */
  scores(patches: Tensor4D): { scores: Tensor2D; logits: Tensor2D } {
    if (this.prototypes === null) throw new Error('this network has no prototypes');
    const { y: scores } = this.prototypes.at.forward(patches, false);
    const { y: logits } = this.prototypes.after.forward(scores, false);
    return { scores: scores as Tensor2D, logits: logits as Tensor2D };
  }

  /** A parameter in the inner layout (batch norms folded: folding.ts), borrowed. @throws Error where there is none */
  parameter(name: string): Tensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`no tensor ${name}`);
    return tensor;
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
    for (const filter of this.laidOut.values()) filter.dispose();
  }
}
