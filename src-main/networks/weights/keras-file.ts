/**
 * Keras's files: HDF5 with an array for each variable (`.h5`), and ZIP archives around one (`.keras`). What a network
 * is made of (config.json) may carry code, and is not looked at: only arrays are read.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, Group } from 'h5wasm';
import { MOST_BYTES, openHdf5, readNumbers, typeOf } from '../../datasets/arrays/hdf5-library.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dtype } from '../safetensors-header.ts';
import { elementsOf, quoted, refuseWeights } from './weights-file.ts';
import type { FoundArray, WeightsFile } from './weights-file.ts';

/** The part of a `.keras` archive that holds the arrays. */
export const KERAS_WEIGHTS = 'model.weights.h5';
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** Keras's name of the folder of weights in a file that holds a whole model. */
const WHOLE_MODEL = 'model_weights';
/** Keras nests layers in models in models. */
const MOST_DEPTH = 16;
const MOST_ARRAYS = 100_000;
/** Weights hardly shrink; what unpacks to more was made to fill the memory. */
const MOST_GROWTH = 100;
const HARMLESS_BYTES = 2 ** 24;
const KINDS: Readonly<Record<string, Dtype>> = {
  float32: 'F32',
  float64: 'F64',
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
};

type H5 = Awaited<ReturnType<typeof openHdf5>>['h5'];

/** Whether a file begins like HDF5. */
export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** The arrays of HDF5 content, by way of a file of its own: the library reads files. */
export async function readKerasContent(bytes: Uint8Array): Promise<WeightsFile> {
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-keras-'));
  try {
    const path = join(folder, 'weights.h5');
    await writeFile(path, bytes);
    return { ...(await readKerasFile(path)), format: 'Keras' };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Every array of an HDF5 file by its path, without what Keras puts before all: `block1_conv1/kernel` or
 * `layers/conv2d/vars/0`. Links to other files are not followed.
 * @throws SteadygazeError `weights-invalid`
 */
export async function readKerasFile(path: string): Promise<WeightsFile> {
  const { file, h5 } = await openHdf5(path).catch((error: unknown) => {
    throw asWeights(error);
  });
  try {
    const whole: unknown = file.keys().includes(WHOLE_MODEL) ? file.get(WHOLE_MODEL) : null;
    const root: Group = whole instanceof h5.Group ? whole : file;
    const isKeras = root !== file || file.keys().includes('layers') || 'layer_names' in file.attrs;
    const sets = new Map<string, Dataset>();
    gather(h5, root, '', 0, sets);
    let left = (await stat(path)).size * MOST_GROWTH + HARMLESS_BYTES;
    let leftOut = 0;
    const arrays = new Map<string, FoundArray>();
    for (const [name, set] of sets) {
      left -= elementsOf(set.metadata.shape ?? []) * set.metadata.size;
      if (!(left >= 0)) throw refuseWeights('it claims far more numbers than it holds');
      const array = readArray(h5, name, set);
      if (array === null) leftOut++;
      else arrays.set(name, array);
    }
    if (arrays.size === 0) throw refuseWeights('there are no arrays of numbers in it');
    return { format: isKeras ? 'Keras' : 'HDF5', arrays, notes: leftOut === 0 ? [] : [leftOutNote(leftOut)] };
  } catch (error) {
    throw asWeights(error);
  } finally {
    file.close();
  }
}

function gather(h5: H5, group: Group, prefix: string, depth: number, into: Map<string, Dataset>): void {
  if (depth > MOST_DEPTH) throw refuseWeights('its folders are nested too deeply');
  for (const key of group.keys()) {
    const entity: unknown = group.get(key);
    if (entity instanceof h5.Group) gather(h5, entity, `${prefix}${key}/`, depth + 1, into);
    else if (entity instanceof h5.Dataset) {
      if (into.size >= MOST_ARRAYS) throw refuseWeights(`it holds more than ${MOST_ARRAYS} arrays`);
      into.set(shortName(`${prefix}${key}`), entity);
    }
  }
}

/** Keras 1 and 2 say the layer twice ("conv/conv/kernel:0"), Keras 3 also the model ("conv/sequential/conv/kernel"). */
function shortName(path: string): string {
  const parts = path.replace(/:0$/, '').split('/');
  const again = parts.lastIndexOf(parts[0]);
  return (again > 0 ? parts.slice(again) : parts).join('/');
}

function readArray(h5: H5, name: string, set: Dataset): FoundArray | null {
  const { metadata } = set;
  const { shape } = metadata;
  const dtype = KINDS[typeOf(metadata) ?? ''];
  if (shape === null || dtype === undefined) return null;
  if ((metadata.virtual_sources?.length ?? 0) > 0) throw refuseWeights(`"${quoted(name)}" lies in other files`);
  const count = elementsOf(shape);
  // A number that stands alone has no axis to read along: Keras keeps counters so, which are no weights.
  if (shape.length === 0) return null;
  if (count === 0) return { shape, dtype, data: new Float32Array() };
  const data = new Float32Array(count);
  const item = count / shape[0];
  const rows = Math.max(1, Math.floor(MOST_BYTES / (item * metadata.size)));
  for (let from = 0; from < shape[0]; from += rows) {
    data.set(readNumbers(h5, set, from, Math.min(shape[0], from + rows)), from * item);
  }
  return { shape, dtype, data };
}

function leftOutNote(count: number): string {
  return `${count} of its entries are left out: single numbers, texts, or numbers of a kind that is not read here.`;
}

function asWeights(error: unknown): SteadygazeError {
  if (error instanceof SteadygazeError) {
    return error.code === 'weights-invalid'
      ? error
      : refuseWeights('it is incomplete or damaged', error.hint, error.message);
  }
  return refuseWeights(
    'it is incomplete or damaged',
    undefined,
    error instanceof Error ? error.message : String(error),
  );
}
