/** Counts the pictures that go through a network: what a test says is saved must not have been computed. */
import type { Engine } from '../compute/engine.ts';

export interface Passes {
  /** Pictures that went forward, and pictures whose gradient came back to the input. */
  forward: number;
  back: number;
}

/** Channels of a picture: only the first convolution of a network takes so many. */
const COLOURS = 3;

export function countPasses(engine: Engine, passes: Passes): Engine {
  const { ops } = engine;
  return {
    ...engine,
    ops: {
      ...ops,
      conv2d(x, filter, ...rest) {
        if (filter.shape[2] === COLOURS) passes.forward += x.shape[0];
        return ops.conv2d(x, filter, ...rest);
      },
      conv2dInputGrad(dy, filter, ...rest) {
        if (filter.shape[2] === COLOURS) passes.back += dy.shape[0];
        return ops.conv2dInputGrad(dy, filter, ...rest);
      },
    },
  };
}
