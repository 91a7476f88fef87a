/**
 * Products of two matrices by our own kernels. For many rows the right matrix is packed, which takes as long as
 * multiplying it by a few rows, so that the packed copy is kept as long as the matrix lives (the backend's own product
 * does so too): a network in inference mode multiplies by the same matrices again and again. Of the largest there is no
 * room for a second copy. For few rows it is read where it lies.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmHeap } from '../wasm-heap.ts';
import type { Kernels } from './module.ts';

const FLOAT_BYTES = 4;
/** Columns of a packed panel, and rows of a tile: see products.as. */
const PANEL = 8;
const TILE = 6;
/** Rows that meet one panel after the other. */
const BLOCK = 16 * TILE;
/** Columns of a strip: see thin.as. */
const STRIP = 4096;

/** Bytes of the largest packed copy that is kept. */
const LARGEST_KEPT = 64 * 2 ** 20;

/** Rows up to which a packed copy would be no faster, if it were there already. */
export const FEW_ROWS = 8;
/** The same if it had to be made first. */
const FEW_UNPACKED_ROWS = 32;

/** Of two float32 matrices, neither of them empty. */
type MatrixProduct = (a: TensorInfo, b: TensorInfo) => TensorInfo;

export interface MatrixProducts {
  /** a [M,K] times b [K,N]. */
  readonly plain: MatrixProduct;
  /** a [M,K] times the transpose of b [N,K]. */
  readonly byRows: MatrixProduct;
  /** The transpose of a [M,K] times b [M,N], for few rows M. */
  readonly outer: MatrixProduct;
}

export function matrixProducts(kernels: Kernels, heap: WasmHeap): MatrixProducts {
  return {
    plain(a, b) {
      const [rows, depth] = a.shape;
      const columns = b.shape[1];
      const bytes = packedBytes(depth, columns);
      const isKept = bytes <= LARGEST_KEPT;
      if (rows <= (isKept ? FEW_ROWS : FEW_UNPACKED_ROWS)) return multiplyThin(kernels, heap, a, b);
      const pack = (panels: number): void => {
        kernels.packPanels(heap.start(b), depth, columns, panels);
      };
      if (isKept) return multiplyPacked(kernels, heap, a, columns, heap.companion(b, bytes, pack));
      return heap.borrow(bytes, (panels) => {
        pack(panels);
        return multiplyPacked(kernels, heap, a, columns, panels);
      });
    },
    byRows(a, b) {
      const [rows, depth] = a.shape;
      const columns = b.shape[0];
      if (rows <= FEW_UNPACKED_ROWS) {
        const out = heap.output([rows, columns]);
        kernels.multiplyThinByRows(heap.start(a), heap.start(b), rows, depth, columns, heap.start(out));
        return out;
      }
      return heap.borrow(packedBytes(depth, columns), (panels) => {
        kernels.packExchanged(heap.start(b), depth, columns, panels, 0, depth);
        return multiplyPacked(kernels, heap, a, columns, panels);
      });
    },
    outer(a, b) {
      const [depth, rows] = a.shape;
      const columns = b.shape[1];
      const out = heap.output([rows, columns]);
      kernels.multiplyThinOuter(heap.start(a), heap.start(b), depth, rows, columns, heap.start(out));
      return out;
    },
  };
}

function multiplyThin(kernels: Kernels, heap: WasmHeap, a: TensorInfo, b: TensorInfo): TensorInfo {
  const [rows, depth] = a.shape;
  const columns = b.shape[1];
  const width = roundUp(Math.min(columns, STRIP), PANEL);
  return heap.borrow(rows * (width + 4) * FLOAT_BYTES, (room) => {
    const out = heap.output([rows, columns]);
    kernels.multiplyThin(heap.start(a), heap.start(b), rows, depth, columns, room, heap.start(out));
    return out;
  });
}

/** By a matrix of so many columns that is packed already: see packPanels of layout.as. */
function multiplyPacked(kernels: Kernels, heap: WasmHeap, a: TensorInfo, columns: number, panels: number): TensorInfo {
  const [rows, depth] = a.shape;
  const wide = roundUp(columns, PANEL);
  const tableBytes = roundUp(rows, TILE) * FLOAT_BYTES;
  return heap.borrow(2 * tableBytes + wide * FLOAT_BYTES, (table) => {
    const out = heap.output([rows, columns]);
    const outPlaces = table + tableBytes;
    const bias = outPlaces + tableBytes;
    kernels.listPlaces(table, 1, rows, 1, 0, depth * FLOAT_BYTES, 0);
    kernels.listPlaces(outPlaces, 1, rows, 1, 0, columns * FLOAT_BYTES, 0);
    heap.view(bias, wide).fill(0);
    kernels.multiply(
      ...([heap.start(a), table, heap.start(out), outPlaces, rows, BLOCK] as const),
      ...([1, 0, depth, panels, columns, bias] as const),
    );
    return out;
  });
}

function packedBytes(depth: number, columns: number): number {
  return depth * roundUp(columns, PANEL) * FLOAT_BYTES;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
