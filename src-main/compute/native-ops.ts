/**
 * Fused operations on TensorFlow's own kernels (oneDNN on the processor, cuDNN on the GPU), called
 * through tfjs-node's addon. TensorFlow's gradients of convolutions know only its own 'same' and
 * 'valid' padding; a symmetric padding that is neither is padded first and then 'valid'.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { BatchNormGradients, BatchNormResult, ConvGeometry, EngineOps } from './engine.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';
import { nativeDepthwise } from './native-depthwise.ts';
import { oneDnnOf } from './native-onednn.ts';
import { nativePool, padded } from './native-pool.ts';
import { smallMapsOf } from './native-small-maps.ts';
import { type ColumnConv, nativeWinograd } from './native-winograd.ts';

type Shape4D = [number, number, number, number];
type Correlate = (x: Tensor4D, dy: Tensor4D) => Tensor2D;

/** @param threads that TensorFlow computes with */
export function createNativeOps(backend: NativeBackend, threads: number): EngineOps {
  const { binding } = backend;
  const oneDnn = oneDnnOf(backend);
  const float: OpAttribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const layout: OpAttribute = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };

  // The addon's backend gives whole tensors, already counted, where its type says only their description.
  const own = <T extends Tensor>(info: TensorInfo): T => info as T;
  const run = <T extends Tensor>(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): T =>
    own<T>(backend.executeSingleOutput(name, [float, ...attributes], inputs));

  const convAttributes = (
    stride: number | readonly [rows: number, columns: number],
    padding: 'SAME' | 'VALID' | 'EXPLICIT',
    pads: readonly number[] = [],
    dilation = 1,
  ): OpAttribute[] => [
    {
      name: 'strides',
      type: binding.TF_ATTR_INT,
      value: [1, ...(typeof stride === 'number' ? [stride, stride] : stride), 1],
    },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: padding },
    { name: 'use_cudnn_on_gpu', type: binding.TF_ATTR_BOOL, value: true },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, 1, dilation, 1] },
    layout,
    ...(padding === 'EXPLICIT' ? [{ name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: pads }] : []),
  ];

  const normAttributes = (epsilon: number): OpAttribute[] => [
    float,
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
    layout,
  ];

  /** Without the reshaping of TensorFlow.js's own, which goes by the product of batches of matrices. */
  const matMul = (a: Tensor2D, b: Tensor2D, transposeA: boolean, transposeB: boolean): Tensor2D =>
    run(
      'MatMul',
      [
        { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: transposeA },
        { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: transposeB },
      ],
      [a, b],
    );
  /** x^T * dy of the values [pixels, channels] of two maps. */
  const correlate: Correlate = (x, dy) =>
    matMul(tf.reshape(x, [-1, x.shape[3]]), tf.reshape(dy, [-1, dy.shape[3]]), true, false);

  /** Every stride-th pixel: for oneDNN the largest of one, since strided slices are slow; inside a tidy. */
  const subsampled = (x: Tensor4D, stride: number): Tensor4D =>
    oneDnn?.maxPool(x, { size: 1, stride })[0] ??
    (tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, stride, stride, 1]) as Tensor4D);

  const columnConv: ColumnConv = (x, filter, bias) => {
    if (bias !== undefined && oneDnn !== null)
      return oneDnn.convWithBias(x, filter, { strides: [1, 1], pads: [1, 1, 0, 0] }, bias);
    return run('Conv2D', convAttributes(1, 'EXPLICIT', [0, 0, 1, 1, 0, 0, 0, 0]), [x, filter]);
  };

  const withShape = <T>(shape: readonly number[], use: (tensor: Tensor1D) => T): T => {
    const tensor = tf.tensor1d(shape as number[], 'int32');
    try {
      return use(tensor);
    } finally {
      tensor.dispose();
    }
  };

  /**
   * The input gradient as one convolution of stride 1: the pixels of each phase (place modulo the stride) see their own
   * every stride-th taps, so the phases become channels, and depth-to-space puts them in place.
   */
  const phasedInputGrad = (dy: Tensor4D, filter: Tensor4D, xShape: Shape4D, stride: number, pad: number): Tensor4D => {
    const [, height, width] = xShape;
    // dx[stride * i + phase] = sum over m of dy[i - m] * filter[stride * m + phase + pad]
    const [first, last] = [-Math.floor((stride - 1 + pad) / stride), Math.floor((filter.shape[0] - 1 - pad) / stride)];
    const phases = tf.tidy(() => filterOfPhases(filter, stride, pad, first, last));
    const after = (side: number, outputSide: number): number => Math.ceil(side / stride) - outputSide - first;
    const paddings = [0, 0, last, after(height, dy.shape[1]), last, after(width, dy.shape[2]), 0, 0];
    const y = run<Tensor4D>('Conv2D', convAttributes(1, 'EXPLICIT', paddings), [dy, phases]);
    const whole = tf.depthToSpace(y, stride, 'NHWC');
    tf.dispose([phases, y]);
    if (whole.shape[1] === height && whole.shape[2] === width) return whole;
    const inner = tf.slice4d(whole, [0, 0, 0, 0], xShape);
    whole.dispose();
    return inner;
  };

  const smallMaps =
    oneDnn &&
    smallMapsOf({
      forward(x, filter, dilation, rowStride, bias) {
        const strides = [rowStride, 1] as const;
        const pads = rowStride === 1 ? samePads(filter.shape, dilation) : ([1, 0, dilation, 0] as const);
        if (bias !== undefined) return oneDnn.convWithBias(x, filter, { strides, pads, dilation }, bias);
        return run('Conv2D', convAttributes(strides, 'EXPLICIT', [0, 0, ...pads, 0, 0], dilation), [x, filter]);
      },
      inputGrad(dy, filter, dilation, rowStride) {
        const [, rows, width] = dy.shape;
        const channels = filter.shape[2];
        const gradient = (shape: Shape4D, attributes: readonly OpAttribute[]) =>
          withShape(shape, (size) => run<Tensor4D>('Conv2DBackpropInput', attributes, [size, filter, dy]));
        if (rowStride === 1) return gradient([1, rows, width, channels], convAttributes(1, 'SAME', [], dilation));
        const larger: Shape4D = [1, 2 * rows + 1, width + dilation, channels];
        const dx = gradient(larger, convAttributes([2, 1], 'VALID', [], dilation));
        const inner = tf.slice4d(dx, [0, 1, dilation, 0], [1, 2 * rows, width, channels]);
        dx.dispose();
        return inner;
      },
    });

  return {
    conv2d(x, filter, { stride, pad }, bias) {
      const wide = smallMaps?.wayFor(x.shape, filter.shape, { stride, pad });
      if (wide) return wide.forward(x, filter, bias);
      const pads = [pad, pad, pad, pad] as const;
      if (bias !== undefined && oneDnn !== null)
        return oneDnn.convWithBias(x, filter, { strides: [stride, stride], pads }, bias);
      const padding = pad === 0 ? 'VALID' : 'EXPLICIT';
      const y = run<Tensor4D>('Conv2D', convAttributes(stride, padding, [0, 0, ...pads, 0, 0]), [x, filter]);
      if (bias === undefined) return y;
      const biased = run<Tensor4D>('BiasAdd', [layout], [y, bias]);
      y.dispose();
      return biased;
    },

    conv2dInputGrad(dy, filter, xShape, { stride, pad }) {
      if (stride > 1 && pad < filter.shape[0] && xShape[3] <= FEW_CHANNELS && !binding.isUsingGpuDevice()) {
        return phasedInputGrad(dy, filter, xShape, stride, pad);
      }
      const wide = smallMaps?.wayFor(xShape, filter.shape, { stride, pad });
      if (wide) return wide.inputGrad(dy, filter);
      if (pad === 0 || isSame(filter.shape, stride, pad)) {
        const attributes = convAttributes(stride, pad === 0 ? 'VALID' : 'SAME');
        return withShape(xShape, (shape) => run<Tensor4D>('Conv2DBackpropInput', attributes, [shape, filter, dy]));
      }
      const [n, height, width, channels] = xShape;
      const larger: Shape4D = [n, height + 2 * pad, width + 2 * pad, channels];
      const attributes = convAttributes(stride, 'VALID');
      const dx = withShape(larger, (shape) => run<Tensor4D>('Conv2DBackpropInput', attributes, [shape, filter, dy]));
      const inner = tf.slice4d(dx, [0, pad, pad, 0], xShape);
      dx.dispose();
      return inner;
    },

    conv2dFilterGrad(x, dy, filterShape, { stride, pad }) {
      if (filterShape[0] === 1) {
        return tf.tidy(() => {
          const input = pad === 0 ? x : padded(x, pad, 0);
          // A 1x1 filter sees every stride-th pixel. TensorFlow's own kernel writes past its memory at stride 2, with
          // whatever padding (2.21 with oneDNN), and ends the process sooner or later.
          return tf.reshape(correlate(stride === 1 ? input : subsampled(input, stride), dy), filterShape);
        });
      }
      const pixels = x.shape[1] * x.shape[2];
      const same = isSame(filterShape, stride, pad) && (pixels < MANY_PIXELS || oneDnn === null);
      if (same && pixels <= FEW_PIXELS && !binding.isUsingGpuDevice()) {
        return filterGradByTap(x, dy, filterShape, pad, correlate);
      }
      // Of few channels, and at stride 1, oneDNN's is slow where it pads by itself.
      const padsItself = oneDnn !== null && stride > 1 && x.shape[3] > FEW_CHANNELS;
      const attributes = padsItself
        ? convAttributes(stride, 'EXPLICIT', [0, 0, pad, pad, pad, pad, 0, 0])
        : convAttributes(stride, same ? 'SAME' : 'VALID');
      const input = pad === 0 || same || padsItself ? x : padded(x, pad, 0);
      const result = withShape(filterShape, (shape) =>
        run<Tensor4D>('Conv2DBackpropFilter', attributes, [input, shape, dy]),
      );
      if (input !== x) input.dispose();
      return result;
    },

    ...nativeDepthwise(backend, run, withShape),

    matMul,

    // A graphics card's own library chooses its way itself, and on other processors nobody has measured it.
    ...(oneDnn === null ? {} : { winograd: nativeWinograd(columnConv) }),
    ...(smallMaps === null ? {} : { smallMapPays: smallMaps.pays }),

    batchNorm(x, scale, offset, epsilon): BatchNormResult {
      const channels = x.shape[3];
      const empty = tf.tensor1d([], 'float32');
      const outputs = backend.executeMultipleOutputs(
        'FusedBatchNormV3',
        normAttributes(epsilon),
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
        normAttributes(epsilon),
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

    ...nativePool(backend, run, oneDnn, threads),
  };
}

/** Input channels up to which oneDNN's strided input gradient wastes most of its registers. */
const FEW_CHANNELS = 4;
/** Pixels of a map up to which most of a filter's taps fall outside. */
const FEW_PIXELS = 9;
/** Pixels of a map from which the filter gradient takes a fifth less time of a map that was padded before. */
const MANY_PIXELS = 100 ** 2;

/** [k,k,Cin,Cout] -> [taps,taps,Cout,stride*stride*Cin], see `phasedInputGrad`; inside a tidy. */
function filterOfPhases(filter: Tensor4D, stride: number, pad: number, first: number, last: number): Tensor4D {
  const [k, , input, output] = filter.shape;
  const taps = last - first + 1;
  const before = -(stride * first + pad);
  const after = stride * taps - before - k;
  const whole = tf.pad4d(filter, [
    [before, after],
    [before, after],
    [0, 0],
    [0, 0],
  ]);
  const split = tf.reverse(tf.reshape(whole, [taps, stride, taps, stride, input, output]), [0, 2]);
  return tf.reshape(tf.transpose(split, [0, 2, 5, 1, 3, 4]), [taps, taps, output, stride * stride * input]);
}

/**
 * Stride 1 and 'same' padding on a map of few pixels: one matrix product a tap, over the pixels that it sees. oneDNN
 * multiplies the padding as well.
 */
function filterGradByTap(x: Tensor4D, dy: Tensor4D, filterShape: Shape4D, pad: number, correlate: Correlate): Tensor4D {
  return tf.tidy(() => {
    const [n, height, width, input] = x.shape;
    const [k, , , output] = filterShape;
    const products: Tensor[] = [];
    for (let i = -pad; i < k - pad; i++) {
      for (let j = -pad; j < k - pad; j++) {
        const [rows, columns] = [height - Math.abs(i), width - Math.abs(j)];
        if (rows <= 0 || columns <= 0) {
          products.push(tf.zeros([input, output]));
          continue;
        }
        const seen = tf.slice4d(x, [0, Math.max(0, i), Math.max(0, j), 0], [n, rows, columns, input]);
        const from = tf.slice4d(dy, [0, Math.max(0, -i), Math.max(0, -j), 0], [n, rows, columns, output]);
        products.push(correlate(seen, from));
      }
    }
    return tf.reshape(tf.concat(products, 0), filterShape);
  });
}

/** Above, below, left and right, for an odd filter at stride 1. @param dilation of columns */
function samePads([rows, columns]: readonly number[], dilation: number): [number, number, number, number] {
  const [above, left] = [(rows - 1) / 2, ((columns - 1) / 2) * dilation];
  return [above, above, left, left];
}

/** TensorFlow's 'same' pads symmetrically only at stride 1 with an odd filter. */
function isSame(filterShape: readonly number[], stride: ConvGeometry['stride'], pad: number): boolean {
  return stride === 1 && filterShape[0] === 2 * pad + 1 && filterShape[1] === 2 * pad + 1;
}

/** On the processor the gradient wants the variance, on the GPU cuDNN's 1 / sqrt(variance + eps). */
function savedVariance(backend: NativeBackend, variance: Tensor1D, epsilon: number): Tensor1D {
  return backend.binding.isUsingGpuDevice() ? tf.tidy(() => tf.rsqrt(tf.add(variance, epsilon))) : variance;
}
