/**
 * Weights in several files with a JSON file that lists them: shards of safetensors (`weight_map`), and models of
 * TensorFlow.js (`weightsManifest`). Files are opened only beside the list, never elsewhere.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { readSafetensors } from '../safetensors.ts';
import type { Dtype } from '../safetensors-header.ts';
import { decodeNumbers, toFloat32 } from './number-types.ts';
import { elementsOf, quoted, refuseWeights } from './weights-file.ts';
import type { FoundArray, WeightsFile } from './weights-file.ts';

const Sides = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));
const Shards = v.object({ weight_map: v.record(v.string(), v.string()) });
/** github.com/tensorflow/tfjs, tfjs-core/src/io/types.ts: WeightsManifestConfig. */
const Manifest = v.object({
  weightsManifest: v.array(
    v.object({
      paths: v.array(v.string()),
      weights: v.array(
        v.object({ name: v.string(), shape: Sides, dtype: v.string(), quantization: v.optional(v.unknown()) }),
      ),
    }),
  ),
});

/** Bytes of all files together: as many as a single file may have. */
const MOST_BYTES = 2 ** 31 - 1;
const MOST_FILES = 1000;
const KINDS: Readonly<Record<string, readonly [Dtype, bytes: number]>> = {
  float32: ['F32', 4],
  float16: ['F16', 2],
  int32: ['I32', 4],
  uint8: ['U8', 1],
  bool: ['BOOL', 1],
};

/** @param bytes of the JSON file at `path`  @throws SteadygazeError `weights-invalid` */
export async function readWeightsIndex(bytes: Uint8Array, path: string): Promise<WeightsFile> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuseWeights('it is a JSON file that is damaged');
  }
  const folder = new Folder(dirname(path));
  const shards = v.safeParse(Shards, json);
  if (shards.success) return readShards(shards.output.weight_map, folder);
  const manifest = v.safeParse(Manifest, json);
  if (manifest.success) return readManifest(manifest.output.weightsManifest, folder);
  throw refuseWeights('it is a JSON file that lists no weights', 'Choose the file of weights, or the list beside it.');
}

async function readShards(places: Readonly<Record<string, string>>, folder: Folder): Promise<WeightsFile> {
  const arrays = new Map<string, FoundArray>();
  for (const file of new Set(Object.values(places))) {
    for (const [name, { dtype, shape, data }] of readSafetensors(await folder.read(file)).tensors) {
      if (places[name] === file) arrays.set(name, { dtype, shape, data: toFloat32(data) });
    }
  }
  const missing = Object.keys(places).find((name) => !arrays.has(name));
  if (missing !== undefined) throw refuseWeights(`its parts lack "${quoted(missing)}"`);
  return { format: 'safetensors', arrays, notes: [] };
}

async function readManifest(
  groups: v.InferOutput<typeof Manifest>['weightsManifest'],
  folder: Folder,
): Promise<WeightsFile> {
  const arrays = new Map<string, FoundArray>();
  for (const { paths, weights } of groups) {
    const parts: Uint8Array[] = [];
    for (const file of paths) parts.push(await folder.read(file));
    const content = Buffer.concat(parts);
    let at = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      const kind = Object.hasOwn(KINDS, dtype) ? KINDS[dtype] : undefined;
      if (quantization !== undefined) throw refuseWeights('its numbers were made coarser to save space', COARSE);
      if (kind === undefined) throw refuseWeights(`"${quoted(name)}" holds numbers of a kind that is not read here`);
      if (arrays.has(name)) throw refuseWeights(`it names "${quoted(name)}" twice`);
      const end = at + elementsOf(shape) * kind[1];
      if (!(end <= content.length)) throw refuseWeights(`its parts end before "${quoted(name)}" does`);
      arrays.set(name, {
        dtype: kind[0],
        shape,
        data: toFloat32(decodeNumbers(kind[0], Uint8Array.from(content.subarray(at, end)))),
      });
      at = end;
    }
    if (at !== content.length) throw refuseWeights('its parts are longer than the list says');
  }
  return { format: 'TensorFlow.js', arrays, notes: [] };
}

const COARSE = 'Convert the model anew without quantization.';

/** The folder of the list, of which files are read. */
class Folder {
  readonly #path: string;
  #left = MOST_BYTES;
  #files = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(name: string): Promise<Uint8Array> {
    // A list from elsewhere must not name files of this machine.
    if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) {
      throw refuseWeights(`it names the part "${quoted(name)}", which is not beside it`);
    }
    if (++this.#files > MOST_FILES) throw refuseWeights(`it names more than ${MOST_FILES} parts`);
    const path = join(this.#path, name);
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) throw refuseWeights(`its part "${quoted(name)}" is not beside it`, 'Put all parts together.');
    this.#left -= found.size;
    if (this.#left < 0) throw refuseWeights('its parts are too large together');
    return readFile(path);
  }
}
