/**
 * Counts the convolutions that an engine really computes, so that the benchmark prints what ran and not what
 * somebody meant to run. The unit is one forward pass of one picture through the same architecture.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../src-main/compute/engine.ts';

/** Multiplications in convolutions, by what they were for. */
export interface ConvolutionWork {
  forward: number;
  inputGradient: number;
  weightGradient: number;
}

/** The engine with every convolution added to `work`. */
export function countConvolutions(engine: Engine, work: ConvolutionWork): Engine {
  const { ops } = engine;
  // Each value of the output side of a convolution takes k * k * input multiplications, in all three directions.
  const multiplications = (output: Tensor4D, filter: readonly number[]): number =>
    output.size * filter[0] * filter[1] * filter[2];
  return {
    ...engine,
    ops: {
      ...ops,
      conv2d(x, filter, geometry, bias) {
        const y = ops.conv2d(x, filter, geometry, bias);
        work.forward += multiplications(y, filter.shape);
        return y;
      },
      conv2dInputGrad(dy, filter, xShape, geometry) {
        work.inputGradient += multiplications(dy, filter.shape);
        return ops.conv2dInputGrad(dy, filter, xShape, geometry);
      },
      conv2dFilterGrad(x, dy, filterShape, geometry) {
        work.weightGradient += multiplications(dy, filterShape);
        return ops.conv2dFilterGrad(x, dy, filterShape, geometry);
      },
    },
  };
}
