/**
 * Fused operations on TensorFlow's own kernels (oneDNN on the processor, cuDNN on the GPU), called
 * through tfjs-node's addon. TensorFlow's gradients of convolutions know only its own 'same' and
 * 'valid' padding; a symmetric padding that is neither is padded first and then 'valid'.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { BatchNormGradients, BatchNormResult, ConvGeometry, EngineOps, PoolGeometry } from './engine.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';

type Shape4D = [number, number, number, number];

export function createNativeOps(backend: NativeBackend): EngineOps {
  const { binding } = backend;
  const float: OpAttribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const layout: OpAttribute = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };

  // The addon's backend gives whole tensors, already counted, where its type says only their description.
  const own = <T extends Tensor>(info: TensorInfo): T => info as T;
  const run = <T extends Tensor>(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): T =>
    own<T>(backend.executeSingleOutput(name, [float, ...attributes], inputs));

  const convAttributes = (stride: number, padding: 'SAME' | 'VALID' | 'EXPLICIT', pad: number): OpAttribute[] => [
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: padding },
    { name: 'use_cudnn_on_gpu', type: binding.TF_ATTR_BOOL, value: true },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] },
    layout,
    ...(padding === 'EXPLICIT'
      ? [{ name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: [0, 0, pad, pad, pad, pad, 0, 0] }]
      : []),
  ];

  const withShape = <T>(shape: readonly number[], use: (tensor: Tensor1D) => T): T => {
    const tensor = tf.tensor1d(shape as number[], 'int32');
    try {
      return use(tensor);
    } finally {
      tensor.dispose();
    }
  };

  const padded = (x: Tensor4D, pad: number, value: number): Tensor4D =>
    tf.pad4d(
      x,
      [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ],
      value,
    );

  return {
    conv2d(x, filter, { stride, pad }, bias) {
      const padding = pad === 0 ? 'VALID' : 'EXPLICIT';
      const y = run<Tensor4D>('Conv2D', convAttributes(stride, padding, pad), [x, filter]);
      if (bias === undefined) return y;
      const biased = run<Tensor4D>('BiasAdd', [layout], [y, bias]);
      y.dispose();
      return biased;
    },

    conv2dInputGrad(dy, filter, xShape, { stride, pad }) {
      if (pad === 0 || isSame(filter.shape, stride, pad)) {
        const attributes = convAttributes(stride, pad === 0 ? 'VALID' : 'SAME', pad);
        return withShape(xShape, (shape) => run<Tensor4D>('Conv2DBackpropInput', attributes, [shape, filter, dy]));
      }
      const [n, height, width, channels] = xShape;
      const larger: Shape4D = [n, height + 2 * pad, width + 2 * pad, channels];
      const attributes = convAttributes(stride, 'VALID', 0);
      const dx = withShape(larger, (shape) => run<Tensor4D>('Conv2DBackpropInput', attributes, [shape, filter, dy]));
      const inner = tf.slice4d(dx, [0, pad, pad, 0], xShape);
      dx.dispose();
      return inner;
    },

    conv2dFilterGrad(x, dy, filterShape, { stride, pad }) {
      if (filterShape[0] === 1 && pad === 0) return pointwiseFilterGrad(x, dy, filterShape, stride);
      const same = isSame(filterShape, stride, pad);
      const attributes = convAttributes(stride, same ? 'SAME' : 'VALID', 0);
      const input = pad === 0 || same ? x : padded(x, pad, 0);
      const result = withShape(filterShape, (shape) =>
        run<Tensor4D>('Conv2DBackpropFilter', attributes, [input, shape, dy]),
      );
      if (input !== x) input.dispose();
      return result;
    },

    batchNorm(x, scale, offset, epsilon): BatchNormResult {
      const channels = x.shape[3];
      const empty = tf.tensor1d([], 'float32');
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        [
          float,
          { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
          { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
          { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
          layout,
        ],
        [x, scale, offset, empty, empty],
        6,
      );
      empty.dispose();
      const [y, mean, variance, ...rest] = outputs.map((info) => own<Tensor>(info));
      for (const tensor of rest) tensor.dispose();
      // TensorFlow returns the unbiased variance here.
      const count = x.size / channels;
      const biased = tf.mul<Tensor1D>(variance, (count - 1) / count);
      variance.dispose();
      return { y: y as Tensor4D, mean: mean as Tensor1D, variance: biased };
    },

    batchNormGrad(dy, x, scale, mean, variance, epsilon): BatchNormGradients {
      const empty = tf.tensor1d([], 'float32');
      const saved = savedVariance(backend, variance, epsilon);
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormGradV3',
        [
          float,
          { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
          { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
          { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
          layout,
        ],
        [dy, x, scale, mean, saved, empty],
        5,
      );
      empty.dispose();
      if (saved !== variance) saved.dispose();
      const [dx, dScale, dOffset, ...rest] = outputs.map((info) => own<Tensor>(info));
      for (const tensor of rest) tensor.dispose();
      return { dx: dx as Tensor4D, dScale: dScale as Tensor1D, dOffset: dOffset as Tensor1D };
    },

    reluGrad<T extends Tensor4D>(dy: T, y: T): T {
      return run<T>('ReluGrad', [], [dy, y]);
    },

    maxPool(x, { size, stride, pad }) {
      const input = pad === 0 ? x : padded(x, pad, LOWEST);
      const y = run<Tensor4D>('MaxPool', poolAttributes(binding, size, stride, layout), [input]);
      if (input !== x) input.dispose();
      return y;
    },

    maxPoolGrad(dy, x, y, { size, stride, pad }: PoolGeometry) {
      const input = pad === 0 ? x : padded(x, pad, LOWEST);
      const dx = run<Tensor4D>('MaxPoolGrad', poolAttributes(binding, size, stride, layout), [input, y, dy]);
      if (input === x) return dx;
      input.dispose();
      const inner = tf.slice4d(dx, [0, pad, pad, 0], x.shape);
      dx.dispose();
      return inner;
    },
  };
}

/** Pads pools: below every activation, yet finite, since oneDNN propagates NaN from infinities. */
const LOWEST = -3e38;

