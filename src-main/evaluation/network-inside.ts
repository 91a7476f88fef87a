/** What filters, class gates and prototypes of a network make of pictures. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { FrozenNetwork } from '../networks/frozen.ts';
import { CLASS_GATE, mapChannels } from '../networks/interpretable/interpretable.ts';
import { prototypeMatches, prototypesLayer } from '../networks/interpretable/prototype-matches.ts';
import type { Inside, InsideView, Pixels } from './predictor.ts';

export class NetworkInside implements Inside {
  readonly filters: number;
  readonly gate: Float32Array | null;
  readonly prototypes: Int32Array | null;
  readonly #network: FrozenNetwork;
  readonly #tensor: (pictures: Pixels) => Tensor4D;

  /** @param tensor pictures as the network takes them, [n, size, size, 3] in [0,1] */
  constructor(network: FrozenNetwork, tensor: (pictures: Pixels) => Tensor4D) {
    this.#network = network;
    this.#tensor = tensor;
    this.filters = mapChannels(network.architecture);
    this.gate = network.values(`${CLASS_GATE}.gate`);
    const layer = prototypesLayer(network.architecture);
    this.prototypes =
      layer === null
        ? null
        : Int32Array.from({ length: layer.classes * layer.perClass }, (_, p) => Math.floor(p / layer.perClass));
  }

  async look(pictures: Pixels, labels: Int32Array): Promise<InsideView> {
    const x = this.#tensor(pictures);
    const map = this.#network.unmaskedMap(x);
    try {
      const [, height, width] = map.shape;
      const maps = ((await map.data()) as Float32Array).slice();
      const gated =
        this.gate === null
          ? null
          : {
              only: await this.#throughGate(map, labels, (gate) => gate),
              without: await this.#throughGate(map, labels, (gate) => 1 - gate),
              other: await this.#throughGate(map, labels.map(this.#next), (gate) => gate),
            };
      return { maps, height, width, gated, matches: await this.#matches(x) };
    } finally {
      tf.dispose([x, map]);
    }
  }

  readonly #next = (label: number): number => (label + 1) % this.#network.architecture.classes;

  /** Logits where each filter is multiplied by what `of` makes of the gate of the picture's label. */
  async #throughGate(map: Tensor4D, labels: Int32Array, of: (gate: number) => number): Promise<Float32Array> {
    const { filters, gate } = this;
    const factors = Float32Array.from({ length: labels.length * filters }, (_, i) =>
      of(gate?.[labels[Math.floor(i / filters)] * filters + (i % filters)] ?? 1),
    );
    const logits = tf.tidy((): Tensor2D => {
      const gates = tf.tensor4d(factors, [labels.length, 1, 1, filters]);
      return this.#network.logitsOf(tf.mul<Tensor4D>(map, gates));
    });
    try {
      return ((await logits.data()) as Float32Array).slice();
    } finally {
      logits.dispose();
    }
  }

  async #matches(x: Tensor4D): Promise<InsideView['matches']> {
    if (this.prototypes === null) return null;
    const { scores, places } = await prototypeMatches(this.#network, x);
    return { similarities: scores, places };
  }
}
