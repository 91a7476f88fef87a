/** From a tree of layers to modules that compute, for training and for inference. */
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { EngineOps } from '../compute/engine.ts';
import { activation } from './activations.ts';
import { concat, gate } from './branches.ts';
import { leaveOut } from './chance.ts';
import { channelScale, frozenNorm, layerNorm } from './channel-scaling.ts';
import { isFoldedAway } from './folding.ts';
import { frozenConv, type LaidOutFilters } from './frozen-conv.ts';
import { classGate } from './interpretable/class-gate.ts';
import { partMask } from './interpretable/part-mask.ts';
import { prototypes } from './interpretable/prototypes.ts';
import { keptNorm, type StoredStatistics } from './kept-norm.ts';
import type { Layer } from './layer.ts';
import type { TrainingMoment } from './moment.ts';
import {
  conv,
  dense,
  depthwise,
  type GradientSink,
  maxPool,
  type Module,
  norm,
  type ParameterSource,
  relu,
} from './modules.ts';
import { averagePool, averageWindow, flatten } from './pooling.ts';
import { residual, Sequence } from './sequence.ts';

/** Finds a parameter's tensor (inner layout) by its name at the time of the call. */
export type Lookup = (name: string) => Tensor;

/** What modules in training mode work with: batch statistics, gradients of parameters into `sink`. */
interface Training {
  readonly ops: EngineOps;
  readonly lookup: Lookup;
  readonly sink: GradientSink;
  readonly moment: () => TrainingMoment;
  /** Where batch norms go by stored statistics: those, and whether scale and offset are learnt. Absent: by the batch's. */
  readonly keptNorms?: { readonly stored: (name: string) => StoredStatistics; readonly learnt: boolean };
}

function trainedNorm({ ops, lookup, sink, keptNorms }: Training, name: string): Module {
  const [scale, offset] = [vector(lookup, `${name}.weight`), vector(lookup, `${name}.bias`)];
  if (keptNorms === undefined) return norm(ops, name, scale, offset, sink);
  const { stored, learnt } = keptNorms;
  return keptNorm(ops, name, scale, offset, () => stored(name), learnt ? sink : null);
}

export function assembleTraining(training: Training, layers: readonly Layer[]): Sequence {
  const { ops, lookup, sink, moment } = training;
  const inner = (branch: readonly Layer[]): Sequence => assembleTraining(training, branch);
  const moduleOf = (layer: Layer): Module => {
    switch (layer.op) {
      case 'conv':
        return conv(ops, layer.name, layer, source(lookup, layer.name, layer.bias), sink);
      case 'depthwise':
        return depthwise(ops, layer.name, layer, source(lookup, layer.name, layer.bias), sink);
      case 'norm':
        return trainedNorm(training, layer.name);
      case 'prototypes':
        return prototypes(layer, matrix(lookup, `${layer.name}.vectors`), { sink, moment });
      case 'partMask':
        return partMask(ops, layer, { table: () => lookup(`${layer.name}.class_activation`), sink, moment });
      case 'classGate':
        return classGate(layer, () => lookup(`${layer.name}.gate`), sink, moment);
      case 'dropout':
        return leaveOut(layer.rate, 'value', moment);
      case 'stochasticDepth':
        return leaveOut(layer.rate, 'picture', moment);
      default:
        return commonModule({ ops, lookup, sink, inner }, layer);
    }
  };
  return new Sequence(poolsFirst(layers).map(moduleOf));
}

/** What modules in inference mode work with. */
interface Inference {
  readonly ops: EngineOps;
  /** Finds folded tensors: see folding.ts. */
  readonly lookup: Lookup;
  readonly laidOut: LaidOutFilters;
}

