/**
 * Convolution and its gradients by our own kernels. Pictures lie in memory pixel by pixel, channels inside, so that a
 * row of a filter meets one run of neighbouring floats: a convolution is a matrix product whose left matrix is the
 * padded picture itself, read at one place an output pixel. Nothing is rearranged but the filter.
 */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../engine.ts';
import { isReached, phaseSide, type PhaseSide } from '../wasm-phases.ts';
import type { WasmHeap } from '../wasm-heap.ts';
import type { Shape4D } from '../wasm-planes.ts';
import type { Kernels } from './module.ts';

const FLOAT_BYTES = 4;
/** Columns of a packed panel, and rows of a tile: see products.as. */
const PANEL = 8;
const TILE = 6;
/** Bytes of pictures worked on at once: a quarter of a usual second-level cache. */
const CACHE = 256 * 1024;
/** The same for filter gradients, which read them again for every tile: a first-level cache. */
const NEAR_CACHE = 24 * 1024;
/** Pixels below which a block is not worth its beginning and end. */
const FEWEST_PIXELS = 96;

/** Pictures inside larger or smaller ones: x(0, 0) comes to (top, left). */
interface Placement {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
}

/** x [N,H,W,Cin] * filter [k,k,Cin,Cout] (+ bias [Cout]); output sides are rounded down. */
export function convolve(
  kernels: Kernels,
  heap: WasmHeap,
  x: Tensor4D,
  filter: Tensor4D,
  { stride, pad }: ConvGeometry,
  bias?: Tensor1D,
): Tensor4D {
  const [batch, height, width, input] = x.shape;
  const [size, , , output] = filter.shape;
  const grid = [height, width].map((side) => Math.floor((side + 2 * pad - size) / stride) + 1);
  const y = heap.allocate4d([batch, grid[0], grid[1], output]);
  const rows = size * size * input;
  heap.borrow(FLOAT_BYTES * rows * roundUp(output, PANEL), (panels) => {
    kernels.packPanels(heap.start(filter), rows, output, panels);
    correlate(kernels, heap, {
      source: { start: heap.start(x), shape: x.shape },
      placement: { height: height + 2 * pad, width: width + 2 * pad, top: pad, left: pad },
      step: stride,
      taps: { rows: size, columns: size },
      panels,
      bias,
      target: { start: heap.start(y), channels: output, width: grid[1], mapSize: grid[0] * grid[1], step: 1 },
      grid: { height: grid[0], width: grid[1] },
    });
  });
  return y;
}

/** d loss / d x [N,H,W,Cin] of a convolution whose output gradient is dy: phase by phase, see wasm-phases.ts. */
export function inputGradient(
  kernels: Kernels,
  heap: WasmHeap,
  dy: Tensor4D,
  filter: Tensor4D,
  xShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [, height, width, input] = xShape;
  const [, outHeight, outWidth, output] = dy.shape;
  const size = filter.shape[0];
  const dx = heap.allocate4d(xShape);
  const remainders = Array.from({ length: stride }, (_, remainder) => remainder);
  const rows = remainders.map((r) => phaseSide(r, height, outHeight, size, stride, pad));
  const columns = remainders.map((r) => phaseSide(r, width, outWidth, size, stride, pad));
  const reachedRows = rows.filter((row) => isReached(row, outHeight));
  const reachedColumns = columns.filter((column) => isReached(column, outWidth));
  // Pixels of a phase that no filter tap meets get no gradient.
  if (reachedRows.length * reachedColumns.length < stride ** 2) heap.floats(dx).fill(0);
  for (const row of reachedRows) {
    for (const column of reachedColumns) {
      const panelRows = row.taps * column.taps * output;
      heap.borrow(FLOAT_BYTES * panelRows * roundUp(input, PANEL), (panels) => {
        packReversed(kernels, heap, filter, stride, row, column, panels);
        correlate(kernels, heap, {
          source: { start: heap.start(dy), shape: dy.shape },
          placement: {
            ...{ height: row.count + row.taps - 1, width: column.count + column.taps - 1 },
            ...{ top: row.before, left: column.before },
          },
          step: 1,
          taps: { rows: row.taps, columns: column.taps },
          panels,
          target: {
            start: heap.start(dx) + (row.first * width + column.first) * input * FLOAT_BYTES,
            ...{ channels: input, width, mapSize: height * width, step: stride },
          },
          grid: { height: row.count, width: column.count },
        });
      });
    }
  }
  return dx;
}

/** The taps of one phase, last first, with the two channel axes exchanged: panels of [taps, taps, Cout] rows. */
function packReversed(
  kernels: Kernels,
  heap: WasmHeap,
  filter: Tensor4D,
  stride: number,
  row: PhaseSide,
  column: PhaseSide,
  panels: number,
): void {
  const [, size, input, output] = filter.shape;
  for (let i = 0; i < row.taps; i++) {
    for (let j = 0; j < column.taps; j++) {
      const sourceRow = row.remainder + stride * (row.taps - 1 - i);
      const sourceColumn = column.remainder + stride * (column.taps - 1 - j);
      const tap = heap.start(filter) + (sourceRow * size + sourceColumn) * input * output * FLOAT_BYTES;
      const firstRow = (i * column.taps + j) * output;
      kernels.packExchanged(tap, output, input, panels, firstRow, row.taps * column.taps * output);
    }
  }
}

interface Correlation {
  readonly source: { readonly start: number; readonly shape: Shape4D };
  readonly placement: Placement;
  /** Pixels of the placed source from one output to the next. */
  readonly step: number;
  readonly taps: { readonly rows: number; readonly columns: number };
  readonly panels: number;
  readonly bias?: Tensor1D | undefined;
  /** Where results go: to every `step`-th pixel from `start` of maps of this width and number of pixels. */
  readonly target: {
    readonly start: number;
    readonly channels: number;
    readonly width: number;
    readonly mapSize: number;
    readonly step: number;
  };
  readonly grid: { readonly height: number; readonly width: number };
}

