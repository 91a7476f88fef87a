/** What a network in training keeps on the engine: its parameters, and the parts of its flat vectors by name. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { StoredStatistics } from './kept-norm.ts';
import { type Chunk, chunksOf, ParameterVector, partOf, viewsOf } from './parameter-vector.ts';
import type { ParameterLayout } from './parameters.ts';

export class StoredParameters {
  readonly chunks: readonly Chunk[];
  #vector: ParameterVector;
  /** Every parameter in its inner layout, by name. */
  readonly #views = new Map<string, Tensor>();

  /** @param values [parameterCount], copied */
  constructor(layout: ParameterLayout, values: Float32Array) {
    this.chunks = chunksOf(layout);
    this.#vector = ParameterVector.of(values, this.chunks);
    this.chunks.forEach((_, i) => {
      this.#lookAt(i);
    });
  }

  /** Owned by this. */
  get vector(): ParameterVector {
    return this.#vector;
  }

  /** A parameter in its inner layout, owned by this; undefined where there is none of that name. */
  view(name: string): Tensor | undefined {
    return this.#views.get(name);
  }

  /** Takes ownership of new values [size] of a chunk (an optimiser's step). */
  replaceChunk(index: number, values: Tensor1D): void {
    const parts = [...this.#vector.parts];
    this.#lookAway(index);
    parts[index].dispose();
    parts[index] = values;
    this.#vector = new ParameterVector(parts);
    this.#lookAt(index);
  }

  /** @param values [parameterCount], copied */
  replace(values: Float32Array): void {
    this.chunks.forEach((chunk, i) => {
      this.replaceChunk(i, partOf(values, chunk));
    });
  }

  /** @param values of some parameters, by name; of any shape */
  replaceSome(values: ReadonlyMap<string, Tensor>): void {
    this.chunks.forEach(({ parameters }, i) => {
      if (!parameters.some(({ name }) => values.has(name))) return;
      const pieces = (): Tensor1D[] =>
        parameters.map(({ name, size }) => tf.reshape(values.get(name) ?? (this.#views.get(name) as Tensor), [size]));
      this.replaceChunk(
        i,
        tf.tidy(() => tf.concat1d(pieces())),
      );
    });
  }

  dispose(): void {
    this.#vector.dispose();
    tf.dispose([...this.#views.values()]);
  }

  #lookAt(index: number): void {
    for (const [name, view] of viewsOf(this.#vector.parts[index], this.chunks[index])) this.#views.set(name, view);
  }

  #lookAway(index: number): void {
    tf.dispose(this.chunks[index].parameters.map(({ name }) => this.#views.get(name) as Tensor));
  }
}

/** The stored mean and variance of every batch norm, by name. @param flat [statisticsCount] */
export function statisticsViews(flat: Tensor1D, { statistics }: ParameterLayout): Map<string, StoredStatistics> {
  const views = new Map<string, StoredStatistics>();
  for (const { name, channels, offset } of statistics) {
    const mean = tf.slice1d(flat, offset, channels);
    views.set(name, { mean, variance: tf.slice1d(flat, offset + channels, channels) });
  }
  return views;
}
