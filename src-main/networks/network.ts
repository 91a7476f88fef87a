/** A network in training: forward, loss, gradients of all parameters, running statistics. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { disposingOnFailure } from '../compute/out-of-memory.ts';
import { Random } from '../numeric/random.ts';
import { assembleTraining } from './assemble.ts';
import { learningRates, splitFeatures, TRAIN_ALL, usesBatch, type FineTuning } from './fine-tuning.ts';
import { FrozenNetwork } from './frozen.ts';
import type { StoredStatistics } from './kept-norm.ts';
import { type Architecture, inputScale, NORM_MOMENTUM, poolingHead } from './layer.ts';
import { type Targets, weightedLoss } from './loss.ts';
import type { GradientSink } from './modules.ts';
import { NO_PENALTIES, type TrainingMoment } from './moment.ts';
import { ParameterVector } from './parameter-vector.ts';
import { describeParameters, type FlatWeights, type Parameter, type ParameterLayout } from './parameters.ts';
import type { Sequence } from './sequence.ts';
import { statisticsViews, StoredParameters } from './stored-parameters.ts';
import { PartSums, pickTargets, type TrainingBatch, type TrainingPass } from './training-parts.ts';
import { type Watch, watchedPass } from './watched-pass.ts';

export class Network {
  readonly architecture: Architecture;
  readonly layout: ParameterLayout;
  readonly parameters: StoredParameters;
  private readonly engine: Engine;
  /** Stages that stay as they are; null where there are none. */
  private readonly lower: FrozenNetwork | null;
  /** What is trained, to the logits. */
  private readonly layers: Sequence;
  /** The same in two, up to the last convolutional map and from there on. */
  private readonly halves: { readonly features: Sequence; readonly head: Sequence };
  /** During a pass from which nothing is learnt. */
  private isRepeated = false;
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
  private statistics: Tensor1D;
  private readonly gradients = new Map<string, Tensor>();
  private readonly states = new Map<string, Tensor>();
  private readonly batchStatistics = new Map<string, { mean: Tensor1D; variance: Tensor1D; count: number }>();

  /** @throws SteadygazeError `impossible-value` where more stages are to stay as they are than there are */
  constructor(engine: Engine, architecture: Architecture, weights: FlatWeights, tuning: FineTuning = TRAIN_ALL) {
    const { frozen, trained } = splitFeatures(architecture, tuning.frozenStages);
    this.engine = engine;
    this.architecture = architecture;
    this.layout = describeParameters(architecture);
    this.parameters = new StoredParameters(this.layout, weights.parameters);
    this.statistics = tf.tensor1d(weights.statistics.slice());
    const { mean, std } = inputScale(architecture);
    this.mean = tf.tensor1d([...mean]);
    this.deviation = tf.tensor1d([...std]);
    const sink: GradientSink = {
      parameter: (name, gradient) => this.gradients.set(name, gradient),
      statistics: (name, mean, variance, count) => {
        if (this.isRepeated) tf.dispose([mean, variance]);
        else this.batchStatistics.set(name, { mean, variance, count });
      },
      state: (name, value) => {
        if (this.isRepeated) return value.dispose();
        this.states.get(name)?.dispose();
        this.states.set(name, value);
      },
    };
    const lookup = (name: string): Tensor => {
      // What an earlier part of the batch has moved on is read by the next.
      const tensor = this.states.get(name) ?? this.parameters.view(name);
      if (tensor === undefined) throw new Error(`no parameter ${name}`);
      return tensor;
    };
    const lower = { ...architecture, features: frozen, head: [] };
    this.lower = frozen.length === 0 ? null : new FrozenNetwork(engine, lower, this.layout, weights);
    this.rates = learningRates(architecture, this.layout, tuning);
    const keepsAll = !usesBatch(tuning.batchNorm);
    this.movedFrom = keepsAll ? this.layout.statisticsCount : describeParameters(lower).statisticsCount;
    this.stored = keepsAll ? statisticsViews(this.statistics, this.layout) : new Map();
    const stored = (name: string): StoredStatistics => {
      const found = this.stored.get(name);
      if (found === undefined) throw new Error(`no statistics of ${name}`);
      return found;
    };
    const keptNorms = keepsAll ? { keptNorms: { stored, learnt: tuning.batchNorm === 'keep' } } : {};
    const training = { ops: engine.ops, lookup, sink, moment: () => this.moment, ...keptNorms };
    this.layers = assembleTraining(training, [...trained, ...architecture.head]);
    const [features, head] = [trained, architecture.head].map((half) => assembleTraining(training, half));
    this.halves = { features, head };
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
  trainingPass(
    x: Tensor4D,
    targets: Targets,
    v: Float32Array,
    seed = 0,
    step = 0,
    penalties = NO_PENALTIES,
  ): Promise<TrainingPass> {
    return this.trainingPassInParts({ targets, v, seed, step, penalties }, [v.length], () => tf.clone(x));
  }

  /**
   * The same with a part of the batch at a time, which takes less memory. The gradient is the same to rounding, except
   * for what goes by all pictures that are seen together: batch norms normalise by the pictures of a part (and their
   * running statistics move by the mean over the parts), the filter loss of ICNN compares the maps of a part (its table
   * of classes moves on with every part). Where it fails, the network is as it was before.
   * @param sizes      pictures of each part
   * @param picturesOf the pictures `from` .. `to - 1` of the batch, [to - from,size,size,3] in [0,1]; disposed of here
   * @param watch      is shown every part, of a network that is trained from the picture on
   */
  async trainingPassInParts(
    batch: TrainingBatch,
    sizes: readonly number[],
    picturesOf: (from: number, to: number) => Tensor4D,
    watch: Watch | null = null,
  ): Promise<TrainingPass> {
    const sums = new PartSums(batch.v.length);
    try {
      await disposingOnFailure(async () => {
        for (const size of sizes) {
          const { done } = sums;
          const { losses, correct } = await this.passOfPart(batch, done, picturesOf(done, done + size), watch);
          sums.add({ losses, correct, gradient: this.collectGradient(), statistics: this.collectStatistics() });
        }
      });
    } catch (error) {
      for (const found of [this.gradients, this.batchStatistics, this.states]) found.clear();
      this.isRepeated = false;
      throw error;
    }
    const { statistics, gradient, losses, correct } = sums.whole();
    if (statistics !== null) this.moveStatistics(statistics);
    this.keepStates();
    return { gradient, losses, correct };
  }

  /** Leaves gradients and statistics of the part behind, the gradient that of the mean over its pictures. */
  private async passOfPart(
    { targets, v, seed, step, penalties }: TrainingBatch,
    before: number,
    x: Tensor4D,
    watch: Watch | null,
  ): Promise<Pick<TrainingPass, 'losses' | 'correct'>> {
    const [count] = x.shape;
    const own = count === v.length ? targets : pickTargets(targets, before, before + count);
    const ownV = v.subarray(before, before + count);
    const part = { before, all: v.length };
    this.moment = { step, chance: new Random(seed), targets: own, v: ownV, penalties, part };
    if (watch !== null) {
      const { moment, scaled } = this;
      const repeated = <T>(pass: () => T): T => this.repeated(pass, seed);
      return watchedPass({ ...this.halves, scaled, moment, repeated }, x, watch);
    }
    const input = this.lower?.forward(x).map ?? this.scaled(x);
    x.dispose();
    const { y, tape } = this.layers.forward(input, true);
    const logits = y as Tensor2D;
    const values = (await logits.data()) as Float32Array;
    const { losses, correct, gradient } = weightedLoss(values, own, ownV);
    const dLogits = tf.tensor2d(gradient, logits.shape);
    this.layers.backward(tape, input, logits, dLogits, false);
    tf.dispose([dLogits, logits, input]);
    return { losses, correct };
  }

  /** A pass by the same chance as the one before, from which nothing is learnt. */
  private repeated<T>(pass: () => T, seed: number): T {
    this.moment = { ...this.moment, chance: new Random(seed) };
    this.isRepeated = true;
    const result = pass();
    this.isRepeated = false;
    return result;
  }

  private readonly scaled = (x: Tensor4D): Tensor4D => tf.tidy(() => tf.div(tf.sub(x, this.mean), this.deviation));

  /** Rows [n,K] of the dense layer for classes [n] where the class activation map is closed-form. */
  camWeights(classes: Tensor1D): Tensor2D | null {
    const dense = poolingHead(this.architecture);
    if (dense === null) return null;
    return tf.tidy(() => tf.gather(tf.transpose(this.parameters.view(`${dense.name}.weight`) as Tensor2D), classes));
  }

  async weights(): Promise<FlatWeights> {
    const [parameters, statistics] = await Promise.all([this.parameters.vector.data(), this.statistics.data()]);
    return { parameters, statistics: (statistics as Float32Array).slice() };
  }

  /** A copy in inference mode; the caller disposes of it. */
  async freeze(): Promise<FrozenNetwork> {
    return new FrozenNetwork(this.engine, this.architecture, this.layout, await this.weights());
  }

  dispose(): void {
    this.lower?.dispose();
    for (const { mean, variance } of this.stored.values()) tf.dispose([mean, variance]);
    this.parameters.dispose();
    tf.dispose([this.statistics, this.mean, this.deviation]);
  }

  /** Mean and unbiased variance of every batch norm that goes by the batch, one after the other; null without any. */
  private collectStatistics(): Tensor1D | null {
    const moved = this.layout.statistics.filter(({ offset }) => offset >= this.movedFrom);
    if (moved.length === 0) return null;
    const flat = tf.tidy(() =>
      tf.concat1d(
        moved.flatMap(({ name }) => {
          const found = this.batchStatistics.get(name);
          if (found === undefined) throw new Error(`no batch statistics of ${name}`);
          const unbiased = found.count > 1 ? found.count / (found.count - 1) : 1;
          return [found.mean, tf.mul<Tensor1D>(found.variance, unbiased)];
        }),
      ),
    );
    for (const { mean, variance } of this.batchStatistics.values()) tf.dispose([mean, variance]);
    this.batchStatistics.clear();
    return flat;
  }

  /** running = 0.9 running + 0.1 batch, the variance unbiased (PyTorch). @param batch disposed of */
  private moveStatistics(batch: Tensor1D): void {
    const old = this.statistics;
    this.statistics = tf.tidy(() => {
      const blended = (before: Tensor1D): Tensor1D =>
        tf.add(tf.mul(before, 1 - NORM_MOMENTUM), tf.mul(batch, NORM_MOMENTUM));
      if (this.movedFrom === 0) return blended(old);
      return tf.concat1d([tf.slice1d(old, 0, this.movedFrom), blended(tf.slice(old, this.movedFrom))]);
    });
    tf.dispose([old, batch]);
  }

  /** Puts what layers keep into the parameter vector. */
  private keepStates(): void {
    this.parameters.replaceSome(this.states);
    tf.dispose([...this.states.values()]);
    this.states.clear();
  }

  private collectGradient(): ParameterVector {
    const gradientOf = ({ name, kind, offset, size }: Parameter): Tensor => {
      const gradient = this.gradients.get(name);
      if (gradient !== undefined) return gradient;
      if (this.rates?.[offset] === 0 || kind === 'state' || kind === 'votes') return tf.zeros([size]);
      throw new Error(`no gradient of ${name}`);
    };
    const flat = (tensor: Tensor): Tensor1D => tf.reshape(tensor, [tensor.size]);
    const parts = this.parameters.chunks.map(({ parameters }) =>
      tf.tidy(() => {
        const gradients = parameters.map(gradientOf);
        // Joining copies, also where there is nothing to join.
        if (gradients.length === 1) return flat(gradients[0]);
        return tf.concat1d(gradients.map((each) => (each.rank === 1 ? (each as Tensor1D) : flat(each))));
      }),
    );
    tf.dispose([...this.gradients.values()]);
    this.gradients.clear();
    return new ParameterVector(parts);
  }
}
