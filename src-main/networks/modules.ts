/**
 * Layers at work: a forward pass that keeps what its gradient needs, and that gradient. Written
 * out instead of recorded by automatic differentiation, so that activations are released layer by
 * layer, weight gradients are not computed where nobody wants them (attacks), and every engine
 * runs the same few fused operations.
 *
 * Ownership: a module borrows its input and returns a new output; the sequence it stands in disposes
 * of what lies between its modules as soon as no gradient needs it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry, EngineOps, Pooled, PoolGeometry } from '../compute/engine.ts';
import { NORM_EPSILON } from './layer.ts';
import { product } from './product.ts';

/** Receives gradients of parameters and batch statistics; absent in inference mode. */
export interface GradientSink {
  /** Takes ownership of `gradient`, which has the parameter's shape. */
  parameter(name: string, gradient: Tensor): void;
  /** Takes ownership. `count` is the number of values behind each statistic. */
  statistics(name: string, mean: Tensor1D, variance: Tensor1D, count: number): void;
  /** What a parameter of the kind `state` is from now on. Takes ownership of `value`, which has its shape. */
  state(name: string, value: Tensor): void;
}

export interface Forward {
  readonly y: Tensor;
  /** What the gradient needs besides input and output; given back to `backward` or `drop`. */
  readonly saved: unknown;
}

export interface Module {
  /** Whether the gradient needs the input, or the output. */
  readonly keepsInput: boolean;
  readonly keepsOutput: boolean;
  /** @param tape whether {@link backward} will follow. */
  forward(x: Tensor, tape: boolean): Forward;
  /**
   * d loss / d x from dy; null when `wantInput` is false. Disposes of `saved`, borrows the rest.
   */
  backward(x: Tensor | null, y: Tensor | null, saved: unknown, dy: Tensor, wantInput: boolean): Tensor | null;
  /** Gives back `saved` without computing a gradient. */
  drop(saved: unknown): void;
}

export const nothing = (): void => undefined;

/** Tensors of one convolution or dense layer, looked up at every use since training replaces them. */
export interface ParameterSource {
  weight(): Tensor;
  bias: (() => Tensor1D) | null;
}

/** The three passes of one kind of convolution; see {@link EngineOps}. */
interface ConvPasses {
  readonly forward: EngineOps['conv2d'];
  readonly inputGrad: EngineOps['conv2dInputGrad'];
  readonly filterGrad: EngineOps['conv2dFilterGrad'];
}

/** Filters [k,k,in,out]. */
export const conv = (
  ops: EngineOps,
  name: string,
  geometry: ConvGeometry,
  source: ParameterSource,
  sink: GradientSink | null,
): Module =>
  convolution(
    {
      forward: (...given) => ops.conv2d(...given),
      inputGrad: (...given) => ops.conv2dInputGrad(...given),
      filterGrad: (...given) => ops.conv2dFilterGrad(...given),
    },
    name,
    geometry,
    source,
    sink,
  );

/** One filter a channel, [k,k,C,1]. */
export const depthwise = (
  ops: EngineOps,
  name: string,
  geometry: ConvGeometry,
  source: ParameterSource,
  sink: GradientSink | null,
): Module =>
  convolution(
    {
      forward: (...given) => ops.depthwiseConv2d(...given),
      inputGrad: (...given) => ops.depthwiseInputGrad(...given),
      filterGrad: (...given) => ops.depthwiseFilterGrad(...given),
    },
    name,
    geometry,
    source,
    sink,
  );

function convolution(
  passes: ConvPasses,
  name: string,
  geometry: ConvGeometry,
  source: ParameterSource,
  sink: GradientSink | null,
): Module {
  return {
    keepsInput: sink !== null,
    keepsOutput: false,
    forward: (x) => ({
      y: passes.forward(x as Tensor4D, source.weight() as Tensor4D, geometry, source.bias?.()),
      saved: { shape: x.shape },
    }),
    backward(x, _y, saved, dy, wantInput) {
      const filter = source.weight() as Tensor4D;
      const gradient = dy as Tensor4D;
      if (sink !== null) {
        sink.parameter(`${name}.weight`, passes.filterGrad(x as Tensor4D, gradient, filter.shape, geometry));
        if (source.bias !== null) sink.parameter(`${name}.bias`, tf.sum(gradient, [0, 1, 2]));
      }
      const { shape } = saved as { shape: Tensor4D['shape'] };
      return wantInput ? passes.inputGrad(gradient, filter, shape, geometry) : null;
    },
    drop: nothing,
  };
}

