/** A trained network as evaluation wants it: logits, and the heatmap of the given label. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { HeatmapKind } from '../contract/settings.ts';
import { heatmaps } from '../method/heatmap.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Predictions, Predictor } from './predictor.ts';

export class NetworkPredictor implements Predictor {
  readonly size: number;
  readonly classes: number;
  readonly #network: FrozenNetwork;
  readonly #kind: HeatmapKind;

  /**
   * @param network borrowed: the caller disposes of it
   * @param size    side of the square pictures
   * @param kind    which heatmap
   */
  constructor(network: FrozenNetwork, size: number, kind: HeatmapKind) {
    this.#network = network;
    this.#kind = kind;
    this.size = size;
    this.classes = network.architecture.classes;
  }

  async predict(pictures: Uint8Array, labels: Int32Array): Promise<Predictions> {
    const { size } = this;
    const x = tf.tidy((): Tensor4D => {
      const values = tf.tensor4d(Float32Array.from(pictures), [labels.length, size, size, 3]);
      return tf.div(values, 255);
    });
    const { map, logits } = this.#network.forward(x);
    try {
      const maps = heatmaps(this.#network, map, labels, this.#kind);
      return {
        logits: ((await logits.data()) as Float32Array).slice(),
        maps: maps.values,
        mapHeight: maps.height,
        mapWidth: maps.width,
      };
    } finally {
      tf.dispose([x, map, logits]);
    }
  }
}
