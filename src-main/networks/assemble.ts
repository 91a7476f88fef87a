/** From a tree of layers to modules that compute, for training and for inference. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import type { Layer } from './layer.ts';
import { conv, dense, type GradientSink, maxPool, type Module, norm, relu } from './modules.ts';
import { averagePool, flatten } from './pooling.ts';
import { residual, Sequence } from './sequence.ts';
import { frozenConv, type UnrolledLookup } from './unrolled.ts';

/** Finds a parameter's tensor (inner layout) by its name at the time of the call. */
export type Lookup = (name: string) => Tensor;

/** Modules in training mode: batch statistics, gradients of parameters into `sink`. */
export function assembleTraining(
  ops: EngineOps,
  layers: readonly Layer[],
  lookup: Lookup,
  sink: GradientSink,
): Sequence {
  const vector = (name: string) => (): Tensor1D => lookup(name) as Tensor1D;
  return new Sequence(
    layers.map((layer) => {
      switch (layer.op) {
        case 'conv':
          return conv(ops, layer.name, layer, source(lookup, layer.name, layer.bias), sink);
        case 'norm':
          return norm(ops, layer.name, vector(`${layer.name}.weight`), vector(`${layer.name}.bias`), sink);
        case 'dense':
          return dense(layer.name, source(lookup, layer.name, true), sink);
        case 'residual':
          return residual(
            assembleTraining(ops, layer.body, lookup, sink),
            assembleTraining(ops, layer.shortcut, lookup, sink),
          );
        default:
          return plainModule(ops, layer);
      }
    }),
  );
}

/**
 * Modules in inference mode. Each batch norm is folded into the convolution before it, whose
 * folded tensors `lookup` finds under the convolution's own name, always with a bias.
 * @throws Error for a batch norm that does not follow a convolution.
 */
export function assembleInference(
  ops: EngineOps,
  layers: readonly Layer[],
  lookup: Lookup,
  unrolled: UnrolledLookup,
): Sequence {
  const modules: Module[] = [];
  layers.forEach((layer, i) => {
    switch (layer.op) {
      case 'conv':
        modules.push(frozenConv(ops, layer, source(lookup, layer.name, true), unrolled));
        break;
      case 'norm':
        if (layers[i - 1]?.op !== 'conv') throw new Error(`${layer.name} cannot be folded: no convolution before it`);
        break;
      case 'dense':
        modules.push(dense(layer.name, source(lookup, layer.name, true), null));
        break;
      case 'residual':
        modules.push(
          residual(
            assembleInference(ops, layer.body, lookup, unrolled),
            assembleInference(ops, layer.shortcut, lookup, unrolled),
          ),
        );
        break;
      default:
        modules.push(plainModule(ops, layer));
    }
  });
  return new Sequence(modules);
}

function source(lookup: Lookup, name: string, bias: boolean) {
  return {
    weight: () => lookup(`${name}.weight`),
    bias: bias ? () => lookup(`${name}.bias`) as Tensor1D : null,
  };
}

/** Layers without parameters. */
function plainModule(
  ops: EngineOps,
  layer: Extract<Layer, { op: 'relu' | 'maxPool' | 'averagePool' | 'flatten' }>,
): Module {
  switch (layer.op) {
    case 'relu':
      return relu(ops);
    case 'maxPool':
      return maxPool(ops, layer);
    case 'averagePool':
      return averagePool(layer.side);
    case 'flatten':
      return flatten();
  }
}
