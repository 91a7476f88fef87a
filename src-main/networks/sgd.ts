/**
 * Stochastic gradient descent with momentum and weight decay (PyTorch's `SGD`):
 * g = gradient + decay * w; m = momentum * m + g; w = w - rate * m. Decay acts on convolution and
 * dense weights alone. Class gates have no momentum, so that they change in the steps that go through them and in no
 * others, and learn K times as fast, for each of their values is one of K filters': its gradient is so much smaller while
 * its range stays 0 to 1. They are projected after every step (interpretable/gate-projection.ts).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { projectGates } from './interpretable/gate-projection.ts';
import type { Network } from './network.ts';

export class SgdOptimizer {
  private readonly network: Network;
  /** [parameterCount] momentum of each parameter. */
  private readonly momentum: Tensor1D;
  /** [parameterCount] decay of each parameter. */
  private readonly decay: Tensor1D;
  /** [parameterCount] learning rate of each parameter as a share of the full one; null: all have the full one. */
  private readonly rates: Tensor1D | null;
  private velocity: Tensor1D;

  /** @param velocity momentum buffer to go on with, [parameterCount]; zeros when absent. */
  constructor(network: Network, momentum: number, weightDecay: number, velocity?: Float32Array) {
    this.network = network;
    const { parameters, parameterCount } = network.layout;
    const decay = new Float32Array(parameterCount);
    const kept = new Float32Array(parameterCount).fill(momentum);
    for (const { kind, offset, size } of parameters) {
      if (kind === 'conv' || kind === 'dense') decay.fill(weightDecay, offset, offset + size);
      if (kind === 'gate') kept.fill(0, offset, offset + size);
    }
    const rates = ratesOf(network);
    // What stays as it is does not decay either.
    if (rates !== null) for (let i = 0; i < parameterCount; i++) if (rates[i] === 0) decay[i] = 0;
    this.rates = rates === null ? null : tf.tensor1d(rates);
    this.decay = tf.tensor1d(decay);
    this.momentum = tf.tensor1d(kept);
    this.velocity = tf.tensor1d(velocity?.slice() ?? new Float32Array(parameterCount));
  }

  /** @param gradient [parameterCount], disposed of. */
  step(gradient: Tensor1D, learningRate: number): void {
    const weights = this.network.parameterVector;
    const velocity = tf.tidy<Tensor1D>(() =>
      tf.addN([tf.mul(this.velocity, this.momentum), gradient, tf.mul(this.decay, weights)]),
    );
    tf.dispose([this.velocity, gradient]);
    this.velocity = velocity;
    this.network.replaceParameters(
      tf.tidy(() => projectGates(this.network.layout, tf.sub(weights, this.change(learningRate)))),
    );
  }

  /** Sets the momentum of one parameter to zero. */
  async rest(name: string): Promise<void> {
    const velocity = await this.state();
    for (const { name: each, offset, size } of this.network.layout.parameters) {
      if (each === name) velocity.fill(0, offset, offset + size);
    }
    this.velocity.dispose();
    this.velocity = tf.tensor1d(velocity);
  }

  private change(learningRate: number): Tensor1D {
    const change = tf.mul<Tensor1D>(this.velocity, learningRate);
    return this.rates === null ? change : tf.mul(change, this.rates);
  }

  /** The momentum buffer, [parameterCount]. */
  async state(): Promise<Float32Array> {
    return ((await this.velocity.data()) as Float32Array).slice();
  }

  dispose(): void {
    tf.dispose([this.decay, this.momentum, this.velocity]);
    this.rates?.dispose();
  }
}

/** [parameterCount] as a share of the learning rate; null where all have the full one. */
function ratesOf({ layout: { parameters, parameterCount }, rates }: Network): Float32Array | null {
  const gates = parameters.filter(({ kind }) => kind === 'gate');
  if (gates.length === 0) return rates?.slice() ?? null;
  const own = rates?.slice() ?? new Float32Array(parameterCount).fill(1);
  for (const { offset, size, shape } of gates) {
    for (let i = offset; i < offset + size; i++) own[i] *= shape[1];
  }
  return own;
}