/** Batch normalisation in training mode. In inference mode it is folded into its convolution. */
export function norm(
  ops: EngineOps,
  name: string,
  scale: () => Tensor1D,
  offset: () => Tensor1D,
  sink: GradientSink,
): Module {
  return {
    keepsInput: true,
    keepsOutput: false,
    forward(x) {
      const { y, mean, variance } = ops.batchNorm(x as Tensor4D, scale(), offset(), NORM_EPSILON);
      const channels = x.shape[3] ?? 1;
      sink.statistics(name, tf.clone(mean), tf.clone(variance), x.size / channels);
      return { y, saved: [mean, variance] };
    },
    backward(x, _y, saved, dy, wantInput) {
      const [mean, variance] = saved as [Tensor1D, Tensor1D];
      const { dx, dScale, dOffset } = ops.batchNormGrad(
        dy as Tensor4D,
        x as Tensor4D,
        scale(),
        mean,
        variance,
        NORM_EPSILON,
      );
      tf.dispose([mean, variance]);
      sink.parameter(`${name}.weight`, dScale);
      sink.parameter(`${name}.bias`, dOffset);
      if (wantInput) return dx;
      dx.dispose();
      return null;
    },
    drop: (saved) => {
      tf.dispose(saved as Tensor[]);
    },
  };
}

export function relu(ops: EngineOps): Module {
  return {
    keepsInput: false,
    keepsOutput: true,
    forward: (x) => ({ y: tf.relu(x), saved: null }),
    backward: (_x, y, _saved, dy, wantInput) => (wantInput ? ops.reluGrad(dy as Tensor4D, y as Tensor4D) : null),
    drop: nothing,
  };
}

interface PoolSaved {
  readonly trace: Pooled['trace'];
  readonly shape: Tensor4D['shape'];
}

export function maxPool(ops: EngineOps, geometry: PoolGeometry): Module {
  return {
    keepsInput: false,
    keepsOutput: false,
    forward(x) {
      const { y, trace } = ops.maxPool(x as Tensor4D, geometry);
      return { y, saved: { trace, shape: x.shape as Tensor4D['shape'] } satisfies PoolSaved };
    },
    backward(_x, _y, saved, dy, wantInput) {
      const { trace, shape } = saved as PoolSaved;
      const dx = wantInput ? ops.maxPoolGrad(dy as Tensor4D, trace, shape, geometry) : null;
      tf.dispose([...trace]);
      return dx;
    },
    drop(saved) {
      tf.dispose([...(saved as PoolSaved).trace]);
    },
  };
}

/** y = x W + b with W [in,out]. */
export function dense(ops: EngineOps, name: string, source: ParameterSource, sink: GradientSink | null): Module {
  return {
    keepsInput: sink !== null,
    keepsOutput: false,
    forward: (x) => ({
      y: tf.tidy(() => {
        const y = product(ops, x as Tensor2D, source.weight() as Tensor2D);
        return source.bias === null ? y : tf.add(y, source.bias());
      }),
      saved: null,
    }),
    backward(x, _y, _saved, dy, wantInput) {
      if (sink !== null) {
        sink.parameter(`${name}.weight`, product(ops, x as Tensor2D, dy as Tensor2D, { a: true }));
        if (source.bias !== null) sink.parameter(`${name}.bias`, tf.sum(dy, 0));
      }
      return wantInput ? product(ops, dy as Tensor2D, source.weight() as Tensor2D, { b: true }) : null;
    },
    drop: nothing,
  };
}
