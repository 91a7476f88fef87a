/**
 * Convolution and its input gradient on the wasm backend. The backend's own input gradient is a
 * scalar loop; its forward convolution is fast, and the input gradient is a convolution too.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './engine.ts';
import type { WasmHeap } from './wasm-heap.ts';
import { isReached, phaseSide, type PhaseSide } from './wasm-phases.ts';
import type { Shape4D } from './wasm-planes.ts';

/** x [N,H,W,Cin] * filter [k,k,Cin,Cout] (+ bias [Cout]); output sides are rounded down. */
export function convolve(x: Tensor4D, filter: Tensor4D, { stride, pad }: ConvGeometry, bias?: Tensor1D): Tensor4D {
  const y = tf.conv2d(x, filter, stride, pad, 'NHWC', 1, 'floor');
  if (bias === undefined) return y;
  // The fused kernel starts its sums at the bias, and its rounding then flips a ReLU of the reference vectors.
  const biased = tf.add<Tensor4D>(y, bias);
  y.dispose();
  return biased;
}

/** d loss / d x [N,H,W,Cin] of a convolution whose output gradient is dy. */
export function inputGradient(
  heap: WasmHeap,
  dy: Tensor4D,
  filter: Tensor4D,
  xShape: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const { stride, pad } = geometry;
  const size = filter.shape[0];
  const remainders = Array.from({ length: stride }, (_, remainder) => remainder);
  const rows = remainders.map((r) => phaseSide(r, xShape[1], dy.shape[1], size, stride, pad));
  const columns = remainders.map((r) => phaseSide(r, xShape[2], dy.shape[2], size, stride, pad));
  return tf.tidy(() => {
    const [onlyRow, onlyColumn] = [rows[0], columns[0]];
    if (stride === 1 && onlyRow !== undefined && onlyColumn !== undefined) {
      return phaseGradient(heap, dy, filter, stride, onlyRow, onlyColumn);
    }
    const dx = heap.allocate4d(xShape);
    const reachedRows = rows.filter((row) => isReached(row, dy.shape[1]));
    const reachedColumns = columns.filter((column) => isReached(column, dy.shape[2]));
    // Pixels of a phase that no filter tap meets get no gradient.
    if (reachedRows.length * reachedColumns.length < stride ** 2) heap.floats(dx).fill(0);
    for (const row of reachedRows) {
      for (const column of reachedColumns) {
        const phase = phaseGradient(heap, dy, filter, stride, row, column);
        interleave(heap.floats(phase), phase.shape, heap.floats(dx), xShape, stride, row.first, column.first);
        phase.dispose();
      }
    }
    return dx;
  });
}

function phaseGradient(
  heap: WasmHeap,
  dy: Tensor4D,
  filter: Tensor4D,
  stride: number,
  row: PhaseSide,
  column: PhaseSide,
): Tensor4D {
  return tf.tidy(() => {
    const reversed = reversedFilter(heap, filter, stride, row, column);
    const cropped = cropBorder(dy, row, column);
    return tf.conv2d(cropped, reversed, 1, [
      [0, 0],
      [Math.max(0, row.before), Math.max(0, row.after)],
      [Math.max(0, column.before), Math.max(0, column.after)],
      [0, 0],
    ]);
  });
}

/** Takes away output gradients that saw nothing but padding. */
function cropBorder(dy: Tensor4D, row: PhaseSide, column: PhaseSide): Tensor4D {
  const crop = (value: number) => Math.max(0, -value);
  const [top, bottom, left, right] = [row.before, row.after, column.before, column.after].map(crop) as Shape4D;
  if (top + bottom + left + right === 0) return dy;
  const [batch, height, width, channels] = dy.shape;
  return tf.slice(dy, [0, top, left, 0], [batch, height - top - bottom, width - left - right, channels]);
}

/** The taps of one phase, last first, with the two channel axes exchanged: [taps, taps, Cout, Cin]. */
function reversedFilter(heap: WasmHeap, filter: Tensor4D, stride: number, row: PhaseSide, column: PhaseSide): Tensor4D {
  const [, size, inChannels, outChannels] = filter.shape;
  const reversed = heap.allocate4d([row.taps, column.taps, outChannels, inChannels]);
  const from = heap.floats(filter);
  const to = heap.floats(reversed);
  const tapLength = inChannels * outChannels;
  for (let i = 0; i < row.taps; i++) {
    for (let j = 0; j < column.taps; j++) {
      const sourceRow = row.remainder + stride * (row.taps - 1 - i);
      const sourceColumn = column.remainder + stride * (column.taps - 1 - j);
      const source = (sourceRow * size + sourceColumn) * tapLength;
      const target = (i * column.taps + j) * tapLength;
      for (let ci = 0; ci < inChannels; ci++) {
        for (let co = 0; co < outChannels; co++) {
          to[target + co * inChannels + ci] = from[source + ci * outChannels + co];
        }
      }
    }
  }
  return reversed;
}

/** Writes a phase to every stride-th pixel of dx, beginning at (top, left). */
function interleave(
  phase: Float32Array,
  [batch, height, width, channels]: Shape4D,
  dx: Float32Array,
  [, dxHeight, dxWidth]: Shape4D,
  stride: number,
  top: number,
  left: number,
): void {
  let source = 0;
  for (let n = 0; n < batch; n++) {
    for (let a = 0; a < height; a++) {
      let target = ((n * dxHeight + top + stride * a) * dxWidth + left) * channels;
      for (let b = 0; b < width; b++) {
        for (let c = 0; c < channels; c++) dx[target + c] = phase[source + c];
        source += channels;
        target += stride * channels;
      }
    }
  }
}
