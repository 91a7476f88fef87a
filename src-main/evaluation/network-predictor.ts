/** A trained network as evaluation wants it: logits, heatmaps, attacks, and copies that have forgotten. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine } from '../compute/engine.ts';
import type { HeatmapKind } from '../contract/settings.ts';
import { attackBackground } from '../method/attack.ts';
import { type ExplanationKind, heatmaps } from '../method/heatmap.ts';
import { BatchLimit } from '../method/micro-batches.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import type { Architecture } from '../networks/layer.ts';
import type { Targets } from '../networks/loss.ts';
import { describeParameters, type FlatWeights, initialWeights, type ParameterLayout } from '../networks/parameters.ts';
import { pickTargets } from '../networks/training-parts.ts';
import { joined } from '../numeric/joined.ts';
import { NetworkInside } from './network-inside.ts';
import type { Inside, PictureAttack, Pixels, Predictions, Predictor, RandomisablePredictor } from './predictor.ts';

/** A network that takes pictures of one size; closes nothing. */
class FrozenPredictor implements Predictor {
  readonly size: number;
  readonly classes: number;
  protected readonly network: FrozenNetwork;
  readonly #kind: HeatmapKind;
  readonly #limit = new BatchLimit(Infinity);

  constructor(network: FrozenNetwork, size: number, kind: HeatmapKind) {
    this.network = network;
    this.#kind = kind;
    this.size = size;
    this.classes = network.architecture.classes;
  }

  async classify(pictures: Pixels): Promise<Float32Array> {
    const logits: Float32Array[] = [];
    await this.#inParts(pictures, async (x) => {
      const pass = this.network.forward(x);
      try {
        logits.push(((await pass.logits.data()) as Float32Array).slice());
      } finally {
        tf.dispose([pass.map, pass.logits]);
      }
    });
    return joined(logits);
  }

  async predict(pictures: Pixels, labels: Int32Array, kind: ExplanationKind = this.#kind): Promise<Predictions> {
    const [logits, maps]: [Float32Array[], Float32Array[]] = [[], []];
    const side = { mapHeight: 0, mapWidth: 0 };
    await this.#inParts(pictures, async (x, from, to) => {
      const pass = this.network.forward(x);
      try {
        const found = await heatmaps(this.network, pass.map, labels.subarray(from, to), kind);
        logits.push(((await pass.logits.data()) as Float32Array).slice());
        maps.push(found.values);
        [side.mapHeight, side.mapWidth] = [found.height, found.width];
      } finally {
        tf.dispose([pass.map, pass.logits]);
      }
    });
    return { logits: joined(logits), maps: joined(maps), ...side };
  }

  async attack(pictures: Pixels, targets: Targets, attack: PictureAttack): Promise<Float32Array> {
    const { region, eps, seeds, settings } = attack;
    const found: Float32Array[] = [];
    await this.#inParts(pictures, async (x, from, to) => {
      const area = this.size * this.size;
      const own = region.subarray(from * area, to * area);
      const ownSeeds = Array.from({ length: to - from }, (_, i) => seeds[from + i]);
      const ownTargets = pickTargets(targets, from, to);
      const attacked = attackBackground(this.network, x, ownTargets, own, eps, ownSeeds, settings);
      try {
        found.push(((await attacked.data()) as Float32Array).map((value) => value * 255));
      } finally {
        attacked.dispose();
      }
    });
    return joined(found);
  }

  /** Fewer pictures at a time where memory does not suffice for all. @param work borrows x, pictures `from` .. `to - 1` */
  #inParts(pictures: Pixels, work: (x: Tensor4D, from: number, to: number) => Promise<void>): Promise<void> {
    const each = 3 * this.size * this.size;
    return this.#limit.inParts(pictures.length / each, async (from, to) => {
      const x = this.tensor(pictures.subarray(from * each, to * each));
      await work(x, from, to);
      x.dispose();
    });
  }

  protected tensor(pictures: Pixels): Tensor4D {
    const { size } = this;
    // Not Float32Array.from with a function: it takes as long as the network does.
    const values = new Float32Array(pictures).map((value) => value / 255);
    return tf.tensor4d(values, [values.length / (3 * size * size), size, size, 3]);
  }
}

export class NetworkPredictor extends FrozenPredictor implements RandomisablePredictor {
  readonly layers: readonly string[];
  readonly inside: Inside;
  readonly #engine: Engine;
  readonly #layout: ParameterLayout;
  readonly #weights: FlatWeights;
  readonly #heatmap: HeatmapKind;

  /**
   * @param size side of the square pictures
   * @param kind which heatmap
   */
  constructor(engine: Engine, architecture: Architecture, weights: FlatWeights, size: number, kind: HeatmapKind) {
    const layout = describeParameters(architecture);
    super(new FrozenNetwork(engine, architecture, layout, weights), size, kind);
    this.#engine = engine;
    this.#layout = layout;
    this.#weights = weights;
    this.#heatmap = kind;
    this.layers = [...new Set(layerOfEach(layout).values())].reverse();
    this.inside = new NetworkInside(this.network, (pictures) => this.tensor(pictures));
  }

  randomised(count: number, seed: number): Predictor & { close(): void } {
    const forgotten = new Set(this.layers.slice(0, count));
    const layout = this.#layout;
    const layers = layerOfEach(layout);
    const fresh = initialWeights(layout, seed);
    const parameters = this.#weights.parameters.slice();
    const statistics = this.#weights.statistics.slice();
    const copy = (to: Float32Array, from: Float32Array, offset: number, size: number): void =>
      to.set(from.subarray(offset, offset + size), offset);
    for (const { name, offset, size } of layout.parameters) {
      if (forgotten.has(layers.get(name) ?? '')) copy(parameters, fresh.parameters, offset, size);
    }
    for (const { name, offset, channels } of layout.statistics) {
      if (forgotten.has(layers.get(`${name}.weight`) ?? '')) copy(statistics, fresh.statistics, offset, 2 * channels);
    }
    const { architecture } = this.network;
    const network = new FrozenNetwork(this.#engine, architecture, layout, { parameters, statistics });
    const predictor = new FrozenPredictor(network, this.size, this.#heatmap);
    return Object.assign(predictor, { close: () => network.dispose() });
  }

  close(): void {
    this.network.dispose();
  }
}

/**
 * To which layer each parameter belongs, in the order of the network: a stage of a ResNet is one layer, a batch norm
 * belongs to the convolution before it, and the votes of prototypes to the prototypes.
 */
function layerOfEach(layout: ParameterLayout): Map<string, string> {
  const layers = new Map<string, string>();
  let current = '';
  for (const { name, kind } of layout.parameters) {
    const stage = /^layer\d+/.exec(name)?.[0];
    if (stage !== undefined) current = stage;
    else if (kind === 'prototypes') current = name.replace(/\.vectors$/, '');
    else if (kind === 'conv' || kind === 'dense') current = name.replace(/\.weight$/, '');
    layers.set(name, current);
  }
  return layers;
}
