/** A photograph of Fashion-MNIST made into a cut-out: silhouette, brightness, and smooth sampling of both. */
import { SIDE } from './fashion-mnist.ts';

/** A cut-out in the 28x28 frame of its photograph. */
export interface Garment {
  /** [28*28] 1 on the object, 0 beside it. */
  readonly inside: Float32Array;
  /** [28*28] brightness in [0,1], stretched to the object's own range; 0 beside it. */
  readonly shade: Float32Array;
  /** Bounding box of the object: x0, y0 inclusive, x1, y1 exclusive. */
  readonly box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
}

/** Grey values up to this are backdrop: the published backdrop is 0 with faint compression noise. */
const BACKDROP = 12;
/** Enclosed dark spots up to this many pixels are part of the object (buttons, prints); larger ones are holes. */
const LARGEST_SPOT = 10;
/** Photographs darker than this on average lose their outline when cut out, and are not used. */
const DARKEST_MEAN = 70;

/** Cuts the object out, or null where the photograph gives no clean outline (several pieces, too dark). */
export function cutOut(pixels: Uint8Array): Garment | null {
  const bright = Uint8Array.from(pixels, (grey) => (grey > BACKDROP ? 1 : 0));
  const pieces = components(bright, 1);
  const largest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), [] as number[]);
  const others = pieces.reduce((sum, piece) => sum + piece.length, 0) - largest.length;
  if (largest.length < 60 || others > 0.04 * largest.length) return null;

  const inside = new Float32Array(SIDE * SIDE);
  for (const at of largest) inside[at] = 1;
  for (const spot of components(bright, 0)) {
    const touchesFrame = spot.some((at) => onFrame(at));
    if (!touchesFrame && spot.length <= LARGEST_SPOT) for (const at of spot) inside[at] = 1;
  }

  const values = largest.map((at) => pixels[at] ?? 0).sort((a, b) => a - b);
  if (values.reduce((sum, grey) => sum + grey, 0) / values.length < DARKEST_MEAN) return null;
  const low = values[Math.floor(values.length * 0.03)] ?? 0;
  const high = Math.max(low + 40, values[Math.floor(values.length * 0.97)] ?? 255);
  const shade = Float32Array.from(inside, (on, at) =>
    on === 0 ? 0 : Math.min(1, Math.max(0, ((pixels[at] ?? 0) - low) / (high - low))),
  );

  let [x0, y0, x1, y1] = [SIDE, SIDE, 0, 0];
  inside.forEach((on, at) => {
    if (on === 0) return;
    x0 = Math.min(x0, at % SIDE);
    y0 = Math.min(y0, Math.floor(at / SIDE));
    x1 = Math.max(x1, (at % SIDE) + 1);
    y1 = Math.max(y1, Math.floor(at / SIDE) + 1);
  });
  return { inside, shade, box: { x0, y0, x1, y1 } };
}

/** The object at a point of its 28x28 frame (pixel centres at .5): how much of it is there, and how bright. */
export function lookAt(garment: Garment, x: number, y: number): { cover: number; shade: number } {
  const column = Math.floor(x - 0.5);
  const row = Math.floor(y - 0.5);
  const across = spline(x - 0.5 - column);
  const down = spline(y - 0.5 - row);
  let cover = 0;
  let shade = 0;
  for (let j = 0; j < 4; j++) {
    for (let i = 0; i < 4; i++) {
      const [u, v] = [column + i - 1, row + j - 1];
      if (u < 0 || v < 0 || u >= SIDE || v >= SIDE) continue;
      const weight = (across[i] ?? 0) * (down[j] ?? 0);
      cover += weight * (garment.inside[v * SIDE + u] ?? 0);
      shade += weight * (garment.shade[v * SIDE + u] ?? 0);
    }
  }
  // Shade is zero outside the object: dividing by the cover keeps its rim from darkening.
  return { cover, shade: cover > 0 ? shade / cover : 0 };
}

/** Weights of the four neighbours under a cubic B-spline: smoother than Catmull-Rom, never negative. */
function spline(t: number): readonly number[] {
  const s = 1 - t;
  return [(s * s * s) / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, (t * t * t) / 6];
}

function onFrame(at: number): boolean {
  const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
  return x === 0 || y === 0 || x === SIDE - 1 || y === SIDE - 1;
}

/** Pieces of equal `value` joined by their sides, each as a list of pixel indices. */
function components(grid: Uint8Array, value: number): number[][] {
  const seen = new Uint8Array(grid.length);
  const found: number[][] = [];
  for (let start = 0; start < grid.length; start++) {
    if (grid[start] !== value || seen[start] === 1) continue;
    seen[start] = 1;
    const piece = [start];
    for (let head = 0; head < piece.length; head++) {
      const at = piece[head] ?? 0;
      const x = at % SIDE;
      const near = [x > 0 ? at - 1 : -1, x < SIDE - 1 ? at + 1 : -1, at - SIDE, at + SIDE];
      for (const next of near) {
        if (next < 0 || next >= grid.length || grid[next] !== value || seen[next] === 1) continue;
        seen[next] = 1;
        piece.push(next);
      }
    }
    found.push(piece);
  }
  return found;
}
