/** A network in training: forward, loss, gradients of all parameters, running statistics. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { Random } from '../numeric/random.ts';
import { assembleTraining } from './assemble.ts';
import { learningRates, splitFeatures, TRAIN_ALL, usesBatch, type FineTuning } from './fine-tuning.ts';
import { FrozenNetwork } from './frozen.ts';
import type { StoredStatistics } from './kept-norm.ts';
import { type Architecture, inputScale, NORM_MOMENTUM } from './layer.ts';
import { type Targets, weightedLoss } from './loss.ts';
import type { GradientSink } from './modules.ts';
import { NO_PENALTIES, type TrainingMoment } from './moment.ts';
import { describeParameters, type FlatWeights, type ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';

/** Result of {@link Network.trainingPass}; the caller disposes of `gradient`. */
export interface TrainingPass {
  /** [parameterCount] d loss / d parameters, loss = mean_i v_i L_i. */
  readonly gradient: Tensor1D;
  /** [n] loss L_i of each picture, not weighted: see loss.ts. */
  readonly losses: Float32Array;
  /** How many of the n pictures were named correctly (as seen in training, augmented): see loss.ts. */
  readonly correct: number;
}

export class Network {
  readonly architecture: Architecture;
  readonly layout: ParameterLayout;
  private readonly engine: Engine;
  /** Stages that stay as they are; null where there are none. */
  private readonly lower: FrozenNetwork | null;
  /** What is trained, to the logits. */
  private readonly layers: Sequence;
  /** [parameterCount] the learning rate of each parameter as a share of the full one; null: all have the full one. */
  readonly rates: Float32Array | null;
  /** Where in the statistics those of the trained stages begin. */
  private readonly movedFrom: number;
  private readonly stored: ReadonlyMap<string, StoredStatistics>;
  private readonly mean: Tensor1D;
  private readonly deviation: Tensor1D;
  private moment: TrainingMoment = {
    step: 0,
    chance: new Random(0),
    targets: new Int32Array(0),
    v: new Float32Array(0),
    penalties: NO_PENALTIES,
  };
  private parameters: Tensor1D;
  private statistics: Tensor1D;
  private views: ReadonlyMap<string, Tensor>;
  private readonly gradients = new Map<string, Tensor>();
  private readonly states = new Map<string, Tensor>();
  private readonly batchStatistics = new Map<string, { mean: Tensor1D; variance: Tensor1D; count: number }>();

  /** @throws SteadygazeError `impossible-value` where more stages are to stay as they are than there are */
  constructor(engine: Engine, architecture: Architecture, weights: FlatWeights, tuning: FineTuning = TRAIN_ALL) {
    const { frozen, trained } = splitFeatures(architecture, tuning.frozenStages);
    this.engine = engine;
    this.architecture = architecture;
    this.layout = describeParameters(architecture);
    this.parameters = tf.tensor1d(weights.parameters.slice());
    this.statistics = tf.tensor1d(weights.statistics.slice());
    this.views = this.viewParameters();
    const { mean, std } = inputScale(architecture);
    this.mean = tf.tensor1d([...mean]);
    this.deviation = tf.tensor1d([...std]);
    const sink: GradientSink = {
      parameter: (name, gradient) => this.gradients.set(name, gradient),
      statistics: (name, mean, variance, count) => this.batchStatistics.set(name, { mean, variance, count }),
      state: (name, value) => this.states.set(name, value),
    };
    const lookup = (name: string): Tensor => {
      const tensor = this.views.get(name);
      if (tensor === undefined) throw new Error(`no parameter ${name}`);
      return tensor;
    };
    const lower = { ...architecture, features: frozen, head: [] };
    this.lower = frozen.length === 0 ? null : new FrozenNetwork(engine, lower, this.layout, weights);
    this.rates = learningRates(architecture, this.layout, tuning);
    const keepsAll = !usesBatch(tuning.batchNorm);
    this.movedFrom = keepsAll ? this.layout.statisticsCount : describeParameters(lower).statisticsCount;
    this.stored = keepsAll ? this.viewStatistics() : new Map();
    const stored = (name: string): StoredStatistics => {
      const found = this.stored.get(name);
      if (found === undefined) throw new Error(`no statistics of ${name}`);
      return found;
    };
    const keptNorms = keepsAll ? { keptNorms: { stored, learnt: tuning.batchNorm === 'keep' } } : {};
    const training = { ops: engine.ops, lookup, sink, moment: () => this.moment, ...keptNorms };
    this.layers = assembleTraining(training, [...trained, ...architecture.head]);
  }

