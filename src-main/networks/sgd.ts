/**
 * Stochastic gradient descent with momentum and weight decay (PyTorch's `SGD`):
 * g = gradient + decay * w; m = momentum * m + g; w = w - rate * m. Decay acts on convolution and
 * dense weights alone. Class gates have no momentum, so that they change in the steps that go through them and in no
 * others, and learn K times as fast, for each of their values is one of K filters': its gradient is so much smaller while
 * its range stays 0 to 1. They are projected after every step (interpretable/gate-projection.ts).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { projectGates } from './interpretable/gate-projection.ts';
import type { Network } from './network.ts';
import { constantsOf, ParameterVector } from './parameter-vector.ts';
import type { Parameter } from './parameters.ts';

/** How one chunk of the parameters is stepped: a number for all of them, or [size] where they differ. */
interface ChunkConstants {
  readonly momentum: Scalar | Tensor1D;
  /** Null: nothing decays. */
  readonly decay: Scalar | Tensor1D | null;
  /** Learning rate as a share of the full one; null: all have the full one. */
  readonly rate: Scalar | Tensor1D | null;
}

export class SgdOptimizer {
  private readonly network: Network;
  private readonly constants: readonly ChunkConstants[];
  private velocity: ParameterVector;

  /** @param velocity momentum buffer to go on with, [parameterCount]; zeros when absent. */
  constructor(network: Network, momentum: number, weightDecay: number, velocity?: Float32Array) {
    this.network = network;
    const rateOf = (parameter: Parameter): number =>
      // Each value of a gate is one of K filters'.
      (network.rates?.[parameter.offset] ?? 1) * (parameter.kind === 'gate' ? parameter.shape[1] : 1);
    const decayOf = (parameter: Parameter): number =>
      // What stays as it is does not decay either.
      (parameter.kind === 'conv' || parameter.kind === 'dense') && rateOf(parameter) !== 0 ? weightDecay : 0;
    this.constants = network.parameters.chunks.map((chunk) => ({
      momentum: tensorOf(constantsOf(chunk, ({ kind }) => (kind === 'gate' ? 0 : momentum))),
      decay: tensorUnless(0, constantsOf(chunk, decayOf)),
      rate: tensorUnless(1, constantsOf(chunk, rateOf)),
    }));
    this.velocity =
      velocity === undefined
        ? ParameterVector.zeros(network.parameters.chunks)
        : ParameterVector.of(velocity, network.parameters.chunks);
  }

  /** @param gradient disposed of */
  step(gradient: ParameterVector, learningRate: number): void {
    const { network, constants } = this;
    this.velocity = new ParameterVector(
      network.parameters.chunks.map((chunk, i) => {
        const velocity = this.stepChunk(i, gradient.parts[i]);
        const { rate } = constants[i];
        const moved = tf.tidy(() => {
          const change = tf.mul<Tensor1D>(velocity, learningRate);
          const parameters = tf.sub<Tensor1D>(
            network.parameters.vector.parts[i],
            rate === null ? change : tf.mul(change, rate),
          );
          return projectGates(chunk, parameters);
        });
        network.parameters.replaceChunk(i, moved);
        return velocity;
      }),
    );
  }

  /** The momentum of a chunk after a step; what went into it is disposed of. */
  private stepChunk(chunk: number, gradient: Tensor1D): Tensor1D {
    const { momentum, decay } = this.constants[chunk];
    const before = this.velocity.parts[chunk];
    // Of a large chunk every copy counts: each goes as soon as it has served.
    const kept = tf.mul<Tensor1D>(before, momentum);
    before.dispose();
    const decayed = decay === null ? [] : [tf.mul<Tensor1D>(decay, this.network.parameters.vector.parts[chunk])];
    const velocity = tf.addN<Tensor1D>([kept, gradient, ...decayed]);
    tf.dispose([kept, gradient, ...decayed]);
    return velocity;
  }

  /** Sets the momentum of one parameter to zero. */
  async rest(name: string): Promise<void> {
    const velocity = await this.state();
    for (const { name: each, offset, size } of this.network.layout.parameters) {
      if (each === name) velocity.fill(0, offset, offset + size);
    }
    this.velocity.dispose();
    this.velocity = ParameterVector.of(velocity, this.network.parameters.chunks);
  }

  /** The momentum buffer, [parameterCount]. */
  state(): Promise<Float32Array> {
    return this.velocity.data();
  }

  dispose(): void {
    this.velocity.dispose();
    for (const { momentum, decay, rate } of this.constants) {
      momentum.dispose();
      decay?.dispose();
      rate?.dispose();
    }
  }
}

function tensorOf(values: number | Float32Array): Scalar | Tensor1D {
  return typeof values === 'number' ? tf.scalar(values) : tf.tensor1d(values);
}

/** Null where all values are the one that changes nothing. */
function tensorUnless(neutral: number, values: number | Float32Array): Scalar | Tensor1D | null {
  return values === neutral ? null : tensorOf(values);
}
