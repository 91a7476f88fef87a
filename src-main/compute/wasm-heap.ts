/**
 * The linear memory of the TensorFlow.js wasm backend: where its tensors lie, as typed arrays, and
 * its fast matrix product on any place in it. Some training operations have no kernel in the
 * backend, or a slow one; one loop over the heap replaces a chain of slices and transposes.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, ShapeMap, Tensor, Tensor1D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { SteadygazeError } from '../contract/errors.ts';

/** The parts used here of the Emscripten module behind the backend, which does not export its type. */
interface EmscriptenModule {
  readonly HEAPU8: Uint8Array;
  readonly asm?: { readonly memory?: object };
  /** Address of so many new bytes, 0 when there is no room. May give a negative number above 2 GiB. */
  _malloc: (bytes: number) => number;
  _free(address: number): void;
  cwrap(name: 'BatchMatMul', result: null, parameters: readonly string[]): MatrixProduct;
}

function emscriptenModule(backend: BackendWasm): EmscriptenModule {
  return backend.wasm as unknown as EmscriptenModule;
}

/** A row-major float32 matrix somewhere on the heap; `start` in bytes from its beginning. */
export interface HeapMatrix {
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
}

type MatrixProduct = (
  a: number,
  aShape: Uint8Array,
  aRank: number,
  b: number,
  bShape: Uint8Array,
  bRank: number,
  transposeA: boolean,
  transposeB: boolean,
  out: number,
) => void;

const FLOAT_BYTES = 4;
const NO_COMPANIONS = new Map<object, number>();

/** Typed-array access to the tensors of one wasm backend. */
export class WasmHeap {
  readonly #backend: BackendWasm;
  readonly #matrixProduct: MatrixProduct;
  /** By the identity of a tensor's values. */
  #companions: Map<object, number> = NO_COMPANIONS;

