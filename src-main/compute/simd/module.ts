/**
 * Our own kernels for the `wasm` engine, where the machine has relaxed SIMD: XNNPACK in the TensorFlow.js backend
 * multiplies and adds in two instructions, these in one. They work on the backend's memory, on addresses in bytes.
 * Their source is *.as beside this file, built by build.mjs.
 */
import { KERNELS } from './kernels.ts';

/** An address in the memory of the backend, in bytes. */
type Address = number;

/** See the functions of the same names in *.as. */
export interface Kernels {
  readonly multiply: (
    left: Address,
    leftPlaces: Address,
    out: Address,
    outPlaces: Address,
    rows: number,
    block: number,
    runs: number,
    runStep: number,
    runLength: number,
    right: Address,
    columns: number,
    bias: Address,
  ) => void;
  readonly multiplyOuter: (
    left: Address,
    leftPlaces: Address,
    right: Address,
    pixels: number,
    block: number,
    runs: number,
    runStep: number,
    runLength: number,
    columns: number,
    out: Address,
  ) => void;
  readonly multiplyThin: (
    a: Address,
    b: Address,
    rows: number,
    depth: number,
    columns: number,
    room: Address,
    out: Address,
  ) => void;
  readonly multiplyThinByRows: (
    a: Address,
    b: Address,
    rows: number,
    depth: number,
    columns: number,
    out: Address,
  ) => void;
  readonly multiplyThinOuter: (
    a: Address,
    b: Address,
    depth: number,
    aColumns: number,
    columns: number,
    out: Address,
  ) => void;
  readonly packPanels: (matrix: Address, rows: number, columns: number, out: Address) => void;
  readonly packExchanged: (
    matrix: Address,
    rows: number,
    columns: number,
    out: Address,
    firstRow: number,
    panelRows: number,
  ) => void;
  readonly place: (
    x: Address,
    count: number,
    height: number,
    width: number,
    channels: number,
    out: Address,
    outHeight: number,
    outWidth: number,
    top: number,
    left: number,
  ) => void;
  readonly listPlaces: (
    table: Address,
    count: number,
    height: number,
    width: number,
    mapStep: number,
    rowStep: number,
    columnStep: number,
  ) => void;
  readonly channelSums: (
    a: Address,
    b: Address,
    pixels: number,
    channels: number,
    sums: Address,
    products: Address,
  ) => void;
  readonly affine: (
    x: Address,
    factor: Address,
    shift: Address,
    pixels: number,
    channels: number,
    out: Address,
  ) => void;
  readonly affineOfTwo: (
    dy: Address,
    x: Address,
    ofDy: Address,
    ofX: Address,
    shift: Address,
    pixels: number,
    channels: number,
    out: Address,
  ) => void;
  readonly rectifierGradient: (dy: Address, y: Address, count: number, out: Address) => void;
  readonly maximum: (a: Address, b: Address, step: number, count: number, out: Address) => void;
  readonly minimum: (a: Address, b: Address, step: number, count: number, out: Address) => void;
  readonly sign: (x: Address, count: number, out: Address) => void;
  readonly repeatRows: (x: Address, rows: number, length: number, times: number, out: Address) => void;
  readonly poolGradient: (
    dy: Address,
    x: Address,
    y: Address,
    dx: Address,
    pending: Address,
    count: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    size: number,
    stride: number,
    pad: number,
  ) => void;
}

/** What is used here of the global WebAssembly, which no library of types for Node.js describes. */
interface WebAssemblyHost {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const host = (globalThis as unknown as { readonly WebAssembly: WebAssemblyHost }).WebAssembly;

/**
 * The kernels on this memory; null where the machine or Node.js lacks relaxed SIMD.
 * @param memory a WebAssembly.Memory
 */
export function loadKernels(memory: object | undefined): Kernels | null {
  const bytes = Buffer.from(KERNELS, 'base64');
  return memory === undefined || !host.validate(bytes) ? null : instantiate(bytes, memory);
}

/** A section that says nothing: 0, its length, the length of its name, its name. */
const MARK = [0, 5, 4, ...Buffer.from('wide')];

/** The same kernels from bytes that differ, so that V8 compiles them anew. */
export function loadKernelsAgain(memory: object): Kernels {
  return instantiate(Buffer.concat([Buffer.from(KERNELS, 'base64'), Buffer.from(MARK)]), memory);
}

function instantiate(bytes: Uint8Array, memory: object): Kernels {
  return new host.Instance(new host.Module(bytes), { env: { memory } }).exports as Kernels;
}
