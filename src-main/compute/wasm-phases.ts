/**
 * The input gradient of a convolution in phases: input pixels h with (h + pad) mod stride = `remainder` meet only the
 * filter taps remainder + stride t, and with q = floor((h + pad) / stride)
 *
 *   dx[h] = sum over t of dy[q - t] filter[remainder + stride t],
 *
 * a stride-1 correlation of dy with the reversed taps.
 */

/** One side of a phase. */
export interface PhaseSide {
  readonly remainder: number;
  /** Number of taps t; 0 where the stride exceeds the filter. */
  readonly taps: number;
  /** The first input pixel of the phase, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Zeros to add before and after dy; negative: output gradients that reach no pixel. */
  readonly before: number;
  readonly after: number;
}

/** @param size of the filter */
export function phaseSide(
  remainder: number,
  inSize: number,
  outSize: number,
  size: number,
  stride: number,
  pad: number,
): PhaseSide {
  const qFirst = Math.max(0, Math.ceil((pad - remainder) / stride));
  const qLast = Math.floor((inSize - 1 + pad - remainder) / stride);
  const taps = Math.max(0, Math.ceil((size - remainder) / stride));
  return {
    remainder,
    taps,
    first: stride * qFirst + remainder - pad,
    count: Math.max(0, qLast - qFirst + 1),
    before: taps - 1 - qFirst,
    after: qLast - (outSize - 1),
  };
}

/** Whether any output gradient reaches any pixel of the phase. */
export function isReached(side: PhaseSide, outSize: number): boolean {
  return side.taps > 0 && side.count > 0 && outSize + Math.min(0, side.before) + Math.min(0, side.after) > 0;
}
