/**
 * Networks as data: a network is a tree of layers, and everything else (parameters, passes,
 * gradients, folding) is derived from it. Names are torchvision's, so that weights travel.
 */

/** Convolution with a square filter and symmetric zero padding. Weight `<name>.weight` [out,in,k,k]. */
export interface ConvLayer {
  readonly op: 'conv';
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly bias: boolean;
}

/** Batch normalisation, eps 1e-5, momentum 0.1 (PyTorch's defaults). */
export interface NormLayer {
  readonly op: 'norm';
  readonly name: string;
  readonly channels: number;
}

export interface ReluLayer {
  readonly op: 'relu';
}

export interface MaxPoolLayer {
  readonly op: 'maxPool';
  readonly size: number;
  readonly stride: number;
  readonly pad: number;
}

/** y = body(x) + shortcut(x); an empty shortcut is the identity. */
export interface ResidualLayer {
  readonly op: 'residual';
  readonly body: readonly Layer[];
  readonly shortcut: readonly Layer[];
}

/** PyTorch's AdaptiveAvgPool2d to side x side. */
export interface AveragePoolLayer {
  readonly op: 'averagePool';
  readonly side: number;
}

/** [N,H,W,C] -> [N,C*H*W] in PyTorch's order (channel first). */
export interface FlattenLayer {
  readonly op: 'flatten';
}

/** Dense layer. Weight `<name>.weight` [out,in], bias `<name>.bias`. */
export interface DenseLayer {
  readonly op: 'dense';
  readonly name: string;
  readonly input: number;
  readonly output: number;
}

export type Layer =
  ConvLayer | NormLayer | ReluLayer | MaxPoolLayer | ResidualLayer | AveragePoolLayer | FlattenLayer | DenseLayer;

export interface Architecture {
  readonly name: string;
  /** Ends with the map that heatmaps are taken from: the last convolutional one, after its ReLU. */
  readonly features: readonly Layer[];
  /** From that map to the logits. */
  readonly head: readonly Layer[];
  readonly classes: number;
}

export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
export const NORM_MOMENTUM = 0.1;

/** Mean and standard deviation of ImageNet's training pictures, RGB in [0,1] (torchvision). */
export const INPUT_MEAN = [0.485, 0.456, 0.406] as const;
export const INPUT_STD = [0.229, 0.224, 0.225] as const;

/**
 * The dense layer of a head that is global average pooling and one dense layer, else null. For
 * such networks the class activation map is closed-form (Zhou et al., CVPR 2016).
 */
export function poolingHead(architecture: Architecture): DenseLayer | null {
  const [pool, flatten, dense] = architecture.head;
  const isPooling =
    architecture.head.length === 3 &&
    pool?.op === 'averagePool' &&
    pool.side === 1 &&
    flatten?.op === 'flatten' &&
    dense?.op === 'dense';
  return isPooling ? dense : null;
}

/** Calls `visit` for every layer, depth first, in the order of computation. */
export function visitLayers(layers: readonly Layer[], visit: (layer: Layer) => void): void {
  for (const layer of layers) {
    visit(layer);
    if (layer.op === 'residual') {
      visitLayers(layer.body, visit);
      visitLayers(layer.shortcut, visit);
    }
  }
}

export interface NetworkCost {
  /** Multiply-accumulate operations of one forward pass of one picture. */
  readonly multiplications: number;
  /** Bytes of float32 activations that one picture needs in a pass with gradients. */
  readonly activationBytes: number;
  /** Side of the map that heatmaps are taken from. */
  readonly mapSide: number;
  /** Side of the smallest map on the way; below 1 the pictures are too small for the network. */
  readonly leastSide: number;
}

/** Cost of an architecture for square pictures of `size` pixels. */
export function networkCost(architecture: Architecture, size: number): NetworkCost {
  let multiplications = 0;
  let elements = size * size * 3;
  let leastSide = size;
  const walk = (layers: readonly Layer[], startSide: number, startChannels: number): [number, number] => {
    let side = startSide;
    let channels = startChannels;
    for (const layer of layers) {
      if (layer.op === 'conv' || layer.op === 'maxPool') {
        const window = layer.op === 'conv' ? layer.kernel : layer.size;
        side = Math.floor((side + 2 * layer.pad - window) / layer.stride) + 1;
        if (layer.op === 'conv') {
          channels = layer.output;
          multiplications += side * side * layer.kernel ** 2 * layer.input * layer.output;
        }
      } else if (layer.op === 'residual') {
        const end = walk(layer.body, side, channels);
        if (layer.shortcut.length > 0) walk(layer.shortcut, side, channels);
        [side, channels] = end;
      } else if (layer.op === 'averagePool') {
        side = layer.side;
      } else if (layer.op === 'dense') {
        side = 1;
        channels = layer.output;
        multiplications += layer.input * layer.output;
      }
      elements += side * side * channels;
      leastSide = Math.min(leastSide, side);
    }
    return [side, channels];
  };
  const [mapSide, channels] = walk(architecture.features, size, 3);
  walk(architecture.head, mapSide, channels);
  return { multiplications, activationBytes: elements * 4, mapSide, leastSide };
}