  constructor(backend: BackendWasm) {
    this.#backend = backend;
    // The same entry as the backend's own BatchMatMul kernel.
    this.#matrixProduct = emscriptenModule(backend).cwrap('BatchMatMul', null, [
      'number',
      'array',
      'number',
      'number',
      'array',
      'number',
      'number',
      'number',
      'number',
    ]);
  }

  /** A float32 tensor whose values are still to be written through {@link floats}. */
  allocate<R extends Rank>(shape: ShapeMap[R]): Tensor<R> {
    return tf.engine().makeTensorFromTensorInfo(this.#backend.makeOutput(shape, 'float32')) as Tensor<R>;
  }

  /** {@link allocate} as the kernels of the backend do it: not counted as a tensor yet. */
  output(shape: number[]): TensorInfo {
    return this.#backend.makeOutput(shape, 'float32');
  }

  /** A copy of the values of x from `offset` on, as many as `shape` says. */
  part(x: TensorInfo, offset: number, shape: number[]): TensorInfo {
    const out = this.output(shape);
    const start = this.start(x) + offset * FLOAT_BYTES;
    const end = start + tf.util.sizeFromShape(shape) * FLOAT_BYTES;
    emscriptenModule(this.#backend).HEAPU8.copyWithin(this.start(out), start, end);
    return out;
  }

  /** {@link allocate} for pictures [N,H,W,C] and filters. */
  allocate4d(shape: [number, number, number, number]): Tensor4D {
    return this.allocate<Rank.R4>(shape);
  }

  /** A vector with these values. */
  vector(values: Float64Array): Tensor1D {
    const tensor = this.allocate<Rank.R1>([values.length]);
    this.floats(tensor).set(values);
    return tensor;
  }

  /**
   * The values of a tensor in place. Valid only until the next allocation: the heap may grow then,
   * and a grown heap is another buffer. Never write into a tensor that somebody else has seen.
   */
  floats(tensor: Tensor): Float32Array {
    return new Float32Array(emscriptenModule(this.#backend).HEAPU8.buffer, this.start(tensor), tensor.size);
  }

  /** So many floats from an address on; valid like {@link floats}. */
  view(start: number, length: number): Float32Array {
    return new Float32Array(emscriptenModule(this.#backend).HEAPU8.buffer, start, length);
  }

  /** So many whole numbers of 32 bits from an address on; valid like {@link floats}. */
  integers(start: number, length: number): Uint32Array {
    return new Uint32Array(emscriptenModule(this.#backend).HEAPU8.buffer, start, length);
  }

  /** So many doubles from an address on, a multiple of 8; valid like {@link floats}. */
  doubles(start: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(emscriptenModule(this.#backend).HEAPU8.buffer as ArrayBuffer, start, length);
  }

  /** Lends so many bytes, of any content, for as long as `use` takes. */
  borrow<T>(bytes: number, use: (start: number) => T): T {
    const module = emscriptenModule(this.#backend);
    // Above 2 GiB the address comes as a negative number.
    const start = module._malloc(bytes) >>> 0;
    try {
      return use(start);
    } finally {
      module._free(start);
    }
  }

  /**
   * Bytes that belong to a tensor's values and live as long as they: written by `write` when they are first asked for.
   * One companion a tensor.
   */
  companion(tensor: TensorInfo, bytes: number, write: (start: number) => void): number {
    this.#releaseWithValues();
    const found = this.#companions.get(tensor.dataId);
    if (found !== undefined) return found;
    const start = emscriptenModule(this.#backend)._malloc(bytes) >>> 0;
    write(start);
    this.#companions.set(tensor.dataId, start);
    return start;
  }

  /** From the first companion on, the backend releases companions with what they belong to. */
  #releaseWithValues(): void {
    if (this.#companions !== NO_COMPANIONS) return;
    this.#companions = new Map();
    const companions = this.#companions;
    const backend = this.#backend;
    const dispose = backend.disposeData.bind(backend);
    backend.disposeData = (dataId, force) => {
      const isGone = dispose(dataId, force);
      const companion = isGone ? companions.get(dataId) : undefined;
      if (companion !== undefined) {
        emscriptenModule(backend)._free(companion);
        companions.delete(dataId);
      }
      return isGone;
    };
  }

  /** Where a tensor begins, in bytes. */
  start(tensor: TensorInfo): number {
    return this.#backend.getMemoryOffset(tensor.dataId);
  }

  /**
   * out[i] = a[i] b for several left matrices of one shape and one right matrix. The backend's
   * product packs its right matrix and remembers that under the tensor's identity until the tensor
   * goes; here it is forgotten at once, or each output gradient would occupy its memory twice.
   */
  multiply(products: readonly { readonly a: HeapMatrix; readonly out: HeapMatrix }[], b: HeapMatrix): void {
    const right = this.#borrow(b);
    try {
      for (const product of products) {
        const left = this.#borrow(product.a);
        const out = this.#borrow(product.out);
        try {
          this.#matrixProduct(left.id, shapeBytes(product.a), 3, right.id, shapeBytes(b), 3, false, false, out.id);
        } finally {
          out.release();
          left.release();
        }
      }
    } finally {
      right.release();
    }
  }

  /** Makes a place on the heap known to the backend, without its ever owning (freeing) it. */
  #borrow(matrix: HeapMatrix): { readonly id: number; release(): void } {
    const backend = this.#backend;
    const { dataId } = backend.makeOutput([matrix.rows, matrix.columns], 'float32', matrix.start);
    const { id } = backend.dataIdMap.get(dataId);
    return {
      id,
      release: () => {
        backend.wasm.tfjs.disposeData(id);
        backend.dataIdMap.delete(dataId);
      },
    };
  }
}

/** The WebAssembly.Memory that all tensors of the backend lie in. */
export function memoryOf(backend: BackendWasm): object | undefined {
  return emscriptenModule(backend).asm?.memory;
}

/**
 * The backend ignores a failed allocation and computes on address 0, silently. From here on it is
 * an error that a person can act on. Call once, before the first tensor.
 */
export function refuseFailedAllocations(backend: BackendWasm): void {
  const module = emscriptenModule(backend);
  // Emscripten's entry replaces itself with the real function when it is first called.
  module._free(module._malloc(1));
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) {
      throw new SteadygazeError(
        'out-of-memory',
        'The built-in engine ran out of memory.',
        'Choose a smaller batch, smaller pictures, or a faster engine.',
        `WebAssembly heap: ${bytes} bytes refused, ${module.HEAPU8.length} taken.`,
      );
    }
    return address;
  };
}

function shapeBytes(matrix: HeapMatrix): Uint8Array {
  return new Uint8Array(new Int32Array([1, matrix.rows, matrix.columns]).buffer);
}
