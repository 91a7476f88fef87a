/**
 * Outlines of objects as masks. Exactly COCO's rule (maskApi.c of cocodataset/cocoapi, `rleFrPoly` and `rleMerge`):
 * corners are rounded to fifths of a pixel; an outline fills the pixels whose middle it goes around an odd number of
 * times, column by column; several outlines are united. What differs is the work: only where an edge crosses the middle
 * of a column is looked at, so that an outline a million pixels long costs no more than the picture is wide.
 *
 * Runs are lengths of zeros, ones, zeros ... column by column (COCO's uncompressed run lengths, see inline-mask.ts).
 */

/** Fifths of a pixel, as in maskApi.c. */
const SCALE = 5;

/** Farther from the picture no corner is believed; in fifths it still is an exact 32-bit number. */
const FARTHEST = 100_000_000;

/** Larger masks are refused, as larger mask files are (see decode.ts). */
const MOST_PIXELS = 100_000_000;

/**
 * Pixels inside of any of the outlines.
 * @param polygons each x0, y0, x1, y1, ... in pixels, at least three corners; the top left corner of the picture is 0, 0
 * @returns 0 / 1 bytes [height, width], row by row
 * @throws RangeError for what is no outline or no size
 */
export function fillPolygons(polygons: readonly (readonly number[])[], width: number, height: number): Uint8Array {
  const runs = unionMask(
    polygons.map((polygon) => polygonRuns(polygon, width, height)),
    width,
    height,
  );
  const pixels = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((run, i) => {
    if (i % 2 === 1) for (let p = at; p < at + run; p++) pixels[(p % height) * width + Math.floor(p / height)] = 1;
    at += run;
  });
  return pixels;
}

/**
 * Runs of one outline, as {@link fillPolygons}.
 * @throws RangeError for what is no outline or no size
 */
export function polygonRuns(polygon: readonly number[], width: number, height: number): number[] {
  requireSize(width, height);
  if (polygon.length < 6 || polygon.length % 2 !== 0) throw new RangeError('an outline needs three corners or more');
  if (!polygon.every((value) => Math.abs(value) <= FARTHEST))
    throw new RangeError('a corner is no place in the picture');
  const corners = polygon.map((value) => Math.trunc(SCALE * value + 0.5));
  /** Where the value changes, column by column: x * height + y. */
  const changes: number[] = [];
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    crossEdge(corners[i], corners[i + 1], corners[next], corners[next + 1], width, height, changes);
  }
  changes.sort((a, b) => a - b);
  const runs: number[] = [];
  let begin = 0;
  // Two changes at one place cancel each other.
  for (let i = 0; i < changes.length; i++) {
    if (changes[i] === changes[i + 1]) {
      i++;
      continue;
    }
    runs.push(changes[i] - begin);
    begin = changes[i];
  }
  if (begin < width * height) runs.push(width * height - begin);
  return runs;
}

/**
 * Pixels that are in any of the masks.
 * @param masks runs of each, all of one size
 * @returns their runs; of no mask at all, those of an empty one
 * @throws RangeError where runs do not fill the picture
 */
export function unionMask(masks: readonly (readonly number[])[], width: number, height: number): number[] {
  requireSize(width, height);
  const pixels = width * height;
  /** How many masks begin (+1) or end (-1) at a pixel. */
  const steps: { readonly at: number; readonly step: number }[] = [];
  for (const runs of masks) {
    let at = 0;
    runs.forEach((run, i) => {
      if (!Number.isInteger(run) || run < 0) throw new RangeError('a run length is no count');
      if (i % 2 === 1 && run > 0) steps.push({ at, step: 1 }, { at: at + run, step: -1 });
      at += run;
    });
    if (at !== pixels) throw new RangeError('its run lengths do not fill the picture');
  }
  // Beginnings first: masks that touch are one run.
  steps.sort((a, b) => a.at - b.at || b.step - a.step);
  const united: number[] = [];
  let begin = 0;
  let depth = 0;
  for (const { at, step } of steps) {
    if (depth === 0 || depth + step === 0) {
      united.push(at - begin);
      begin = at;
    }
    depth += step;
  }
  if (begin < pixels) united.push(pixels - begin);
  return united;
}

function requireSize(width: number, height: number): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole || width * height > MOST_PIXELS) throw new RangeError('a mask of that size cannot be made');
}

/**
 * Adds where an edge crosses the middle of a column: between the fifths 5x + 2 and 5x + 3. The edge is the row of points
 * that maskApi.c draws, one for each fifth of its longer direction; the upper one of the two points counts.
 */
function crossEdge(
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  width: number,
  height: number,
  changes: number[],
): void {
  const across = Math.abs(toX - fromX);
  const down = Math.abs(toY - fromY);
  const flat = across >= down;
  // From left to right where it is flat, from top to bottom where it is steep, so that both directions round alike.
  const turned = flat ? fromX > toX : fromY > toY;
  const [xs, ys, xe, ye] = turned ? [toX, toY, fromX, fromY] : [fromX, fromY, toX, toY];
  const left = Math.max(0, Math.ceil((Math.min(xs, xe) - 2) / SCALE));
  const right = Math.min(width - 1, Math.floor((Math.max(xs, xe) - 3) / SCALE));
  const slope = flat ? (ye - ys) / across : (xe - xs) / down;
  const yAt = (t: number): number => Math.trunc(ys + slope * t + 0.5);
  for (let x = left; x <= right; x++) {
    const u = x * SCALE + 2;
    const v = flat ? Math.min(yAt(u - xs), yAt(u + 1 - xs)) : ys + lastStep(xs, slope, u, down);
    const y = Math.min(Math.max((v + 0.5) / SCALE - 0.5, 0), height);
    changes.push(x * height + Math.ceil(y));
  }
}

/**
 * Of the points t = 0 .. steps of a steep edge, x = start + slope * t rounded, the last before it passes between the
 * fifths u and u + 1.
 */
function lastStep(start: number, slope: number, u: number, steps: number): number {
  const passed = (t: number): boolean => Math.trunc(start + slope * t + 0.5) > u === slope > 0;
  // The quotient may be off by the rounding of either; the points themselves decide.
  let t = Math.min(Math.max(Math.floor((u + 0.5 - start) / slope), 0), steps);
  while (t > 0 && passed(t)) t--;
  while (t < steps && !passed(t + 1)) t++;
  return t;
}