/** Modules in inference mode: batch norms are folded, nothing is left out by chance. */
export function assembleInference(inference: Inference, given: readonly Layer[]): Sequence {
  const layers = poolsFirst(given);
  const { ops, lookup, laidOut } = inference;
  const inner = (branch: readonly Layer[]): Sequence => assembleInference(inference, branch);
  const modulesOf = (layer: Layer, i: number): Module[] => {
    switch (layer.op) {
      case 'conv':
        return [frozenConv(ops, layer, source(lookup, layer.name, true), laidOut)];
      case 'depthwise':
        return [depthwise(ops, layer.name, layer, source(lookup, layer.name, true), null)];
      case 'norm':
        if (isFoldedAway(layers, i)) return [];
        return [frozenNorm(ops, vector(lookup, `${layer.name}.weight`), vector(lookup, `${layer.name}.bias`))];
      case 'prototypes':
        return [prototypes(layer, matrix(lookup, `${layer.name}.vectors`), null)];
      case 'partMask':
        return [partMask(ops, layer, null)];
      case 'classGate':
      case 'dropout':
      case 'stochasticDepth':
        return [];
      default:
        return [commonModule({ ops, lookup, sink: null, inner }, layer)];
    }
  };
  return new Sequence(layers.flatMap(modulesOf));
}

/**
 * A ReLU before a max pool comes after it instead: what passes is the same, and so is its gradient (where all of a
 * window is below zero none comes back, whichever place it would have gone to), on a quarter of the values.
 */
function poolsFirst(layers: readonly Layer[]): Layer[] {
  const ordered = [...layers];
  for (let i = 1; i < ordered.length; i++) {
    const [before, after] = [ordered[i - 1], ordered[i]];
    if (before.op === 'relu' && after.op === 'maxPool') [ordered[i - 1], ordered[i]] = [after, before];
  }
  return ordered;
}

interface Common {
  readonly ops: EngineOps;
  readonly lookup: Lookup;
  readonly sink: GradientSink | null;
  /** Assembles a branch. */
  readonly inner: (branch: readonly Layer[]) => Sequence;
}

/** Layers that are other ones in training than in inference. */
type OwnModules =
  'conv' | 'depthwise' | 'norm' | 'dropout' | 'stochasticDepth' | 'prototypes' | 'partMask' | 'classGate';

/** Layers that are the same in training and inference. */
function commonModule({ ops, lookup, sink, inner }: Common, layer: Exclude<Layer, { op: OwnModules }>): Module {
  switch (layer.op) {
    case 'pointwise':
      return conv(ops, layer.name, { stride: 1, pad: 0 }, source(lookup, layer.name, true), sink);
    case 'dense':
      return dense(
        ops,
        layer.name,
        source(lookup, layer.name, layer.bias ?? true),
        layer.perClass === undefined ? sink : null,
      );
    case 'layerNorm':
      return layerNorm(layer.name, vector(lookup, `${layer.name}.weight`), vector(lookup, `${layer.name}.bias`), sink);
    case 'scale':
      return channelScale(layer.name, vector(lookup, layer.name), sink);
    case 'residual':
      return residual(inner(layer.body), inner(layer.shortcut));
    case 'gate':
      return gate(inner(layer.body));
    case 'concat':
      return concat(inner(layer.body));
    case 'relu':
      return relu(ops);
    case 'maxPool':
      return maxPool(ops, layer);
    case 'averageWindow':
      return averageWindow(layer.size);
    case 'averagePool':
      return averagePool(layer.side);
    case 'flatten':
      return flatten();
    default:
      return activation(layer.op);
  }
}

function vector(lookup: Lookup, name: string): () => Tensor1D {
  return () => lookup(name) as Tensor1D;
}

function matrix(lookup: Lookup, name: string): () => Tensor2D {
  return () => lookup(name) as Tensor2D;
}

function source(lookup: Lookup, name: string, bias: boolean): ParameterSource {
  return {
    weight: () => lookup(`${name}.weight`),
    bias: bias ? vector(lookup, `${name}.bias`) : null,
  };
}
