/**
 * The fused operations of the `wasm` engine: our own kernels (simd/) where the machine has relaxed SIMD. Elsewhere, and
 * for what is left, XNNPACK kernels of the TensorFlow.js wasm backend for everything that is a convolution or a matrix
 * product, and loops over the backend's heap for what it lacks, does slowly, or does wrong.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { EngineOps } from './engine.ts';
import { poolByValues } from './pool-by-values.ts';
import * as convolution from './simd/convolution.ts';
import * as elements from './simd/elements.ts';
import type { Kernels } from './simd/module.ts';
import { FEW_ROWS } from './simd/product.ts';
import { convolve, inputGradient } from './wasm-conv.ts';
import { channelsFilterGradient, channelsInputGradient, convolveChannels } from './wasm-depthwise.ts';
import { filterGradient } from './wasm-filter-grad.ts';
import { WasmHeap } from './wasm-heap.ts';
import { normalise, normaliseGradient, rectifierGradient } from './wasm-norm.ts';
import { poolGradient, poolMaxima } from './wasm-pool.ts';

/**
 * Operations on tensors that live on this backend.
 * @param kernels our own, null where the machine lacks what they need
 */
export function createWasmOps(backend: BackendWasm, kernels: Kernels | null): EngineOps {
  const heap = new WasmHeap(backend);
  return {
    conv2d: convolve,
    conv2dInputGrad: (dy, filter, xShape, geometry) => inputGradient(heap, dy, filter, xShape, geometry),
    conv2dFilterGrad: (x, dy, filterShape, geometry) => filterGradient(heap, x, dy, filterShape, geometry),
    depthwiseConv2d: convolveChannels,
    depthwiseInputGrad: (dy, filter, xShape, geometry) => channelsInputGradient(heap, dy, filter, xShape, geometry),
    depthwiseFilterGrad: (x, dy, filterShape, geometry) => channelsFilterGradient(heap, x, dy, filterShape, geometry),
    batchNorm: (x, scale, offset, epsilon) => normalise(heap, x, scale, offset, epsilon),
    batchNormGrad: (dy, x, scale, mean, variance, epsilon) =>
      normaliseGradient(heap, dy, x, scale, mean, variance, epsilon),
    reluGrad: rectifierGradient,
    ...poolByValues(poolMaxima, (...given) => poolGradient(heap, ...given)),
    ...(kernels === null ? {} : ownOperations(kernels, heap)),
  };
}

/** What our own kernels do in place of the backend's. */
function ownOperations(
  kernels: Kernels,
  heap: WasmHeap,
): Omit<EngineOps, 'depthwiseConv2d' | 'depthwiseInputGrad' | 'depthwiseFilterGrad'> {
  // Where the memory ends in the middle of an operation, its result goes as well.
  return {
    conv2d: (...given) => tf.tidy(() => convolution.convolve(kernels, heap, ...given)),
    conv2dInputGrad: (...given) => tf.tidy(() => convolution.inputGradient(kernels, heap, ...given)),
    conv2dFilterGrad: (...given) => tf.tidy(() => convolution.filterGradient(kernels, heap, ...given)),
    // A transposed left matrix of many rows is transposed first: the backend's own product of it is slow.
    matMul: (a, b, turnsA, turnsB) =>
      tf.tidy(() => {
        const isFirst = turnsA && (turnsB || a.shape[0] > FEW_ROWS);
        return tf.matMul(isFirst ? tf.transpose(a) : a, b, turnsA && !isFirst, turnsB);
      }),
    batchNorm: (...given) => tf.tidy(() => ({ ...elements.normalise(kernels, heap, ...given) })),
    batchNormGrad: (...given) => tf.tidy(() => ({ ...elements.normaliseGradient(kernels, heap, ...given) })),
    reluGrad: (dy, y) => elements.rectifierGradient(kernels, heap, dy, y),
    ...poolByValues(poolMaxima, (...given) => tf.tidy(() => elements.poolGradient(kernels, heap, ...given))),
  };
}
