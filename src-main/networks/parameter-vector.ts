/**
 * A network's flat vector of parameters, or their gradient or momentum, as tensors: in chunks of whole parameters. Small
 * parameters share a chunk, so that an optimiser's step is a handful of operations and not hundreds; a large one is a
 * chunk of its own, which needs no copy to be looked at in its shape.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Parameter, ParameterLayout } from './parameters.ts';

/** Values from which a parameter is a chunk of its own: 4 MB, where copying costs more than an operation. */
const LARGE = 2 ** 20;

/** Parameters that follow each other. */
export interface Chunk {
  readonly parameters: readonly Parameter[];
  /** Of the first of them in the flat vector. */
  readonly offset: number;
  /** Values of all of them. */
  readonly size: number;
}

/** @param large values from which a parameter is a chunk of its own */
export function chunksOf({ parameters }: Pick<ParameterLayout, 'parameters'>, large = LARGE): Chunk[] {
  const groups: Parameter[][] = [];
  let open = false;
  for (const parameter of parameters) {
    const isLarge = parameter.size >= large;
    if (open && !isLarge) groups[groups.length - 1].push(parameter);
    else groups.push([parameter]);
    open = !isLarge;
  }
  return groups.map((group) => ({
    parameters: group,
    offset: group[0].offset,
    size: group.reduce((sum, { size }) => sum + size, 0),
  }));
}

export class ParameterVector {
  /** [size] of every chunk. */
  readonly parts: readonly Tensor1D[];

  /** @param parts owned by the vector from now on */
  constructor(parts: readonly Tensor1D[]) {
    this.parts = parts;
  }

  /** @param values [parameterCount], copied */
  static of(values: Float32Array, chunks: readonly Chunk[]): ParameterVector {
    return new ParameterVector(chunks.map((chunk) => partOf(values, chunk)));
  }

  static zeros(chunks: readonly Chunk[]): ParameterVector {
    return new ParameterVector(chunks.map(({ size }) => tf.zeros<tf.Rank.R1>([size])));
  }

  /** [parameterCount], a copy. */
  async data(): Promise<Float32Array> {
    const values = new Float32Array(this.parts.reduce((sum, { size }) => sum + size, 0));
    let offset = 0;
    for (const part of await Promise.all(this.parts.map((each) => each.data()))) {
      values.set(part, offset);
      offset += part.length;
    }
    return values;
  }

  dispose(): void {
    tf.dispose([...this.parts]);
  }
}

/** A chunk [size] of a flat vector. @param values [parameterCount], copied */
export function partOf(values: Float32Array, { offset, size }: Chunk): Tensor1D {
  return tf.tensor1d(values.slice(offset, offset + size));
}

/** Every parameter of a chunk in its inner layout. @param part [size] */
export function viewsOf(part: Tensor1D, { parameters }: Chunk): [name: string, view: Tensor][] {
  const [{ name, innerShape }] = parameters;
  if (parameters.length === 1) return [[name, tf.reshape(part, innerShape.slice())]];
  const pieces = tf.split(
    part,
    parameters.map(({ size }) => size),
  );
  return parameters.map((each, i) => {
    const piece = pieces[i];
    if (each.innerShape.length === 1) return [each.name, piece];
    const view = tf.reshape(piece, each.innerShape.slice());
    piece.dispose();
    return [each.name, view];
  });
}

/** One value for each of the chunk's parameters: a number where they are all the same, else [size]. */
export function constantsOf(
  { parameters, offset, size }: Chunk,
  valueOf: (parameter: Parameter) => number,
): number | Float32Array {
  const values = parameters.map(valueOf);
  if (values.every((value) => value === values[0])) return values[0];
  const all = new Float32Array(size);
  parameters.forEach((parameter, i) => {
    const from = parameter.offset - offset;
    all.fill(values[i], from, from + parameter.size);
  });
  return all;
}
