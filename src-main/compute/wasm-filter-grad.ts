/**
 * Gradient of a convolution with respect to its filter, as matrix products of the wasm backend
 * (which has no kernel for it):
 *
 *   dFilter[i, j, ci, co] = sum over n, a, b of x[n, s a + i - pad, s b + j - pad, ci] dy[n, a, b, co]
 *
 * With the channels of x as rows (planes), each tap (i, j) is one product plane * dy. Two ways:
 * - `taps`: one plane for every tap (im2col), one product for all of them together;
 * - `shifts`: taps whose i and j have the same remainder modulo the stride read the same pixels
 *   shifted, so they share a plane, and a tap is only another starting address in it. That needs
 *   grids with room for the shift (zeros in dy), hence more arithmetic and less copying.
 * The products of A (rows) and B run at full speed only untransposed, which is why the planes are
 * written channel by channel.
 */
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './engine.ts';
import type { HeapMatrix, WasmHeap } from './wasm-heap.ts';
import { gatherPlane, widenGrid } from './wasm-planes.ts';
import type { Grid, Sampling, Shape4D } from './wasm-planes.ts';

/** Positions (columns of a plane) in one product: short enough for a second-level cache. */
const POSITIONS = 4096;
/** Measured: copying one float into a plane costs as much as this many floating-point operations. */
const COPY_COST = 40;
/** Rows that the backend's product computes together; fewer cost the same. */
const ROW_TILE = 4;
const FLOAT_BYTES = 4;

interface Plan {
  readonly grid: Grid;
  readonly planes: readonly Sampling[];
  /** For each tap, row-major: its plane, and where in it the tap begins (columns). */
  readonly taps: readonly { readonly plane: number; readonly shift: number }[];
}

/** d loss / d filter [k,k,Cin,Cout] of a convolution of x [N,H,W,Cin] whose output gradient is dy. */
export function filterGradient(
  heap: WasmHeap,
  x: Tensor4D,
  dy: Tensor4D,
  filterShape: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const [size, , inChannels, outChannels] = filterShape;
  const [batch, outHeight, outWidth] = dy.shape;
  const plan = choosePlan(x.shape, dy.shape, size, geometry);
  const gridSize = plan.grid.height * plan.grid.width;
  const count = Math.min(batch, Math.max(1, Math.round(POSITIONS / gridSize)));
  const widened = plan.grid.height !== outHeight || plan.grid.width !== outWidth;
  const maxShift = Math.max(...plan.taps.map((tap) => tap.shift));
  const planeLength = inChannels * count * gridSize;

  return tf.tidy(() => {
    const result = heap.allocate4d(filterShape);
    // One tail of zeros behind the last plane: a shifted last row ends there.
    const planes = heap.allocate<tf.Rank.R1>([plan.planes.length * planeLength + maxShift]);
    const wide = widened ? heap.allocate<tf.Rank.R1>([count * gridSize * outChannels]) : undefined;
    const partial = count < batch ? heap.allocate4d(filterShape) : result;
    if (partial !== result) heap.floats(result).fill(0);

    for (let first = 0; first < batch; first += count) {
      const pictures = { first, count: Math.min(count, batch - first) };
      const columns = pictures.count * gridSize;
      const used = inChannels * columns;
      // Fetched anew for each part: a product may grow the heap, which empties all earlier views.
      const xValues = heap.floats(x);
      const planeValues = heap.floats(planes);
      plan.planes.forEach((sampling, index) => {
        const out = planeValues.subarray(index * used, (index + 1) * used);
        gatherPlane(xValues, x.shape, pictures, plan.grid, sampling, out);
      });
      planeValues.fill(0, plan.planes.length * used, plan.planes.length * used + maxShift);
      if (wide !== undefined) widenGrid(heap.floats(dy), dy.shape, pictures, plan.grid, heap.floats(wide));
      const right: HeapMatrix = {
        start: wide === undefined ? heap.start(dy) + first * gridSize * outChannels * FLOAT_BYTES : heap.start(wide),
        rows: columns,
        columns: outChannels,
      };
      heap.multiply(products(plan, inChannels, outChannels, columns, heap.start(planes), heap.start(partial)), right);
      if (partial !== result) {
        const sum = heap.floats(result);
        const part = heap.floats(partial);
        for (let i = 0; i < sum.length; i++) sum[i] = sum[i] + part[i];
      }
    }
    return result;
  });
}

function products(
  plan: Plan,
  inChannels: number,
  outChannels: number,
  columns: number,
  planesStart: number,
  outStart: number,
): { a: HeapMatrix; out: HeapMatrix }[] {
  if (plan.planes.length === plan.taps.length) {
    const rows = plan.taps.length * inChannels;
    return [{ a: { start: planesStart, rows, columns }, out: { start: outStart, rows, columns: outChannels } }];
  }
  return plan.taps.map(({ plane, shift }, index) => ({
    a: {
      start: planesStart + (plane * inChannels * columns + shift) * FLOAT_BYTES,
      rows: inChannels,
      columns,
    },
    out: {
      start: outStart + index * inChannels * outChannels * FLOAT_BYTES,
      rows: inChannels,
      columns: outChannels,
    },
  }));
}

/** The cheaper plan by the measured cost of copying against computing, per input channel. */
function choosePlan(xShape: Shape4D, dyShape: Shape4D, size: number, geometry: ConvGeometry): Plan {
  const taps = tapPlan(dyShape, size, geometry);
  const shifts = shiftPlan(dyShape, size, geometry);
  return planCost(shifts, xShape[3], dyShape[3]) < planCost(taps, xShape[3], dyShape[3]) ? shifts : taps;
}

function planCost(plan: Plan, inChannels: number, outChannels: number): number {
  const positions = plan.grid.height * plan.grid.width;
  const together = plan.planes.length === plan.taps.length;
  const rows = together
    ? roundUp(plan.taps.length * inChannels, ROW_TILE)
    : plan.taps.length * roundUp(inChannels, ROW_TILE);
  return positions * (rows * 2 * outChannels + plan.planes.length * inChannels * COPY_COST);
}

function roundUp(value: number, tile: number): number {
  return Math.ceil(value / tile) * tile;
}

/** im2col: every tap has its own plane, of exactly the output's size. */
function tapPlan([, height, width]: Shape4D, size: number, { stride, pad }: ConvGeometry): Plan {
  const planes: Sampling[] = [];
  const taps: { plane: number; shift: number }[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      taps.push({ plane: planes.length, shift: 0 });
      planes.push({ top: i - pad, left: j - pad, stride });
    }
  }
  return { grid: { height, width }, planes, taps };
}

/** One plane a stride phase; its grid has room for the largest shift to the right and downwards. */
function shiftPlan(dyShape: Shape4D, size: number, { stride, pad }: ConvGeometry): Plan {
  const reach = Math.ceil(size / stride) - 1;
  // At stride 1 the zeros right of one row serve as the zeros left of the next one, and the zeros
  // below one picture as those above the next.
  const shared = stride === 1 && pad <= reach ? pad : 0;
  const grid = { height: dyShape[1] + reach - shared, width: dyShape[2] + reach - shared };
  const phases = Math.min(stride, size);
  const planes: Sampling[] = [];
  for (let i = 0; i < phases; i++) {
    for (let j = 0; j < phases; j++) planes.push({ top: i - pad, left: j - pad, stride });
  }
  const taps: { plane: number; shift: number }[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      taps.push({
        plane: (i % stride) * phases + (j % stride),
        shift: Math.floor(i / stride) * grid.width + Math.floor(j / stride),
      });
    }
  }
  return { grid, planes, taps };
}
