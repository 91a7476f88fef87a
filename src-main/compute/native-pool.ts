/** Max pools on TensorFlow's kernels, none of which pads symmetrically: what is padded is padded first. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps } from './engine.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';
import type { OneDnn } from './native-onednn.ts';

type Run = <T extends Tensor>(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]) => T;

/** Pads pools: below every activation, yet finite, since oneDNN propagates NaN from infinities. */
const LOWEST = -3e38;

/**
 * @param run     one kernel on float32 tensors
 * @param threads that TensorFlow computes with
 */
export function nativePool(
  { binding }: NativeBackend,
  run: Run,
  oneDnn: OneDnn | null,
  threads: number,
): Pick<EngineOps, 'maxPool' | 'maxPoolGrad'> {
  const attributes = (size: number, stride: number): OpAttribute[] => [
    { name: 'ksize', type: binding.TF_ATTR_INT, value: [1, size, size, 1] },
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: 'VALID' },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
  ];
  /**
   * MaxPoolGrad shares its work among threads but takes twice the processor time of the gradient of a dilation by
   * nothing, which is the same function (the first maximum wins in both).
   */
  const prefersMaxPoolGrad = binding.isUsingGpuDevice() || threads > 2;
  const dilationGrad = (dy: Tensor4D, x: Tensor4D, size: number, stride: number): Tensor4D => {
    const flat = tf.zeros([size, size, x.shape[3]]);
    const dilation: OpAttribute[] = [
      { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
      { name: 'rates', type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] },
      { name: 'padding', type: binding.TF_ATTR_STRING, value: 'VALID' },
    ];
    const dx = run<Tensor4D>('Dilation2DBackpropInput', dilation, [x, flat, dy]);
    flat.dispose();
    return dx;
  };
  /** By what a pool kept: its padded input, its output, and which of its window each maximum is where that is known. */
  const gradient = (dy: Tensor4D, [x, y, places]: readonly Tensor4D[], size: number, stride: number): Tensor4D => {
    if (oneDnn !== null) return oneDnn.maxPoolGrad(dy, x, y, places, { size, stride });
    if (prefersMaxPoolGrad) return run<Tensor4D>('MaxPoolGrad', attributes(size, stride), [x, y, dy]);
    return dilationGrad(dy, x, size, stride);
  };

  return {
    maxPool(x, { size, stride, pad }) {
      const input = pad === 0 ? tf.clone(x) : padded(x, pad, LOWEST);
      const [y, ...places] = oneDnn?.maxPool(input, { size, stride }) ?? [
        run<Tensor4D>('MaxPool', attributes(size, stride), [input]),
      ];
      return { y, trace: [input, tf.clone(y), ...places] };
    },
    maxPoolGrad(dy, trace, xShape, { size, stride, pad }) {
      const dx = gradient(dy, trace, size, stride);
      if (pad === 0) return dx;
      const inner = tf.slice4d(dx, [0, pad, pad, 0], xShape);
      dx.dispose();
      return inner;
    },
  };
}

/** x [N,H,W,C] with so many pixels of `value` on every side. */
export function padded(x: Tensor4D, pad: number, value: number): Tensor4D {
  return tf.pad4d(
    x,
    [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ],
    value,
  );
}