/**
 * A 1x1 filter sees every stride-th pixel: one matrix product. TensorFlow's own kernel reads past
 * its input here at stride 2 (2.21 with oneDNN ends the process).
 */
function pointwiseFilterGrad(x: Tensor4D, dy: Tensor4D, filterShape: Shape4D, stride: number): Tensor4D {
  return tf.tidy(() => {
    const [, , input, output] = filterShape;
    const seen = stride === 1 ? x : tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, stride, stride, 1]);
    const product = tf.matMul(tf.reshape(seen, [-1, input]), tf.reshape(dy, [-1, output]), true, false);
    return tf.reshape(product, filterShape);
  });
}

/** TensorFlow's 'same' pads symmetrically only at stride 1 with an odd filter. */
function isSame(filterShape: readonly number[], stride: ConvGeometry['stride'], pad: number): boolean {
  return stride === 1 && filterShape[0] === 2 * pad + 1 && filterShape[1] === 2 * pad + 1;
}

/** On the processor the gradient wants the variance, on the GPU cuDNN's 1 / sqrt(variance + eps). */
function savedVariance(backend: NativeBackend, variance: Tensor1D, epsilon: number): Tensor1D {
  return backend.binding.isUsingGpuDevice() ? tf.tidy(() => tf.rsqrt(tf.add(variance, epsilon))) : variance;
}

function poolAttributes(
  binding: NativeBackend['binding'],
  size: number,
  stride: number,
  layout: OpAttribute,
): OpAttribute[] {
  return [
    { name: 'ksize', type: binding.TF_ATTR_INT, value: [1, size, size, 1] },
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: 'VALID' },
    layout,
  ];
}
