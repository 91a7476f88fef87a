/**
 * Kernels of the TensorFlow.js wasm backend that take far longer than what they do, replaced by faster ones with the
 * same results. Its slice copies the whole tensor first, so that cutting a parameter vector into a network's parameters
 * took longer than the network; its tile, maximum, minimum and sign go through values one by one, by way of indices; its
 * matrix product multiplies and adds in two instructions.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernels } from './simd/module.ts';
import { FEW_ROWS, matrixProducts } from './simd/product.ts';
import type { WasmHeap } from './wasm-heap.ts';

const BACKEND = 'wasm';

/** Gives the result, or null where the backend's own kernel is to do it. */
type Replacement = (inputs: readonly TensorInfo[], attributes: NamedAttrMap) => TensorInfo | TensorInfo[] | null;

/**
 * Replaces the kernels in this process, for good.
 * @param kernels our own, null where the machine lacks what they need
 */
export function replaceKernels(heap: WasmHeap, kernels: Kernels | null): void {
  replace('Slice', ['x'], ([x], { begin, size }) => {
    const [first, shape] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
    if (x.dtype !== 'float32' || !tf.slice_util.isSliceContinous(x.shape, first, shape)) return null;
    const offset = tf.slice_util.computeFlatOffset(first, tf.util.computeStrides(x.shape));
    return heap.part(x, offset, shape);
  });
  replace('SplitV', ['x'], ([x], { numOrSizeSplits, axis }) => {
    const along = tf.util.parseAxisParam(axis as number, x.shape)[0];
    // Parts lie one after the other only along the first axis.
    if (x.dtype !== 'float32' || along !== 0) return null;
    const sizes = tf.backend_util.prepareSplitSize(x, numOrSizeSplits as number[], 0);
    const rowLength = tf.util.sizeFromShape(x.shape.slice(1));
    let offset = 0;
    return sizes.map((size) => {
      const part = heap.part(x, offset, [size, ...x.shape.slice(1)]);
      offset += size * rowLength;
      return part;
    });
  });
  if (kernels === null) return;

  replace('Tile', ['x'], ([x], { reps }) => {
    const times = reps as number[];
    const first = times.findIndex((count) => count !== 1);
    const last = times.findLastIndex((count) => count !== 1);
    // What is repeated must be single, so that whole rows of the axes behind it are written again and again.
    if (x.dtype !== 'float32' || first < 0 || x.shape.slice(first, last + 1).some((side) => side !== 1)) return null;
    const out = heap.output(x.shape.map((side, i) => side * times[i]));
    const rowLength = tf.util.sizeFromShape(x.shape.slice(last + 1));
    const rows = tf.util.sizeFromShape(x.shape.slice(0, first));
    const count = times.reduce((product, each) => product * each, 1);
    kernels.repeatRows(heap.start(x), rows, rowLength, count, heap.start(out));
    return out;
  });
  const products = matrixProducts(kernels, heap);
  replace('BatchMatMul', ['a', 'b'], ([a, b], { transposeA, transposeB }) => {
    const areMatrices = a.shape.length === 2 && b.shape.length === 2;
    if (!areMatrices || a.dtype !== 'float32' || b.dtype !== 'float32') return null;
    if ([...a.shape, ...b.shape].includes(0)) return null;
    if (transposeA !== true) return transposeB === true ? products.byRows(a, b) : products.plain(a, b);
    return transposeB !== true && a.shape[0] <= FEW_ROWS ? products.outer(a, b) : null;
  });
  const ofPairs =
    (run: Kernels['maximum']): Replacement =>
    ([a, b]) => {
      const length = tf.util.sizeFromShape(a.shape);
      const isSingle = b.shape.length === 0;
      if (a.dtype !== 'float32' || b.dtype !== 'float32' || length === 0) return null;
      if (!isSingle && !tf.util.arraysEqual(a.shape, b.shape)) return null;
      const out = heap.output(a.shape);
      run(heap.start(a), heap.start(b), isSingle ? 0 : FLOAT_BYTES, length, heap.start(out));
      return out;
    };
  replace('Maximum', ['a', 'b'], ofPairs(kernels.maximum));
  replace('Minimum', ['a', 'b'], ofPairs(kernels.minimum));
  replace('Sign', ['x'], ([x]) => {
    if (x.dtype !== 'float32') return null;
    const out = heap.output(x.shape);
    kernels.sign(heap.start(x), tf.util.sizeFromShape(x.shape), heap.start(out));
    return out;
  });
}

const FLOAT_BYTES = 4;

function replace(name: string, inputs: readonly string[], replacement: Replacement): void {
  const present = tf.getKernel(name, BACKEND);
  const own: KernelFunc = (given) =>
    replacement(
      inputs.map((input) => given.inputs[input] as TensorInfo),
      given.attrs ?? {},
    ) ?? present.kernelFunc(given);
  tf.unregisterKernel(name, BACKEND);
  tf.registerKernel({ ...present, kernelFunc: own });
}
