/** Max pools of engines whose gradient looks for the maxima again. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineOps, PoolGeometry } from './engine.ts';

/** @param gradient d loss / d x, by the maxima y of x */
export function poolByValues(
  maxima: (x: Tensor4D, geometry: PoolGeometry) => Tensor4D,
  gradient: (dy: Tensor4D, x: Tensor4D, y: Tensor4D, geometry: PoolGeometry) => Tensor4D,
): Pick<EngineOps, 'maxPool' | 'maxPoolGrad'> {
  return {
    maxPool(x, geometry) {
      const y = maxima(x, geometry);
      return { y, trace: [tf.clone(x), tf.clone(y)] };
    },
    maxPoolGrad: (dy, [x, y], _xShape, geometry) => gradient(dy, x, y, geometry),
  };
}
