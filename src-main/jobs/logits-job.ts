/** Pictures through a network from a file: what a compute process does for `logits`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { inferArchitecture, type Strides } from '../networks/infer.ts';
import { networkCost } from '../networks/cost.ts';
import { inputScale, type Architecture } from '../networks/layer.ts';
import { describeParameters, importWeights } from '../networks/parameters.ts';
import { readNamedWeights } from '../networks/weights/read-weights.ts';
import { hintsOf, type WeightsHints } from '../workspace/weights-description.ts';
import { PictureStack } from './picture-stack.ts';
import type { LogitsRequest, NetworkLogits } from './protocol.ts';

/** Pictures that go through the network together, memory allowing. */
const LARGEST_BATCH = 32;
/** In inference mode activations are given back layer by layer: so much of a pass with gradients remains. */
const SHARE_OF_ACTIVATIONS = 1 / 4;

/** @throws SteadygazeError `not-found`, `weights-invalid`, `data-unreadable`, `out-of-memory` */
export async function logitsJob(engine: Engine, request: LogitsRequest): Promise<NetworkLogits> {
  const pictures = await PictureStack.open(request.images);
  try {
    const network = await loadNetwork(engine, request);
    try {
      const batch = batchOf(engine, network.architecture, pictures);
      const logits: number[][] = [];
      for (let from = 0; from < pictures.count; from += batch) {
        const to = Math.min(pictures.count, from + batch);
        const x = tf.tensor4d(await pictures.read(from, to), [to - from, pictures.height, pictures.width, 3]);
        const forward = network.forward(x);
        logits.push(...finite(await forward.logits.array()));
        tf.dispose([x, forward.map, forward.logits]);
      }
      return { logits, parameters: describeParameters(network.architecture).parameterCount };
    } finally {
      network.dispose();
    }
  } finally {
    await pictures.close();
  }
}

async function loadNetwork(
  engine: Engine,
  { architecture: name, weights, strides, scale }: LogitsRequest,
): Promise<FrozenNetwork> {
  const { arrays: tensors, metadata = {} } = await readNamedWeights(weights);
  const hints = hintsOf(metadata);
  const inferred = inferArchitecture(name, tensors, { ...stridesOf(hints), ...strides });
  const { mean, std } = inputScale(inferred);
  const input = { mean: scale.mean ?? hints.mean ?? mean, std: scale.std ?? hints.std ?? std };
  const architecture = { ...inferred, input };
  const layout = describeParameters(architecture);
  return new FrozenNetwork(engine, architecture, layout, importWeights(layout, tensors));
}

/** @throws SteadygazeError `weights-invalid` */
function finite(rows: number[][]): number[][] {
  if (rows.flat().every(Number.isFinite)) return rows;
  throw new SteadygazeError(
    'weights-invalid',
    'With these weights the network gives results that are no numbers: values in it grow too large.',
    'Check that the weights are those of this network, or choose another file.',
  );
}

/** What a file of ours says of its strides. */
function stridesOf({ stem, lastStride }: WeightsHints): Strides {
  return {
    ...(stem === 'small' || stem === 'half' ? { stem } : {}),
    ...(lastStride === undefined ? {} : { lastStride }),
  };
}

/** @throws SteadygazeError `data-unreadable` for pictures that are too small, `out-of-memory` for those too large */
function batchOf(engine: Engine, architecture: Architecture, { height, width }: PictureStack): number {
  const smaller = Math.min(height, width);
  if (networkCost(architecture, smaller).leastSide < 1) {
    throw new SteadygazeError(
      'data-unreadable',
      `The pictures are ${width} x ${height} pixels, too small for ${architecture.name}: nothing is left of them inside it.`,
      'Give it larger pictures.',
    );
  }
  const square = Math.ceil(Math.sqrt(height * width));
  const bytes = networkCost(architecture, square).activationBytes * SHARE_OF_ACTIVATIONS;
  const fitting = Math.floor(engine.memoryBudget / bytes);
  if (fitting >= 1) return Math.min(LARGEST_BATCH, fitting);
  throw new SteadygazeError(
    'out-of-memory',
    `A picture of ${width} x ${height} pixels does not fit into the memory of the engine ${engine.id}.`,
    'Give it smaller pictures, or choose another engine.',
  );
}
