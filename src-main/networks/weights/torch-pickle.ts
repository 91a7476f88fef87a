/**
 * What PyTorch's pickles hold: tensors as views of storages (torch/_utils.py, torch/serialization.py), in dictionaries.
 * Of Python's functions and classes only those that make up tensors of numbers are known; each is carried out here.
 */
import type { Dtype } from '../safetensors-header.ts';
import { Global, readPickle, refuseToRun, Tuple } from './pickle.ts';
import type { PickleWorld } from './pickle.ts';
import { quoted, refuseWeights } from './weights-file.ts';

/** A run of numbers in the file. */
export interface Storage {
  /** Its name in the file. */
  readonly key: string;
  readonly dtype: Dtype;
  /** Claimed number of elements: not checked yet. */
  readonly elements: number;
}

/** A tensor: element (i, j, ...) is number offset + i * strides[0] + j * strides[1] + ... of the storage. */
export class TensorView {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};
const DICTIONARY = 'collections.OrderedDict';
const TENSOR = 'torch._utils._rebuild_tensor_v2';
const OLD_TENSOR = 'torch._utils._rebuild_tensor';
const PARAMETER = 'torch._utils._rebuild_parameter';
const SHAPE = 'torch.Size';
/** Where a tensor was kept, as a note beside weights: of no use here. */
const DEVICE = 'torch.device';
const CALLED: ReadonlySet<string> = new Set([DICTIONARY, TENSOR, OLD_TENSOR, PARAMETER, SHAPE, DEVICE]);
/** Names of kinds of numbers, as notes beside weights. */
const KIND = /^torch\.(b?float(16|32|64)|u?int(8|16|32|64)|half|float|double|short|int|long|bool)$/;
/** PyTorch's tensors have at most 64 axes, weights at most 5. */
const MOST_AXES = 8;

const WORLD: PickleWorld = {
  knows: (name) => CALLED.has(name) || Object.hasOwn(STORAGES, name) || KIND.test(name),

  call(name, args) {
    switch (name) {
      case DICTIONARY:
        return dictionary(args);
      case OLD_TENSOR:
      case TENSOR:
        return tensor(args);
      case PARAMETER:
        if (!(args[0] instanceof TensorView)) throw senseless();
        return args[0];
      case SHAPE:
        return args[0] instanceof Tuple ? args[0] : new Tuple([]);
      case DEVICE:
        return null;
      default:
        throw refuseToRun(name);
    }
  },

  persistent(id) {
    if (!(id instanceof Tuple)) throw senseless();
    const [kind, type, key, , elements, view] = id.items;
    if (kind === 'module') throw refuseToRun('the code of a network that it carries');
    const dtype = type instanceof Global && Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
    if (kind !== 'storage' || dtype === undefined || typeof key !== 'string') throw senseless();
    if (view != null) throw refuseWeights('it was written by a PyTorch too old to be read here', SAVE_ANEW);
    if (typeof elements === 'bigint') throw refuseWeights(`it claims an array of ${elements} numbers`);
    return { key, dtype, elements: wholeNumber(elements) } satisfies Storage;
  },
};

export const SAVE_ANEW = 'Save it anew in Python: torch.save(model.state_dict(), "weights.pth"), or as safetensors.';

/** Reads one pickle of PyTorch. @throws SteadygazeError `weights-invalid`, also where it asks to run anything */
export function readTorchPickle(bytes: Uint8Array, start: number): { readonly value: unknown; readonly end: number } {
  return readPickle(bytes, start, WORLD);
}

function dictionary(args: readonly unknown[]): Map<unknown, unknown> {
  const [pairs] = args;
  const made = new Map<unknown, unknown>();
  if (pairs === undefined) return made;
  // Python 2 gave the content as a list of pairs.
  if (!Array.isArray(pairs)) throw senseless();
  for (const pair of pairs as unknown[]) {
    const [key, value] = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? (pair as unknown[]) : [];
    made.set(key, value);
  }
  return made;
}

function tensor([storage, offset, shape, strides]: readonly unknown[]): TensorView {
  if (!isStorage(storage) || !(shape instanceof Tuple) || !(strides instanceof Tuple)) throw senseless();
  const axes = shape.items.length;
  if (axes > MOST_AXES || strides.items.length !== axes) throw senseless();
  return new TensorView(storage, wholeNumber(offset), shape.items.map(wholeNumber), strides.items.map(wholeNumber));
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'elements' in value && 'dtype' in value;
}

function wholeNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw senseless();
}

function senseless(): Error {
  return refuseWeights('its list of contents is damaged');
}

/** Keys under which programs put the weights of a network beside other things, those that timm looks at first. */
const WRAPPERS = [
  'state_dict_ema',
  'model_ema',
  'ema_state_dict',
  'state_dict',
  'model_state_dict',
  'model_state',
  'model',
  'module',
  'net',
  'network',
  'weights',
  'params',
];
/** Averaged over training; where there are both, they are the better ones. */
const AVERAGED = /ema/;
const MOST_DEPTH = 8;
const MOST_TENSORS = 100_000;

/**
 * The tensors of a network by name: those of the dictionary itself, or of the one under a usual key in it; of
 * dictionaries in dictionaries with names joined by points.
 * @throws SteadygazeError `weights-invalid` where there are none
 */
export function findStateDict(value: unknown): {
  readonly tensors: ReadonlyMap<string, TensorView>;
  readonly notes: readonly string[];
} {
  const notes: string[] = [];
  let found = value;
  for (let depth = 0; depth < MOST_DEPTH && found instanceof Map; depth++) {
    const inside: ReadonlyMap<unknown, unknown> = found;
    if ([...inside.values()].some((each) => each instanceof TensorView)) break;
    const key = WRAPPERS.find((name) => holdsTensors(inside.get(name)));
    if (key === undefined) break;
    if (AVERAGED.test(key)) notes.push(`The averaged weights (${key}) were taken.`);
    found = inside.get(key);
  }
  const tensors = new Map<string, TensorView>();
  if (found instanceof Map) gather(found, '', 0, tensors);
  if (tensors.size === 0) throw refuseWeights('there are no weights in it', SAVE_ANEW);
  return { tensors, notes };
}

function holdsTensors(value: unknown): boolean {
  if (!(value instanceof Map)) return false;
  const some = new Map<string, TensorView>();
  gather(value, '', 0, some);
  return some.size > 0;
}

function gather(from: Map<unknown, unknown>, prefix: string, depth: number, into: Map<string, TensorView>): void {
  for (const [key, value] of from) {
    if (typeof key !== 'string') continue;
    const name = `${prefix}${key}`;
    if (value instanceof TensorView) {
      if (into.has(name)) throw refuseWeights(`it names "${quoted(name)}" twice`);
      if (into.size >= MOST_TENSORS) throw refuseWeights(`it holds more than ${MOST_TENSORS} arrays`);
      into.set(name, value);
    } else if (value instanceof Map && depth < MOST_DEPTH) {
      gather(value, `${name}.`, depth + 1, into);
    }
  }
}
