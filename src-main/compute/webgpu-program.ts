/**
 * Programs of our own for the graphics card, in WGSL, run through the TensorFlow.js backend: it keeps the compiled
 * program, the buffers and the order of the work.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** A program. One input of the code is an array of numbers of this name; so is `result`, which it writes. */
export interface Program {
  /** Unique: compiled programs are kept under it. */
  readonly name: string;
  readonly inputs: readonly string[];
  /** Names of whole numbers that it is given, as `uniforms.<name>`. */
  readonly numbers: readonly string[];
  /** Threads of a group. Default: 64 */
  readonly threads?: number;
  /**
   * WGSL with a function `main(index : i32)`; `index` counts threads. Functions above:
   * `group()` is the number of the group, `localIndex` that of the thread in it.
   */
  readonly code: string;
}

const THREADS = 64;

/** As many groups as `threads` threads need. */
export const groupsFor = (threads: number): number => Math.ceil(threads / THREADS);

/**
 * Runs a program.
 * @param shape   of the result
 * @param groups  how many groups of threads; the code looks whether a thread has something to do
 * @param numbers in the order of the program's
 */
export function run<R extends Rank>(
  backend: WebGPUBackend,
  { name, inputs: names, numbers: fields, threads = THREADS, code }: Program,
  inputs: readonly Tensor[],
  shape: ShapeMap[R],
  groups: number,
  numbers: readonly number[],
): Tensor<R> {
  const info = backend.runWebGPUProgram(
    {
      variableNames: [...names],
      outputShape: shape,
      // All dimensions in one: where they are too many for it, the backend spreads the groups over all three.
      dispatchLayout: { x: shape.map((_, i) => i) },
      dispatch: [groups, 1, 1],
      workgroupSize: [threads, 1, 1],
      uniforms: fields.map((field) => `${field} : i32, `).join(''),
      shaderKey: `steadygaze_${name}`,
      getUserCode: () => GROUP + code,
    },
    [...inputs],
    'float32',
    numbers.map((value) => ({ type: 'int32', data: [value] })),
  );
  return tf.engine().makeTensorFromTensorInfo(info) as Tensor<R>;
}

const GROUP = `
  fn group() -> i32 {
    return i32((workgroupId.z * numWorkgroups.y + workgroupId.y) * numWorkgroups.x + workgroupId.x);
  }
`;
