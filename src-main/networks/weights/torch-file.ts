/**
 * Files of `torch.save`, read without running anything: the ZIP archives that PyTorch writes since 1.6 (a pickle and
 * one file per storage), and the older format (pickles, then the storages one after the other).
 */
import { ITEM_BYTES } from '../safetensors-header.ts';
import { decodeNumbers, toFloat32 } from './number-types.ts';
import type { TensorData } from './number-types.ts';
import { findStateDict, readTorchPickle, SAVE_ANEW } from './torch-pickle.ts';
import type { Storage, TensorView } from './torch-pickle.ts';
import { elementsOf, quoted, refuseWeights } from './weights-file.ts';
import type { FoundArray, WeightsFile } from './weights-file.ts';
import type { ZipEntries } from './zip-entries.ts';

/** A pickle of a thousand arrays has 200 KB. */
const LARGEST_PICKLE = 2 ** 26;
/** Several tensors may share a storage; beyond the size of the file, so many more elements may come out of it. */
const SHARED_ELEMENTS = 2 ** 24;
/** First pickle of the older format: 0x1950a86a20f9469cfc6c as LONG1. */
const OLD_MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** Bytes of a storage by its key, or null. */
type StorageReader = (key: string) => Promise<Uint8Array | null> | Uint8Array | null;

/** Name of the archive's folder with PyTorch's pickle in it, or null. */
export function torchFolder(names: readonly string[]): string | null {
  const found = names.find((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  return found === undefined ? null : found.slice(0, -'data.pkl'.length);
}

/** @param folder what {@link torchFolder} found  @throws SteadygazeError `weights-invalid` */
export async function readTorchArchive(zip: ZipEntries, folder: string, fileSize: number): Promise<WeightsFile> {
  if (zip.names().includes(`${folder}constants.pkl`)) {
    throw refuseWeights('it is a TorchScript file, which carries code to run', SAVE_ANEW);
  }
  const pickle = await zip.read(`${folder}data.pkl`);
  if (pickle === null || pickle.length > LARGEST_PICKLE) throw refuseWeights('its list of contents is too long');
  const order = await zip.read(`${folder}byteorder`);
  const isBig = order !== null && new TextDecoder().decode(order) === 'big';
  const { value } = readTorchPickle(pickle, 0);
  return gatherArrays(value, (key) => zip.read(`${folder}data/${key}`), isBig, fileSize);
}

/** Whether a file begins as PyTorch's did before 1.6. */
export function isOldTorch(bytes: Uint8Array): boolean {
  return OLD_MAGIC.every((byte, i) => bytes[i] === byte);
}

/** The format before PyTorch 1.6. @throws SteadygazeError `weights-invalid` */
export async function readOldTorch(bytes: Uint8Array): Promise<WeightsFile> {
  // Magic number, version of the protocol, what the machine was like, the weights, keys of the storages in order.
  let at = 0;
  const next = (): unknown => {
    const { value, end } = readTorchPickle(bytes, at);
    at = end;
    return value;
  };
  next();
  next();
  const machine = next();
  const isBig = machine instanceof Map && machine.get('little_endian') === false;
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw refuseWeights('its list of contents is damaged');
  const { tensors } = findStateDict(value);
  const sizes = new Map([...tensors.values()].map(({ storage }) => [storage.key, ITEM_BYTES[storage.dtype]]));
  const places = new Map<string, Uint8Array>();
  for (const key of keys as unknown[]) {
    // A storage of nothing that is read here (the state of an optimiser, say) has no known size of elements: the rest
    // can only be found where weights come first or stand alone.
    const size = typeof key === 'string' ? sizes.get(key) : undefined;
    if (typeof key !== 'string' || size === undefined) {
      if (places.size === sizes.size) break;
      throw refuseWeights('it holds more than weights, in an old format', SAVE_ANEW);
    }
    if (bytes.length - at < 8) throw refuseWeights('it ends too early');
    const count = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, !isBig);
    at += 8;
    if (count * BigInt(size) > BigInt(bytes.length - at)) throw refuseWeights('it ends too early');
    places.set(key, bytes.subarray(at, at + Number(count) * size));
    at += Number(count) * size;
  }
  return gatherArrays(value, (key) => places.get(key) ?? null, isBig, bytes.length);
}

async function gatherArrays(
  value: unknown,
  read: StorageReader,
  isBig: boolean,
  fileSize: number,
): Promise<WeightsFile> {
  const { tensors, notes } = findStateDict(value);
  const arrays = new Map<string, FoundArray>();
  let left = fileSize + SHARED_ELEMENTS;
  // Tensors of one storage mostly follow each other: the last one is kept.
  let last: { readonly storage: Storage; readonly data: TensorData } | null = null;
  for (const [name, view] of tensors) {
    const { storage, shape } = view;
    checkView(name, view);
    left -= elementsOf(shape);
    if (left < 0) throw refuseWeights('it claims far more numbers than it holds');
    if (last?.storage.key !== storage.key || last.storage.dtype !== storage.dtype) {
      last = { storage, data: await readStorage(name, storage, read, isBig) };
    }
    if (storage.elements !== last.data.length) throw refuseWeights(`the array "${quoted(name)}" is damaged`);
    arrays.set(name, { shape, dtype: storage.dtype, data: toFloat32(pick(last.data, view)) });
  }
  return { format: 'PyTorch', arrays, notes };
}

/** Every element must lie within the storage, and no shape may be larger than it. */
function checkView(name: string, { storage, offset, shape, strides }: TensorView): void {
  const count = elementsOf(shape);
  if (count === 0) return;
  const last = shape.reduce((sum, side, axis) => sum + (side - 1) * strides[axis], offset);
  if (last >= storage.elements || count > storage.elements) {
    throw refuseWeights(`the array "${quoted(name)}" [${shape.join(', ')}] is larger than what is stored of it`);
  }
}

async function readStorage(name: string, storage: Storage, read: StorageReader, isBig: boolean): Promise<TensorData> {
  const { key, dtype, elements } = storage;
  const bytes = await read(key);
  const size = ITEM_BYTES[dtype];
  if (bytes === null) throw refuseWeights(`it lacks the numbers of "${quoted(name)}"`);
  if (bytes.length !== elements * size) {
    throw refuseWeights(`"${quoted(name)}" claims ${elements} numbers of ${size} bytes, the file has ${bytes.length}`);
  }
  const raw = Uint8Array.from(bytes);
  if (isBig) {
    const swapped = Buffer.from(raw.buffer);
    if (size === 2) swapped.swap16();
    else if (size === 4) swapped.swap32();
    else if (size === 8) swapped.swap64();
  }
  return decodeNumbers(dtype, raw);
}

/** The elements of a view, row-major. */
function pick(data: TensorData, { offset, shape, strides }: TensorView): TensorData {
  const count = elementsOf(shape);
  let step = 1;
  const isRun = shape
    .map((side, axis) => [side, strides[axis]])
    .reverse()
    .every(([side, stride]) => {
      const fits = side === 1 || stride === step;
      step *= side;
      return fits;
    });
  if (isRun || count === 0) return data.slice(offset, offset + count);
  const picked = data.slice(0, count);
  const at = shape.map(() => 0);
  for (let i = 0, from = offset; i < count; i++) {
    picked[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++at[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return picked;
}
