/** A network in training: forward, loss, gradients of all parameters, running statistics. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { assembleTraining } from './assemble.ts';
import { FrozenNetwork } from './frozen.ts';
import { type Architecture, INPUT_MEAN, INPUT_STD, NORM_MOMENTUM } from './layer.ts';
import type { GradientSink } from './modules.ts';
import { describeParameters, type FlatWeights, type ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';

/** Result of {@link Network.trainingPass}; the caller disposes of `gradient`. */
export interface TrainingPass {
  /** [parameterCount] d loss / d parameters, loss = mean_i v_i L_i. */
  readonly gradient: Tensor1D;
  /** [n] cross-entropy L_i of each picture, not weighted. */
  readonly losses: Float32Array;
  /** How many of the n pictures were classified correctly (as seen in training, augmented). */
  readonly correct: number;
}

export class Network {
  readonly architecture: Architecture;
  readonly layout: ParameterLayout;
  private readonly engine: Engine;
  private readonly layers: Sequence;
  private readonly mean: Tensor1D;
  private readonly deviation: Tensor1D;
  private parameters: Tensor1D;
  private statistics: Tensor1D;
  private views: ReadonlyMap<string, Tensor>;
  private readonly gradients = new Map<string, Tensor>();
  private readonly batchStatistics = new Map<string, { mean: Tensor1D; variance: Tensor1D; count: number }>();

  constructor(engine: Engine, architecture: Architecture, weights: FlatWeights) {
    this.engine = engine;
    this.architecture = architecture;
    this.layout = describeParameters(architecture);
    this.parameters = tf.tensor1d(weights.parameters.slice());
    this.statistics = tf.tensor1d(weights.statistics.slice());
    this.views = this.viewParameters();
    this.mean = tf.tensor1d([...INPUT_MEAN]);
    this.deviation = tf.tensor1d([...INPUT_STD]);
    const sink: GradientSink = {
      parameter: (name, gradient) => this.gradients.set(name, gradient),
      statistics: (name, mean, variance, count) => this.batchStatistics.set(name, { mean, variance, count }),
    };
    const lookup = (name: string): Tensor => {
      const tensor = this.views.get(name);
      if (tensor === undefined) throw new Error(`no parameter ${name}`);
      return tensor;
    };
    const layers = [...architecture.features, ...architecture.head];
    this.layers = assembleTraining(engine.ops, layers, lookup, sink);
  }

  /**
   * One pass in training mode: gradients of mean_i v_i L_i, and the running statistics moved on.
   * @param x      [n,size,size,3] in [0,1]
   * @param labels [n]
   * @param v      [n] sample weights
   */
  trainingPass(x: Tensor4D, labels: Int32Array, v: Float32Array): TrainingPass {
    const input = tf.tidy<Tensor4D>(() => tf.div(tf.sub(x, this.mean), this.deviation));
    const { y, tape } = this.layers.forward(input, true);
    const logits = y as Tensor2D;
    const values = logits.dataSync() as Float32Array;
    const { losses, correct, gradient } = weightedCrossEntropy(values, labels, v);
    const dLogits = tf.tensor2d(gradient, logits.shape);
    this.layers.backward(tape, input, logits, dLogits, false);
    tf.dispose([dLogits, logits, input]);
    this.moveStatistics();
    return { gradient: this.collectGradient(), losses, correct };
  }

  /** The flat parameter vector as a tensor, owned by the network. */
  get parameterVector(): Tensor1D {
    return this.parameters;
  }

  /** Takes ownership of a new parameter vector (an optimiser's step). */
  replaceParameters(parameters: Tensor1D): void {
    tf.dispose([this.parameters, ...this.views.values()]);
    this.parameters = parameters;
    this.views = this.viewParameters();
  }

  weights(): FlatWeights {
    return {
      parameters: (this.parameters.dataSync() as Float32Array).slice(),
      statistics: (this.statistics.dataSync() as Float32Array).slice(),
    };
  }

  /** A copy in inference mode; the caller disposes of it. */
  freeze(): FrozenNetwork {
    return new FrozenNetwork(this.engine, this.architecture, this.layout, this.weights());
  }

  dispose(): void {
    tf.dispose([this.parameters, this.statistics, this.mean, this.deviation, ...this.views.values()]);
  }

  private viewParameters(): Map<string, Tensor> {
    const { parameters } = this.layout;
    const parts = tf.split(
      this.parameters,
      parameters.map(({ size }) => size),
    );
    const views = new Map<string, Tensor>();
    parameters.forEach(({ name, innerShape }, i) => {
      const part = parts[i] as Tensor1D;
      views.set(name, innerShape.length === 1 ? part : tf.reshape(part, innerShape.slice()));
      if (innerShape.length !== 1) part.dispose();
    });
    return views;
  }

  /** running = 0.9 running + 0.1 batch, the variance unbiased (PyTorch). */
  private moveStatistics(): void {
    if (this.layout.statistics.length === 0) return;
    const old = this.statistics;
    this.statistics = tf.tidy(() => {
      const parts = this.layout.statistics.flatMap(({ name }) => {
        const found = this.batchStatistics.get(name);
        if (found === undefined) throw new Error(`no batch statistics of ${name}`);
        const unbiased = found.count > 1 ? found.count / (found.count - 1) : 1;
        return [found.mean, tf.mul<Tensor1D>(found.variance, unbiased)];
      });
      const batch = tf.concat1d(parts);
      return tf.add(tf.mul(old, 1 - NORM_MOMENTUM), tf.mul(batch, NORM_MOMENTUM));
    });
    old.dispose();
    for (const { mean, variance } of this.batchStatistics.values()) tf.dispose([mean, variance]);
    this.batchStatistics.clear();
  }

  private collectGradient(): Tensor1D {
    const flat = tf.tidy(() =>
      tf.concat1d(
        this.layout.parameters.map(({ name, size }) => {
          const gradient = this.gradients.get(name);
          if (gradient === undefined) throw new Error(`no gradient of ${name}`);
          return tf.reshape(gradient, [size]);
        }),
      ),
    );
    tf.dispose([...this.gradients.values()]);
    this.gradients.clear();
    return flat;
  }
}

/** Cross-entropy L_i = -log softmax(z_i)[y_i] in double precision, and d mean_i(v_i L_i) / d z. */
function weightedCrossEntropy(
  logits: Float32Array,
  labels: Int32Array,
  v: Float32Array,
): { losses: Float32Array; correct: number; gradient: Float32Array } {
  const n = labels.length;
  const classes = logits.length / n;
  const losses = new Float32Array(n);
  const gradient = new Float32Array(logits.length);
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[row + c] > logits[row + best]) best = c;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[row + c] - logits[row + best]);
    const logSum = Math.log(sum) + logits[row + best];
    const label = labels[i];
    losses[i] = logSum - logits[row + label];
    if (best === label) correct += 1;
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(logits[row + c] - logSum);
      gradient[row + c] = (v[i] / n) * (probability - (c === label ? 1 : 0));
    }
  }
  return { losses, correct, gradient };
}
