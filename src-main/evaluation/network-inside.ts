/** What filters, class gates and prototypes of a network make of pictures. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { mapChannels } from '../networks/interpretable/interpretable.ts';
import type { Inside, InsideView, Pixels } from './predictor.ts';

/** @param tensor pictures as the network takes them, [n, size, size, 3] in [0,1] */
export class NetworkInside implements Inside {
  readonly filters: number;
  readonly gate = null;
  readonly prototypes = null;
  readonly #network: FrozenNetwork;
  readonly #tensor: (pictures: Pixels) => Tensor4D;

  constructor(network: FrozenNetwork, tensor: (pictures: Pixels) => Tensor4D) {
    this.#network = network;
    this.#tensor = tensor;
    this.filters = mapChannels(network.architecture);
  }

  async look(pictures: Pixels): Promise<InsideView> {
    const x = this.#tensor(pictures);
    const { map, logits } = this.#network.forward(x);
    try {
      const [, height, width] = map.shape;
      const maps = ((await map.data()) as Float32Array).slice();
      return { maps, height, width, gated: null, matches: null };
    } finally {
      tf.dispose([x, map, logits]);
    }
  }
}
