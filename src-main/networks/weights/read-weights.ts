/** Opens a file of weights of any program that is known here, told by its content and not by its name. */
import { readFile, stat } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { readSafetensors } from '../safetensors.ts';
import { isHdf5, KERAS_WEIGHTS, readKerasContent, readKerasFile } from './keras-file.ts';
import { kerasWeights } from './keras-names.ts';
import { isFloating, toFloat32 } from './number-types.ts';
import { isOldTorch, readOldTorch, readTorchArchive, torchFolder } from './torch-file.ts';
import { torchvisionNames, withoutPrefix } from './rename.ts';
import { refuseWeights } from './weights-file.ts';
import type { FoundArray, WeightsFile } from './weights-file.ts';
import { readWeightsIndex } from './weights-index.ts';
import { ZipEntries } from './zip-entries.ts';

/** Node reads no larger file at once; the largest network here takes 0.6 GB. */
const LARGEST_FILE = 2 ** 31 - 1;
/** Beginnings of files. */
const ZIP = [0x50, 0x4b, 3, 4];
const PICKLE = 0x80;
/** A list in JSON. */
const OBJECT = 0x7b;

/**
 * The arrays of a file of weights: safetensors, or what PyTorch, Keras or TensorFlow.js saved. Nothing that the file
 * carries is run.
 * @throws SteadygazeError `not-found`; `weights-invalid` with what is wrong with the file
 */
export async function readWeightsFile(path: string): Promise<WeightsFile> {
  const found = await readAny(await readBytes(path), path);
  return { ...found, arrays: withoutPrefix(found.arrays) };
}

/**
 * What can be weights in such a file, under torchvision's names.
 * @throws SteadygazeError as {@link readWeightsFile}; `weights-invalid` also where no network here can use them
 */
export async function readNamedWeights(path: string): Promise<WeightsFile> {
  const file = namedWeights(await readWeightsFile(path));
  if (file.unusable !== undefined)
    throw refuseWeights(file.unusable, 'Choose a file that PyTorch saved, or safetensors.');
  return file;
}

/** What can be weights in a file, under torchvision's names where a network here can use them. */
export function namedWeights(file: WeightsFile): WeightsFile {
  const { format, arrays: found } = file;
  const isKeras = format === 'Keras' || format === 'TensorFlow.js';
  const named = isKeras ? kerasWeights(file) : withNotes(file, torchvisionNames(found));
  return { ...named, arrays: new Map([...named.arrays].filter(([, { dtype }]) => isFloating(dtype))) };
}

function withNotes(file: WeightsFile, { arrays, notes }: Pick<WeightsFile, 'arrays' | 'notes'>): WeightsFile {
  return { ...file, arrays, notes: [...file.notes, ...notes] };
}

async function readAny(bytes: Uint8Array, path: string): Promise<WeightsFile> {
  if (ZIP.every((byte, i) => bytes[i] === byte)) return readArchive(bytes);
  if (isHdf5(bytes)) return readKerasFile(path);
  if (isLength(bytes)) return readSafe(bytes);
  if (bytes[0] === OBJECT) return readWeightsIndex(bytes, path);
  if (isOldTorch(bytes)) return readOldTorch(bytes);
  if (bytes[0] === PICKLE) {
    throw refuseWeights('it is a pickle of Python that PyTorch did not write', 'Save the weights as safetensors.');
  }
  return readSafe(bytes);
}

/** Whether it begins with the length of a header below 4 GB in eight bytes, as safetensors do, and no other format. */
function isLength(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes.subarray(4, 8).every((byte) => byte === 0);
}

function readSafe(bytes: Uint8Array): WeightsFile {
  const arrays = new Map<string, FoundArray>();
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [name, { dtype, shape, data }] of tensors) arrays.set(name, { shape, dtype, data: toFloat32(data) });
  return { format: 'safetensors', arrays, notes: [], metadata };
}

async function readArchive(bytes: Uint8Array): Promise<WeightsFile> {
  const zip = await ZipEntries.open(bytes);
  const folder = torchFolder(zip.names());
  if (folder !== null) return readTorchArchive(zip, folder, bytes.length);
  const keras = await zip.read(KERAS_WEIGHTS);
  if (keras !== null) return readKerasContent(keras);
  throw refuseWeights('it is an archive without weights in it', 'Choose the file of weights itself.');
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new SteadygazeError('weights-invalid', `This is no file: ${path}`);
    if (found.size > LARGEST_FILE) {
      throw new SteadygazeError('weights-invalid', `This file is too large to be weights of a network here: ${path}`);
    }
    return await readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT') throw new SteadygazeError('not-found', `This file does not exist: ${path}`);
    throw new SteadygazeError('weights-invalid', `This file cannot be read: ${path}`, 'Check its permissions.', code);
  }
}
