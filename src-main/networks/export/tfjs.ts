/**
 * A network as a graph model of TensorFlow.js (`tf.loadGraphModel`): model.json, and the weights in files of at most
 * 4 MB, which browsers keep. Pictures are [N,size,size,3]; their normalisation is part of the graph.
 */
import { inputScale } from '../layer.ts';
import { FEATURE_MAP, factsOf, LOGITS, PICTURES, PROBABILITIES } from './model.ts';
import type { ModelFile, ModelToExport } from './model.ts';
import type { TfConstant, TfPlace } from './tfjs-graph.ts';
import { TfLayers } from './tfjs-layers.ts';

const FOLDER = 'tfjs';
const SHARD = 4 * 2 ** 20;
/** Of TensorFlow's graphs (2.x): what the file says that it was written for. */
const PRODUCER = 1395;

/** Files below a folder `tfjs`. */
export function tfjsFiles(model: ModelToExport): readonly ModelFile[] {
  const { architecture, size, severalLabels } = model;
  const graph = new TfLayers(model);
  const pictures = graph.placeholder(PICTURES, [size, size, 3]);
  const map = graph.sequence(architecture.features, normalised(graph, model, pictures));
  graph.node('Identity', [map.name], map.shape, {}, FEATURE_MAP);
  const logits = graph.sequence(architecture.head, map);
  graph.node('Identity', [logits.name], logits.shape, {}, LOGITS);
  graph.node(severalLabels ? 'Sigmoid' : 'Softmax', [logits.name], logits.shape, {}, PROBABILITIES);
  const total = graph.constants.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
  const count = Math.ceil(total / SHARD);
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  const signature = {
    inputs: { [PICTURES]: tensorInfo(pictures) },
    outputs: {
      [LOGITS]: tensorInfo({ ...logits, name: LOGITS }),
      [PROBABILITIES]: tensorInfo({ ...logits, name: PROBABILITIES }),
      [FEATURE_MAP]: tensorInfo({ ...map, name: FEATURE_MAP }),
    },
  };
  const description = {
    format: 'graph-model',
    generatedBy: `Steadygaze ${model.version}`,
    convertedBy: null,
    signature,
    userDefinedMetadata: factsOf(model),
    modelTopology: { node: graph.nodes, library: {}, versions: { producer: PRODUCER } },
    weightsManifest: [{ paths, weights: graph.constants.map(({ name, shape, dtype }) => ({ name, shape, dtype })) }],
  };
  const json = new TextEncoder().encode(JSON.stringify(description));
  const bytesBetween = weightBytes(graph.constants);
  return [
    { name: `${FOLDER}/model.json`, pieces: [json] },
    ...paths.map((path, i) => ({
      name: `${FOLDER}/${path}`,
      pieces: { [Symbol.iterator]: () => bytesBetween(i * SHARD, Math.min(total, (i + 1) * SHARD)) },
    })),
  ];
}

/**
 * All constants as if they lay one behind the other, from which parts are taken. The last one that was made is kept:
 * large ones are in several files.
 */
function weightBytes(constants: readonly TfConstant[]): (begin: number, end: number) => Generator<Uint8Array> {
  let kept: { readonly name: string; readonly bytes: Uint8Array } | null = null;
  const bytesOf = ({ name, values }: TfConstant): Uint8Array => {
    if (kept?.name !== name) {
      const { buffer, byteOffset, byteLength } = values();
      // Little endian, as every platform that this program runs on.
      kept = { name, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
    }
    return kept.bytes;
  };
  return function* (begin, end) {
    let at = 0;
    for (const constant of constants) {
      const size = 4 * constant.shape.reduce((product, side) => product * side, 1);
      const [from, to] = [Math.max(begin, at), Math.min(end, at + size)];
      if (from < to) yield bytesOf(constant).subarray(from - at, to - at);
      at += size;
    }
  };
}

function tensorInfo({ name, shape }: TfPlace): object {
  const dim = [-1, ...shape].map((side) => ({ size: String(side) }));
  return { name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: { dim } };
}

function normalised(graph: TfLayers, { architecture }: ModelToExport, x: TfPlace): TfPlace {
  const { mean, std } = inputScale(architecture);
  const centred = graph.node('Sub', [x.name, graph.floats('mean', [3], () => Float32Array.from(mean))], x.shape);
  const deviation = graph.floats('deviation', [3], () => Float32Array.from(std));
  return graph.node('RealDiv', [centred.name, deviation], x.shape);
}