  /**
   * One pass in training mode: gradients of mean_i v_i L_i, and the running statistics moved on.
   * @param x       [n,size,size,3] in [0,1]
   * @param targets what the n pictures are of
   * @param v       [n] sample weights
   * @param seed    of dropout and stochastic depth, another one for every step
   * @param step    since the beginning of the run
   * @param penalties their gradients are in `gradient`; `losses` are those of the classification alone
   */
  async trainingPass(
    x: Tensor4D,
    targets: Targets,
    v: Float32Array,
    seed = 0,
    step = 0,
    penalties = NO_PENALTIES,
  ): Promise<TrainingPass> {
    this.moment = { step, chance: new Random(seed), targets, v, penalties };
    const input = this.lower?.forward(x).map ?? tf.tidy<Tensor4D>(() => tf.div(tf.sub(x, this.mean), this.deviation));
    const { y, tape } = this.layers.forward(input, true);
    const logits = y as Tensor2D;
    const values = (await logits.data()) as Float32Array;
    const { losses, correct, gradient } = weightedLoss(values, targets, v);
    const dLogits = tf.tensor2d(gradient, logits.shape);
    this.layers.backward(tape, input, logits, dLogits, false);
    tf.dispose([dLogits, logits, input]);
    this.moveStatistics();
    this.keepStates();
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

  async weights(): Promise<FlatWeights> {
    const [parameters, statistics] = await Promise.all([this.parameters.data(), this.statistics.data()]);
    return { parameters: (parameters as Float32Array).slice(), statistics: (statistics as Float32Array).slice() };
  }

  /** A copy in inference mode; the caller disposes of it. */
  async freeze(): Promise<FrozenNetwork> {
    return new FrozenNetwork(this.engine, this.architecture, this.layout, await this.weights());
  }

  dispose(): void {
    this.lower?.dispose();
    for (const { mean, variance } of this.stored.values()) tf.dispose([mean, variance]);
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

  /** The stored mean and variance of every batch norm. */
  private viewStatistics(): Map<string, StoredStatistics> {
    const views = new Map<string, StoredStatistics>();
    for (const { name, channels, offset } of this.layout.statistics) {
      const mean = tf.slice1d(this.statistics, offset, channels);
      views.set(name, { mean, variance: tf.slice1d(this.statistics, offset + channels, channels) });
    }
    return views;
  }

  /** running = 0.9 running + 0.1 batch, the variance unbiased (PyTorch). */
  private moveStatistics(): void {
    const moved = this.layout.statistics.filter(({ offset }) => offset >= this.movedFrom);
    if (moved.length === 0) return;
    const old = this.statistics;
    this.statistics = tf.tidy(() => {
      const parts = moved.flatMap(({ name }) => {
        const found = this.batchStatistics.get(name);
        if (found === undefined) throw new Error(`no batch statistics of ${name}`);
        const unbiased = found.count > 1 ? found.count / (found.count - 1) : 1;
        return [found.mean, tf.mul<Tensor1D>(found.variance, unbiased)];
      });
      const batch = tf.concat1d(parts);
      const blended = (before: Tensor1D): Tensor1D =>
        tf.add(tf.mul(before, 1 - NORM_MOMENTUM), tf.mul(batch, NORM_MOMENTUM));
      if (this.movedFrom === 0) return blended(old);
      return tf.concat1d([tf.slice1d(old, 0, this.movedFrom), blended(tf.slice(old, this.movedFrom))]);
    });
    old.dispose();
    for (const { mean, variance } of this.batchStatistics.values()) tf.dispose([mean, variance]);
    this.batchStatistics.clear();
  }

  /** Puts what layers keep into the parameter vector. */
  private keepStates(): void {
    if (this.states.size === 0) return;
    const { parameters } = this.layout;
    this.replaceParameters(
      tf.tidy(() =>
        tf.concat1d(
          parameters.map(({ name, size }) => {
            const value = this.states.get(name) ?? this.views.get(name);
            if (value === undefined) throw new Error(`no parameter ${name}`);
            return tf.reshape(value, [size]);
          }),
        ),
      ),
    );
    tf.dispose([...this.states.values()]);
    this.states.clear();
  }

  private collectGradient(): Tensor1D {
    const flat = tf.tidy(() =>
      tf.concat1d(
        this.layout.parameters.map(({ name, kind, offset, size }) => {
          const gradient = this.gradients.get(name);
          if (gradient === undefined) {
            if (this.rates?.[offset] === 0 || kind === 'state' || kind === 'votes') return tf.zeros<Rank.R1>([size]);
            throw new Error(`no gradient of ${name}`);
          }
          return tf.reshape(gradient, [size]);
        }),
      ),
    );
    tf.dispose([...this.gradients.values()]);
    this.gradients.clear();
    return flat;
  }
}
