/**
 * Kernels of oneDNN that TensorFlow itself takes only when it optimises graphs: called by their own names they do the
 * same as the usual ones in one pass over memory instead of two, and the gradient of a max pool goes by the places that
 * the pool remembers, in a thirtieth of the time. They are an inside of TensorFlow's, so they prove themselves at the
 * start (native.ts falls back where they are missing or compute something else).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { PoolGeometry } from './engine.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';

interface OneDnnGeometry {
  readonly strides: readonly [rows: number, columns: number];
  readonly pads: readonly [top: number, bottom: number, left: number, right: number];
  /** Columns from one tap to the next; 1 where absent. */
  readonly dilation?: number;
}

export interface OneDnn {
  /** x [N,H,W,Cin] * filter [kh,kw,Cin,Cout] + bias [Cout] */
  convWithBias(x: Tensor4D, filter: Tensor4D, geometry: OneDnnGeometry, bias: Tensor1D): Tensor4D;
  /** Without padding; and, as bytes, which of its window each maximum is. */
  maxPool(x: Tensor4D, geometry: Omit<PoolGeometry, 'pad'>): [y: Tensor4D, places: Tensor4D];
  /** d loss / d x of {@link maxPool}: to the first (row-major) maximum of each window. */
  maxPoolGrad(dy: Tensor4D, x: Tensor4D, y: Tensor4D, places: Tensor4D, geometry: Omit<PoolGeometry, 'pad'>): Tensor4D;
}

/** The kernels, or null where TensorFlow has none of them (on a GPU, on processors other than x86). */
export function oneDnnOf(backend: NativeBackend): OneDnn | null {
  if (backend.binding.isUsingGpuDevice()) return null;
  const kernels = kernelsOf(backend);
  try {
    return tf.tidy(() => provesItself(kernels)) ? kernels : null;
  } catch {
    return null;
  }
}

function kernelsOf(backend: NativeBackend): OneDnn {
  const { binding } = backend;
  const common: OpAttribute[] = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    // The kernels are registered under this label, so that nobody takes them unawares.
    { name: '_kernel', type: binding.TF_ATTR_STRING, value: 'MklNameChangeOp' },
  ];
  const numbers = (name: string, value: readonly number[]): OpAttribute => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  });
  const word = (name: string, value: string): OpAttribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const flag = (name: string, value: boolean): OpAttribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const poolAttributes = ({ size, stride }: Omit<PoolGeometry, 'pad'>): OpAttribute[] => [
    ...common,
    numbers('ksize', [1, size, size, 1]),
    numbers('strides', [1, stride, stride, 1]),
    word('padding', 'VALID'),
    flag('workspace_enabled', true),
  ];
  // The addon's backend gives whole tensors, already counted, where its type says only their description.
  const tensors = (infos: TensorInfo[]): Tensor4D[] => infos as Tensor4D[];

  return {
    convWithBias(x, filter, { strides, pads, dilation = 1 }, bias) {
      const isPadded = pads.some((pad) => pad > 0);
      const attributes = [
        ...common,
        numbers('strides', [1, ...strides, 1]),
        numbers('dilations', [1, 1, dilation, 1]),
        flag('use_cudnn_on_gpu', true),
        flag('is_filter_const', false),
        word('padding', isPadded ? 'EXPLICIT' : 'VALID'),
        ...(isPadded ? [numbers('explicit_paddings', [0, 0, ...pads, 0, 0])] : []),
      ];
      return backend.executeSingleOutput('_MklNativeConv2DWithBias', attributes, [x, filter, bias]) as Tensor4D;
    },
    maxPool(x, geometry) {
      const [y, places] = tensors(
        backend.executeMultipleOutputs('_MklNativeMaxPool', poolAttributes(geometry), [x], 2),
      );
      return [y, places];
    },
    maxPoolGrad(dy, x, y, places, geometry) {
      const inputs: Tensor[] = [x, y, dy, places];
      const [dx] = tensors(
        backend.executeMultipleOutputs('_MklNativeMaxPoolGrad', poolAttributes(geometry), inputs, 1),
      );
      return dx;
    },
  };
}

/** Small cases worked out by hand, with a tie; inside a tidy. */
function provesItself(kernels: OneDnn): boolean {
  const x = tf.tensor4d([1, 2, 3, 3], [1, 2, 2, 1]);
  // Of the sum of all four neighbours only the place itself and the one above it: 1, 2, 3 + 1, 3 + 2; and 10.
  const filter = tf.tensor4d([0, 1, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
  const y = kernels.convWithBias(x, filter, { strides: [1, 1], pads: [1, 1, 1, 1] }, tf.tensor1d([10]));
  const halves = { size: 2, stride: 2 };
  const [largest, places] = kernels.maxPool(x, halves);
  const dx = kernels.maxPoolGrad(tf.tensor4d([7], [1, 1, 1, 1]), x, largest, places, halves);
  return equal(y, [11, 12, 14, 15]) && equal(largest, [3]) && equal(dx, [0, 0, 7, 0]);
}

function equal(tensor: Tensor, expected: readonly number[]): boolean {
  const values = tensor.dataSync();
  return values.length === expected.length && expected.every((value, i) => value === values[i]);
}
