/** Smooth random fields over the plane: the raw material of the scenes. */

/** A pseudo-random number in [0,1) for a lattice point; the same for the same seed and point. */
export function lattice(seed: number, column: number, row: number): number {
  let hash = Math.imul(column, 0x27d4eb2d) ^ Math.imul(row, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}

/** Value noise in [0,1]: lattice numbers one unit apart, joined by a smooth step. */
export function noise(seed: number, x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = smooth(x - column);
  const v = smooth(y - row);
  const top = mix(lattice(seed, column, row), lattice(seed, column + 1, row), u);
  const bottom = mix(lattice(seed, column, row + 1), lattice(seed, column + 1, row + 1), u);
  return mix(top, bottom, v);
}

/** Four octaves of {@link noise}, each twice as fine and half as strong; in [0,1]. */
export function fractal(seed: number, x: number, y: number): number {
  let sum = 0;
  let strength = 0.5;
  for (let octave = 0; octave < 4; octave++) {
    sum += strength * noise(seed + octave, x, y);
    strength /= 2;
    x *= 2;
    y *= 2;
  }
  return sum / 0.9375;
}

/** What a point of the plane sees of randomly placed stones: see {@link cells}. */
export interface Cell {
  /** Distance to the nearest centre and to the second nearest, in lattice units. */
  readonly nearest: number;
  readonly second: number;
  /** A random number in [0,1) that belongs to the nearest centre. */
  readonly identity: number;
}

/** Worley's cellular noise: one centre at a random place of each lattice square. */
export function cells(seed: number, x: number, y: number): Cell {
  let nearest = Infinity;
  let second = Infinity;
  let identity = 0;
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const dx = column + 0.1 + 0.8 * lattice(seed, column, row) - x;
      const dy = row + 0.1 + 0.8 * lattice(seed + 1, column, row) - y;
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        identity = lattice(seed + 2, column, row);
      } else if (distance < second) {
        second = distance;
      }
    }
  }
  return { nearest, second, identity };
}

export function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** 0 below `low`, 1 above `high`, a smooth step between. */
export function step(low: number, high: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
