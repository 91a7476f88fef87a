/**
 * Stochastic gradient descent with momentum and weight decay (PyTorch's `SGD`):
 * g = gradient + decay * w; m = momentum * m + g; w = w - rate * m. Decay acts on convolution and
 * dense weights alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { Network } from './network.ts';

export class SgdOptimizer {
  private readonly network: Network;
  private readonly momentum: number;
  /** [parameterCount] decay of each parameter. */
  private readonly decay: Tensor1D;
  private velocity: Tensor1D;

  /** @param velocity momentum buffer to go on with, [parameterCount]; zeros when absent. */
  constructor(network: Network, momentum: number, weightDecay: number, velocity?: Float32Array) {
    this.network = network;
    this.momentum = momentum;
    const { parameters, parameterCount } = network.layout;
    const decay = new Float32Array(parameterCount);
    for (const { kind, offset, size } of parameters) {
      if (kind === 'conv' || kind === 'dense') decay.fill(weightDecay, offset, offset + size);
    }
    this.decay = tf.tensor1d(decay);
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
    this.network.replaceParameters(tf.tidy(() => tf.sub(weights, tf.mul(velocity, learningRate))));
  }

  /** The momentum buffer, [parameterCount]. */
  state(): Float32Array {
    return (this.velocity.dataSync() as Float32Array).slice();
  }

  dispose(): void {
    tf.dispose([this.decay, this.velocity]);
  }
}
