/**
 * Networks as data: a network is a tree of layers, and everything else (parameters, passes,
 * gradients, folding) is derived from it. Names are torchvision's, so that weights travel.
 */
import { IMAGENET_MEAN, IMAGENET_STD } from '../contract/settings.ts';

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

/** Convolution with one filter a channel. Weight `<name>.weight` [channels,1,k,k]. */
export interface DepthwiseLayer {
  readonly op: 'depthwise';
  readonly name: string;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly bias: boolean;
}

/** A dense layer over the channels of every pixel. Weight `<name>.weight` [out,in], bias `<name>.bias`. */
export interface PointwiseLayer {
  readonly op: 'pointwise';
  readonly name: string;
  readonly input: number;
  readonly output: number;
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

/**
 * relu6: min(max(x, 0), 6). silu: x / (1 + exp(-x)). gelu: x P(X <= x) for standard normal X, exact.
 * sigmoid: 1 / (1 + exp(-x)).
 */
export interface ActivationLayer {
  readonly op: 'relu6' | 'silu' | 'gelu' | 'sigmoid';
}

/** Normalisation over the channels of each pixel (Ba, Kiros and Hinton, 2016), with learnt scale and offset. */
export interface LayerNormLayer {
  readonly op: 'layerNorm';
  readonly name: string;
  readonly channels: number;
}

/** Every channel times a learnt factor; the parameter is `<name>` itself, [channels,1,1], at first `initial`. */
export interface ScaleLayer {
  readonly op: 'scale';
  readonly name: string;
  readonly channels: number;
  readonly initial: number;
}

/** Mean over windows of size x size that touch; sides are rounded down. */
export interface AverageWindowLayer {
  readonly op: 'averageWindow';
  readonly size: number;
}

/** Training only: values are 0 with probability `rate`, the others grow so that the expectation stays. */
export interface DropoutLayer {
  readonly op: 'dropout';
  readonly rate: number;
}

/** The same for whole pictures, at the end of a residual body (Huang et al., ECCV 2016; torchvision's mode "row"). */
export interface StochasticDepthLayer {
  readonly op: 'stochasticDepth';
  readonly rate: number;
}

/** y = x * body(x), body(x) [N,1,1,C]: squeeze and excitation (Hu et al., CVPR 2018). */
export interface GateLayer {
  readonly op: 'gate';
  readonly body: readonly Layer[];
}

/** The channels of x, then those of body(x): a dense block's step (Huang et al., CVPR 2017). */
export interface ConcatLayer {
  readonly op: 'concat';
  readonly body: readonly Layer[];
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

/**
 * Every filter's map times the template of a part around its peak (ICNN, Zhang, Wu, Zhu, CVPR 2018, section 3). State
 * `<name>.class_activation` [classes,channels]: how strongly each class excites each filter.
 */
export interface PartMaskLayer {
  readonly op: 'partMask';
  readonly name: string;
  readonly channels: number;
  readonly classes: number;
}

/**
 * In some training steps every filter times the gate of the picture's class, else nothing (CSG, Liang et al., ECCV
 * 2020). Parameter `<name>.gate` [classes,channels] in [0,1].
 */
export interface ClassGateLayer {
  readonly op: 'classGate';
  readonly name: string;
  readonly channels: number;
  readonly classes: number;
}

/**
 * [N,H,W,D] -> [N,classes*perClass]: how like the most similar place is to each prototype (ProtoPNet, Chen et al.,
 * NeurIPS 2019). Parameter `<name>.vectors` [prototypes,D,1,1]; state `<name>.sources` [prototypes,3]: row of the
 * training picture that it was taken from (-1: none), and place in the map (row, column).
 */
export interface PrototypesLayer {
  readonly op: 'prototypes';
  readonly name: string;
  readonly channels: number;
  readonly classes: number;
  readonly perClass: number;
}

/** [N,H,W,C] -> [N,C*H*W] in PyTorch's order (channel first). */
export interface FlattenLayer {
  readonly op: 'flatten';
}

/** Dense layer. Weight `<name>.weight` [out,in], and bias `<name>.bias` unless it says that it has none. */
export interface DenseLayer {
  readonly op: 'dense';
  readonly name: string;
  readonly input: number;
  readonly output: number;
  readonly bias?: false;
  /**
   * Of ProtoPNet's last layer: input j is the score of a prototype of class floor(j / perClass). Weights are at first 1
   * for that class and -0.5 for the others, and training leaves them as they are (method/last-layer.ts sets them).
   */
  readonly perClass?: number;
}

export type Layer =
  | ConvLayer
  | DepthwiseLayer
  | PointwiseLayer
  | NormLayer
  | LayerNormLayer
  | ScaleLayer
  | ReluLayer
  | ActivationLayer
  | MaxPoolLayer
  | AverageWindowLayer
  | AveragePoolLayer
  | FlattenLayer
  | DenseLayer
  | PrototypesLayer
  | DropoutLayer
  | StochasticDepthLayer
  | ResidualLayer
  | GateLayer
  | ConcatLayer
  | PartMaskLayer
  | ClassGateLayer;

/** How first weights are drawn, as torchvision does for each family; biases are 0. */
export interface InitialWeights {
  /** Normal: with variance 2 / fan-out or 2 / fan-in (He et al., ICCV 2015), or of this deviation. */
  readonly conv: 'fan-out' | 'fan-in' | number;
  /** Uniform in +-1/sqrt(fan-in) or +-1/sqrt(fan-out), or normal of this deviation. */
  readonly dense: 'fan-in' | 'fan-out' | number;
}

export interface Architecture {
  readonly name: string;
  /** Ends with the map that heatmaps are taken from: the last convolutional one, after its activation. */
  readonly features: readonly Layer[];
  /** From that map to the logits. */
  readonly head: readonly Layer[];
  readonly classes: number;
  /** Absent: convolutions by fan-out, dense layers by fan-in. */
  readonly initial?: InitialWeights;
  /** Mean and deviation, RGB in [0,1], that pictures are normalised with; absent: ImageNet's. */
  readonly input?: InputScale;
  /**
   * Where in `features` each stage begins, ascending, the first at 0: a stage is what is frozen, or learns at its own
   * rate, as one. The head is the stage after the last.
   */
  readonly stages?: readonly number[];
}

/** Pictures in [0,1] enter a network as (x - mean) / std, per channel. */
export interface InputScale {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Of layer norms (ConvNeXt's). */
export const LAYER_NORM_EPSILON = 1e-6;
export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
export const NORM_MOMENTUM = 0.1;

/** What this network's pictures are normalised with. */
export function inputScale({ input }: Architecture): InputScale {
  return input ?? { mean: IMAGENET_MEAN, std: IMAGENET_STD };
}

/**
 * The dense layer of a head that is global average pooling and one dense layer (and dropout or a class gate, which do
 * nothing outside training), else null. For such networks the class activation map is closed-form (Zhou et al., CVPR
 * 2016).
 */
export function poolingHead(architecture: Architecture): DenseLayer | null {
  const head = architecture.head.filter(({ op }) => op !== 'dropout' && op !== 'classGate');
  const [pool, flatten, dense] = head;
  const isPooling =
    head.length === 3 &&
    pool?.op === 'averagePool' &&
    pool.side === 1 &&
    flatten?.op === 'flatten' &&
    dense?.op === 'dense';
  return isPooling ? dense : null;
}

/** The sequences of layers inside a layer. */
export function branchesOf(layer: Layer): readonly (readonly Layer[])[] {
  if (layer.op === 'residual') return [layer.body, layer.shortcut];
  return layer.op === 'gate' || layer.op === 'concat' ? [layer.body] : [];
}

/** Calls `visit` for every layer, depth first, in the order of computation. */
export function visitLayers(layers: readonly Layer[], visit: (layer: Layer) => void): void {
  for (const layer of layers) {
    visit(layer);
    for (const branch of branchesOf(layer)) visitLayers(branch, visit);
  }
}