/** Some pictures at a time, so that what is padded is still in the cache when it is multiplied. */
function correlate(kernels: Kernels, heap: WasmHeap, work: Correlation): void {
  const { source, step, taps, panels, bias, target, grid, placement } = work;
  const channels = source.shape[3];
  const columns = target.channels;
  const rowStep = placement.width * channels * FLOAT_BYTES;
  const gridSize = grid.height * grid.width;
  const blockBytes = Math.max(1, (placement.height * rowStep) / gridSize);
  const block = roundUp(Math.max(FEWEST_PIXELS, Math.floor(CACHE / blockBytes)), TILE);
  eachPart(kernels, heap, source, placement, (place) => {
    const tableBytes = FLOAT_BYTES * roundUp(place.count * gridSize, TILE);
    heap.borrow(2 * tableBytes + FLOAT_BYTES * roundUp(columns, PANEL), (tables) => {
      const outPlaces = tables + tableBytes;
      const biasStart = outPlaces + tableBytes;
      if (bias === undefined) heap.view(biasStart, roundUp(columns, PANEL)).fill(0);
      else kernels.packPanels(heap.start(bias), 1, columns, biasStart);
      const out = {
        map: target.mapSize * columns * FLOAT_BYTES,
        row: target.step * target.width * columns * FLOAT_BYTES,
        column: target.step * columns * FLOAT_BYTES,
      };
      let listed = 0;
      place((first, count, start) => {
        if (count !== listed) {
          const { height, width } = grid;
          const pixelStep = step * channels * FLOAT_BYTES;
          kernels.listPlaces(tables, count, height, width, placement.height * rowStep, step * rowStep, pixelStep);
          kernels.listPlaces(outPlaces, count, height, width, out.map, out.row, out.column);
          listed = count;
        }
        const runLength = taps.columns * channels;
        kernels.multiply(
          ...([start, tables, target.start + first * out.map, outPlaces, count * gridSize, block] as const),
          ...([taps.rows, rowStep - runLength * FLOAT_BYTES, runLength, panels, columns, biasStart] as const),
        );
      });
    });
  });
}

/** d loss / d filter [k,k,Cin,Cout] of a convolution of x [N,H,W,Cin] whose output gradient is dy. */
export function filterGradient(
  kernels: Kernels,
  heap: WasmHeap,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [, height, width, input] = x.shape;
  const [, gridHeight, gridWidth, output] = dy.shape;
  const [size] = filterShape;
  const gradient = heap.allocate4d(filterShape);
  heap.floats(gradient).fill(0);
  const placement = { height: height + 2 * pad, width: width + 2 * pad, top: pad, left: pad };
  const rowStep = placement.width * input * FLOAT_BYTES;
  const gridSize = gridHeight * gridWidth;
  const pixelBytes = (placement.height * rowStep) / gridSize + output * FLOAT_BYTES;
  const block = Math.max(FEWEST_PIXELS, Math.floor(NEAR_CACHE / pixelBytes));
  eachPart(kernels, heap, { start: heap.start(x), shape: x.shape }, placement, (place) => {
    const pixels = place.count * gridSize;
    const tableBytes = FLOAT_BYTES * roundUp(pixels, TILE);
    heap.borrow(tableBytes + FLOAT_BYTES * pixels * roundUp(output, PANEL), (table) => {
      const { height: tall } = placement;
      const columnStep = stride * input * FLOAT_BYTES;
      kernels.listPlaces(table, place.count, gridHeight, gridWidth, tall * rowStep, stride * rowStep, columnStep);
      const panels = table + tableBytes;
      place((first, count, start) => {
        kernels.packPanels(heap.start(dy) + first * gridSize * output * FLOAT_BYTES, count * gridSize, output, panels);
        kernels.multiplyOuter(
          ...([start, table, panels, count * gridSize, block] as const),
          ...([size, rowStep, size * input, output, heap.start(gradient)] as const),
        );
      });
    });
  });
  return gradient;
}

/** Calls `visit` for one part of the pictures after the other, with its first picture, their number, and where they lie. */
interface Parts {
  (visit: (first: number, count: number, start: number) => void): void;
  /** Pictures of the largest part. */
  readonly count: number;
}

/** Placed pictures, some at a time. */
function eachPart(
  kernels: Kernels,
  heap: WasmHeap,
  { start, shape: [batch, height, width, channels] }: Correlation['source'],
  { height: placedHeight, width: placedWidth, top, left }: Placement,
  use: (parts: Parts) => void,
): void {
  const isPlaced = placedHeight === height && placedWidth === width && top === 0 && left === 0;
  const placedBytes = placedHeight * placedWidth * channels * FLOAT_BYTES;
  const largest = Math.min(batch, Math.max(1, Math.floor(CACHE / placedBytes)));
  const pictureBytes = height * width * channels * FLOAT_BYTES;
  heap.borrow(isPlaced ? FLOAT_BYTES : largest * placedBytes, (placed) => {
    const visitAll = (visit: (first: number, count: number, start: number) => void): void => {
      for (let first = 0; first < batch; first += largest) {
        const count = Math.min(largest, batch - first);
        const from = start + first * pictureBytes;
        if (!isPlaced) {
          kernels.place(
            ...([from, count, height, width, channels] as const),
            ...([placed, placedHeight, placedWidth, top, left] as const),
          );
        }
        visit(first, count, isPlaced ? from : placed);
      }
    };
    use(Object.assign(visitAll, { count: largest }));
  });
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
