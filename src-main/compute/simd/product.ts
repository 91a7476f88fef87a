/**
 * Products of two matrices by our own kernels. The right one is packed, which takes as long as multiplying it by a few
 * rows, so that the packed copy is kept as long as the matrix lives (the backend's own product does so too): a network in
 * inference mode multiplies by the same matrices again and again.
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

/** a [M,K] times b [K,N], by the shapes of both. */
export type MatrixProduct = (a: TensorInfo, b: TensorInfo) => TensorInfo;

export function matrixProduct(kernels: Kernels, heap: WasmHeap): MatrixProduct {
  return (a, b) => {
    const [rows, depth] = a.shape;
    const columns = b.shape[1];
    const wide = roundUp(columns, PANEL);
    const panels = heap.companion(b, depth * wide * FLOAT_BYTES, (start) => {
      kernels.packPanels(heap.start(b), depth, columns, start);
    });
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
  };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
