/**
 * The operations of the `webgpu` engine: the TensorFlow.js backend's kernels where they are right and fast, programs
 * of our own for the rest.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { EngineOps } from './engine.ts';
import { poolByValues } from './pool-by-values.ts';
import { channelsFilterGradient, filterGradient } from './webgpu-filter-grad.ts';
import { normalise, normaliseGradient, rectifierGradient } from './webgpu-norm.ts';
import { poolGradient } from './webgpu-pool.ts';

/** Operations on tensors that live on this backend. */
export function createWebGpuOps(backend: WebGPUBackend): EngineOps {
  const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): Tensor4D =>
    tf.engine().runKernel<Tensor4D>(name, inputs, attributes);
  return {
    conv2d(x, filter, { stride, pad }, bias) {
      const attributes = { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1] };
      if (bias === undefined) return kernel('Conv2D', { x, filter }, attributes);
      return kernel('FusedConv2D', { x, filter, bias }, { ...attributes, activation: 'linear', leakyreluAlpha: 0 });
    },
    conv2dInputGrad: (dy, filter, xShape, { stride, pad }) =>
      kernel('Conv2DBackpropInput', { dy, filter }, gradientAttributes(stride, pad, xShape)),
    conv2dFilterGrad: (x, dy, filterShape, geometry) => filterGradient(backend, x, dy, filterShape, geometry),
    depthwiseConv2d(x, filter, { stride, pad }, bias) {
      const y = tf.depthwiseConv2d(x, filter, stride, pad);
      if (bias === undefined) return y;
      const biased = tf.add<Tensor4D>(y, bias);
      y.dispose();
      return biased;
    },
    depthwiseInputGrad: (dy, filter, xShape, { stride, pad }) =>
      kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, gradientAttributes(stride, pad, xShape)),
    depthwiseFilterGrad: (x, dy, filterShape, geometry) =>
      channelsFilterGradient(backend, x, dy, filterShape, geometry),
    batchNorm: (x, scale, offset, epsilon) => normalise(backend, x, scale, offset, epsilon),
    batchNormGrad: (dy, x, scale, mean, variance, epsilon) =>
      normaliseGradient(backend, dy, x, scale, mean, variance, epsilon),
    reluGrad: (dy, y) => rectifierGradient(backend, dy, y),
    ...poolByValues(
      (x, { size, stride, pad }) => tf.maxPool(x, size, stride, pad, 'floor'),
      (...given) => poolGradient(backend, ...given),
    ),
  };
}

function gradientAttributes(stride: number, pad: number, inputShape: number[]): tf.NamedAttrMap {
  return { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1], inputShape };
}
