/** Depthwise convolution (one filter a channel, [k,k,C,1]) on TensorFlow's kernels, which pad symmetrically if told so. */
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry, EngineOps } from './engine.ts';
import type { NativeBackend, OpAttribute } from './native-addon.ts';

type Run = <T extends Tensor>(name: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]) => T;
type WithShape = <T>(shape: readonly number[], use: (tensor: Tensor1D) => T) => T;

/**
 * @param run       one kernel on float32 tensors
 * @param withShape a shape as a tensor, for as long as it is used
 */
export function nativeDepthwise(
  { binding }: NativeBackend,
  run: Run,
  withShape: WithShape,
): Pick<EngineOps, 'depthwiseConv2d' | 'depthwiseInputGrad' | 'depthwiseFilterGrad'> {
  const layout: OpAttribute = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
  const attributes = ({ stride, pad }: ConvGeometry): OpAttribute[] => [
    { name: 'strides', type: binding.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: binding.TF_ATTR_STRING, value: pad === 0 ? 'VALID' : 'EXPLICIT' },
    { name: 'explicit_paddings', type: binding.TF_ATTR_INT, value: pad === 0 ? [] : [0, 0, pad, pad, pad, pad, 0, 0] },
    { name: 'dilations', type: binding.TF_ATTR_INT, value: [1, 1, 1, 1] },
    layout,
  ];
  return {
    depthwiseConv2d(x, filter, geometry, bias) {
      const y = run<Tensor4D>('DepthwiseConv2dNative', attributes(geometry), [x, filter]);
      if (bias === undefined) return y;
      const biased = run<Tensor4D>('BiasAdd', [layout], [y, bias]);
      y.dispose();
      return biased;
    },
    depthwiseInputGrad: (dy, filter, xShape, geometry) =>
      withShape(xShape, (shape) =>
        run<Tensor4D>('DepthwiseConv2dNativeBackpropInput', attributes(geometry), [shape, filter, dy]),
      ),
    depthwiseFilterGrad: (x, dy, filterShape, geometry) =>
      withShape(filterShape, (shape) =>
        run<Tensor4D>('DepthwiseConv2dNativeBackpropFilter', attributes(geometry), [x, shape, dy]),
      ),
  };
}
