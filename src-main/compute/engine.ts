/**
 * The engine: a TensorFlow.js backend that passed its self-test, plus the fused operations that
 * stock TensorFlow.js lacks, does slowly, or does wrong on that backend. Networks use tfjs-core
 * for element-wise mathematics and this interface for everything that costs time.
 *
 * All tensors float32, pictures NHWC, filters HWIO. Padding is symmetric, in pixels on each side
 * (PyTorch's convention, not TensorFlow's 'same'). No operation disposes of its inputs; what it
 * allocates besides its result is gone when it returns.
 */
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

export const ENGINE_IDS = ['cuda', 'webgpu', 'native', 'wasm'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

type Shape4D = [number, number, number, number];

export interface ConvGeometry {
  readonly stride: number;
  /** Zero padding in pixels on every side. */
  readonly pad: number;
}

export interface PoolGeometry extends ConvGeometry {
  /** Side of the square window. Padding counts as minus infinity. */
  readonly size: number;
}

/** Result of batch normalisation in training mode over axes N, H, W. */
export interface BatchNormResult {
  readonly y: Tensor4D;
  /** Batch mean [C]. */
  readonly mean: Tensor1D;
  /** Biased batch variance [C] (divided by N*H*W). */
  readonly variance: Tensor1D;
}

export interface BatchNormGradients {
  readonly dx: Tensor4D;
  readonly dScale: Tensor1D;
  readonly dOffset: Tensor1D;
}

/** 3x3 convolutions of stride 1 and padding 1 with a filter that stays as it is, by Winograd's minimal filtering. */
export interface Winograd {
  /** Whether it takes less time than `conv2d` on maps of this many rows and columns. */
  pays(map: readonly [height: number, width: number], input: number, output: number): boolean;
  /** @param filter [3,3,Cin,Cout], which is copied */
  prepare(filter: Tensor4D): PreparedConv;
}

export interface PreparedConv {
  /** x [N,H,W,Cin] -> [N,H,W,Cout], plus bias [Cout] where given; W is even. */
  run(x: Tensor4D, bias?: Tensor1D): Tensor4D;
  dispose(): void;
}

export interface Pooled {
  readonly y: Tensor4D;
  /** What {@link EngineOps.maxPoolGrad} goes by, of the engine's own kind; whoever wants no gradient disposes of it, too. */
  readonly trace: readonly Tensor4D[];
}

export interface EngineOps {
  /** x [N,H,W,Cin] * filter [k,k,Cin,Cout] -> [N,H',W',Cout], plus bias [Cout] where given. */
  conv2d(x: Tensor4D, filter: Tensor4D, geometry: ConvGeometry, bias?: Tensor1D): Tensor4D;
  /** Absent where it would not be faster. */
  readonly winograd?: Winograd;
  /** Whether {@link conv2d} is at its best on a map [H,W] of few pixels, so that no other form of the filter is wanted. */
  readonly smallMapPays?: (map: readonly [number, number], input: number, output: number) => boolean;
  /** d loss / d x, of shape `xShape`. */
  conv2dInputGrad(dy: Tensor4D, filter: Tensor4D, xShape: Shape4D, geometry: ConvGeometry): Tensor4D;
  /** d loss / d filter, of shape `filterShape` [k,k,Cin,Cout]. */
  conv2dFilterGrad(x: Tensor4D, dy: Tensor4D, filterShape: Shape4D, geometry: ConvGeometry): Tensor4D;
  /** The same with one filter a channel: x [N,H,W,C] * filter [k,k,C,1] -> [N,H',W',C], plus bias [C] where given. */
  depthwiseConv2d(x: Tensor4D, filter: Tensor4D, geometry: ConvGeometry, bias?: Tensor1D): Tensor4D;
  depthwiseInputGrad(dy: Tensor4D, filter: Tensor4D, xShape: Shape4D, geometry: ConvGeometry): Tensor4D;
  depthwiseFilterGrad(x: Tensor4D, dy: Tensor4D, filterShape: Shape4D, geometry: ConvGeometry): Tensor4D;
  /**
   * Matrix product, of transposed operands where said so. Absent where the engine's own products of transposed operands
   * are slow: see networks/product.ts.
   */
  matMul?(a: Tensor2D, b: Tensor2D, transposeA: boolean, transposeB: boolean): Tensor2D;
  /** Batch normalisation with the statistics of this batch. */
  batchNorm(x: Tensor4D, scale: Tensor1D, offset: Tensor1D, epsilon: number): BatchNormResult;
  /** Gradient of {@link batchNorm}; `mean` and `variance` are its results for the same x. */
  batchNormGrad(
    dy: Tensor4D,
    x: Tensor4D,
    scale: Tensor1D,
    mean: Tensor1D,
    variance: Tensor1D,
    epsilon: number,
  ): BatchNormGradients;
  /** dy where y > 0, else 0. y is the output of the ReLU. */
  reluGrad<T extends Tensor4D>(dy: T, y: T): T;
  maxPool(x: Tensor4D, geometry: PoolGeometry): Pooled;
  /** d loss / d x, of shape `xShape`: to the first (row-major) maximum of each window. @param trace borrowed */
  maxPoolGrad(dy: Tensor4D, trace: readonly Tensor4D[], xShape: Shape4D, geometry: PoolGeometry): Tensor4D;
}

export interface Engine {
  readonly id: EngineId;
  /** In words, with versions: "TensorFlow 2.x on the processor (oneDNN), 2 threads". */
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly ops: EngineOps;
  /** Bytes one batch may use; micro-batches are chosen to stay below. */
  readonly memoryBudget: number;
}

/** Why an engine cannot be used here: one sentence, and what to do. */
export interface EngineRefusal {
  readonly id: EngineId;
  readonly reason: string;
  readonly hint: string;
}
