/**
 * A network as one ONNX file: operator set 17, float32, any number of pictures of one size. Normalisation of the
 * pictures is part of the graph, and so is what makes probabilities of logits.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { inputScale } from '../layer.ts';
import { FEATURE_MAP, factsOf, LOGITS, PICTURES, PROBABILITIES } from './model.ts';
import type { ModelFile, ModelToExport } from './model.ts';
import { encodeOnnx } from './onnx-encoding.ts';
import { OnnxGraph } from './onnx-layers.ts';

/** Protocol buffers cannot be longer. */
const LARGEST = 2 ** 31 - 1;
/** For names of nodes, and what else is no weight. */
const RESERVE = 2 ** 24;
/** Length of a batch. */
const BATCH = 'N';

/** @throws SteadygazeError `refused` for weights of more than 2 GB */
export function onnxFile(model: ModelToExport): ModelFile {
  const bytes = [...model.weights.values()].reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
  if (bytes + RESERVE > LARGEST) {
    throw new SteadygazeError(
      'refused',
      'This network is too large for one ONNX file: its weights have more than 2 GB.',
      'Export it as safetensors instead.',
    );
  }
  const { architecture, size, severalLabels, classNames } = model;
  const graph = new OnnxGraph(model);
  const map = graph.sequence(architecture.features, normalised(graph, model));
  graph.node('Identity', [map.name], map.shape, {}, FEATURE_MAP);
  const logits = graph.sequence(architecture.head, map);
  graph.node('Identity', [logits.name], logits.shape, {}, LOGITS);
  if (severalLabels) graph.node('Sigmoid', [logits.name], logits.shape, {}, PROBABILITIES);
  else graph.node('Softmax', [logits.name], logits.shape, { axis: 1 }, PROBABILITIES);
  const ofClasses = [BATCH, classNames.length];
  const pieces = encodeOnnx({
    name: architecture.name,
    version: model.version,
    nodes: graph.nodes,
    tensors: graph.tensors,
    inputs: [{ name: PICTURES, shape: [BATCH, 3, size, size] }],
    outputs: [
      { name: LOGITS, shape: ofClasses },
      { name: PROBABILITIES, shape: ofClasses },
      { name: FEATURE_MAP, shape: [BATCH, ...map.shape] },
    ],
    metadata: factsOf(model),
  });
  return { name: 'model.onnx', pieces };
}

function normalised(graph: OnnxGraph, { architecture, size }: ModelToExport): { name: string; shape: number[] } {
  const { mean, std } = inputScale(architecture);
  const shape = [3, size, size];
  const centred = graph.node('Sub', [PICTURES, graph.constant('mean', [3, 1, 1], mean)], shape);
  const scaled = graph.node('Div', [centred.name, graph.constant('deviation', [3, 1, 1], std)], shape);
  return { name: scaled.name, shape };
}
