/** What a network costs: arithmetic, memory, and how its maps shrink. */
import type { Architecture, Layer } from './layer.ts';

export interface NetworkCost {
  /** Multiply-accumulate operations of one forward pass of one picture. */
  readonly multiplications: number;
  /** Bytes of float32 activations that one picture needs in a pass with gradients. */
  readonly activationBytes: number;
  /** Side of the map that heatmaps are taken from. */
  readonly mapSide: number;
  /** Channels of that map. */
  readonly mapChannels: number;
  /** Side of the smallest map on the way; below 1 the pictures are too small for the network. */
  readonly leastSide: number;
}

/** So many numbers of each map and template are in memory at once. */
const LOSS_TENSORS = 5;

interface MapShape {
  readonly side: number;
  readonly channels: number;
}

/** Cost of an architecture for square pictures of `size` pixels. */
export function networkCost(architecture: Architecture, size: number): NetworkCost {
  let multiplications = 0;
  let elements = size * size * 3;
  let leastSide = size;
  const through = (layers: readonly Layer[], start: MapShape): MapShape => {
    let shape = start;
    for (const layer of layers) {
      const before = shape;
      shape = step(layer, before);
      multiplications += products(layer, before, shape);
      elements += shape.side ** 2 * shape.channels;
      // The filter loss compares every map with the template of every place (interpretable/filter-loss.ts).
      if (layer.op === 'partMask') elements += LOSS_TENSORS * (shape.side ** 2 + 1) * shape.channels;
      leastSide = Math.min(leastSide, shape.side);
    }
    return shape;
  };
  const step = (layer: Layer, before: MapShape): MapShape => {
    switch (layer.op) {
      case 'residual':
        through(layer.shortcut, before);
        return through(layer.body, before);
      case 'gate':
        through(layer.body, before);
        return before;
      case 'concat':
        return { side: before.side, channels: before.channels + through(layer.body, before).channels };
      default:
        return plainStep(layer, before);
    }
  };
  const map = through(architecture.features, { side: size, channels: 3 });
  through(architecture.head, map);
  return { multiplications, activationBytes: elements * 4, mapSide: map.side, mapChannels: map.channels, leastSide };
}

/** The map after a layer without branches. */
function plainStep(layer: Layer, before: MapShape): MapShape {
  const windowed = (window: number, stride: number, pad: number): number =>
    Math.floor((before.side + 2 * pad - window) / stride) + 1;
  switch (layer.op) {
    case 'conv':
      return { side: windowed(layer.kernel, layer.stride, layer.pad), channels: layer.output };
    case 'depthwise':
      return { side: windowed(layer.kernel, layer.stride, layer.pad), channels: layer.channels };
    case 'maxPool':
      return { side: windowed(layer.size, layer.stride, layer.pad), channels: before.channels };
    case 'averageWindow':
      return { side: windowed(layer.size, layer.size, 0), channels: before.channels };
    case 'averagePool':
      return { side: layer.side, channels: before.channels };
    case 'prototypes':
      return { side: 1, channels: layer.classes * layer.perClass };
    case 'flatten':
      return { side: 1, channels: before.side ** 2 * before.channels };
    case 'pointwise':
    case 'dense':
      return { side: before.side, channels: layer.output };
    default:
      return before;
  }
}

/** Multiply-accumulate operations of a layer itself; element-wise work is not counted. */
function products(layer: Layer, before: MapShape, after: MapShape): number {
  const pixels = after.side ** 2;
  switch (layer.op) {
    case 'conv':
      return pixels * layer.kernel ** 2 * layer.input * layer.output;
    case 'depthwise':
      return pixels * layer.kernel ** 2 * layer.channels;
    case 'prototypes':
      // Distances of every place to every prototype.
      return before.side ** 2 * before.channels * after.channels;
    case 'pointwise':
    case 'dense':
      return pixels * before.channels * layer.output;
    default:
      return 0;
  }
}
