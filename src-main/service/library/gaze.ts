/**
 * Where the gaze of a model lies and how it moved: two heatmaps of one picture, clean and attacked, in a few measured
 * numbers. Nothing is known of what is to be seen there, so places are named by their position only.
 */

export interface GazeMove {
  /** A map that is zero everywhere looks nowhere. */
  readonly cleanEmpty: boolean;
  readonly attackedEmpty: boolean;
  /** Centres of mass in [0,1] from the left and from the top; null for an empty map. */
  readonly from: readonly [number, number] | null;
  readonly to: readonly [number, number] | null;
  /** Share of the attacked map's sum outside the clean map's foreground (its places at or above its mean). */
  readonly outside: number;
  /** The same share of the clean map itself: what lies there anyway. */
  readonly outsideBefore: number;
}

/** @param clean, attacked [height, width] row-major, values of any one scale, not negative */
export function gazeMove(
  clean: ArrayLike<number>,
  attacked: ArrayLike<number>,
  height: number,
  width: number,
): GazeMove {
  const from = centreOfMass(clean, height, width);
  const to = centreOfMass(attacked, height, width);
  return {
    cleanEmpty: from === null,
    attackedEmpty: to === null,
    from,
    to,
    outside: shareOutside(clean, attacked),
    outsideBefore: shareOutside(clean, clean),
  };
}

function centreOfMass(map: ArrayLike<number>, height: number, width: number): [number, number] | null {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < map.length; i++) {
    sum += map[i];
    x += map[i] * ((i % width) + 0.5);
    y += map[i] * (Math.floor(i / width) + 0.5);
  }
  return sum === 0 ? null : [x / sum / width, y / sum / height];
}

function shareOutside(clean: ArrayLike<number>, heat: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < clean.length; i++) mean += clean[i] / clean.length;
  let [sum, outside] = [0, 0];
  for (let i = 0; i < heat.length; i++) {
    sum += heat[i];
    if (clean[i] < mean) outside += heat[i];
  }
  return sum === 0 ? 0 : outside / sum;
}

/** The middle of a picture ends here, in shares of its side. */
const [NEAR, FAR] = [0.4, 0.6];
const PLACES = [
  ['upper left', 'top', 'upper right'],
  ['left', 'middle', 'right'],
  ['lower left', 'bottom', 'lower right'],
] as const;
export type Place = (typeof PLACES)[number][number];

/** "lower left" of a centre of mass: fits after "the". */
export function placeOf([x, y]: readonly [number, number]): Place {
  const third = (at: number): 0 | 1 | 2 => (at < NEAR ? 0 : at > FAR ? 2 : 1);
  return PLACES[third(y)][third(x)];
}

/** A shorter way says nothing: it can lie between two neighbouring places of a coarse map. */
const SHORTEST = 0.12;

/** From where to where the gaze moved, where that can be said in words; else null. */
export function movedBetween({ from, to }: GazeMove): { readonly from: Place; readonly to: Place } | null {
  if (from === null || to === null || Math.hypot(to[0] - from[0], to[1] - from[1]) < SHORTEST) return null;
  const [before, after] = [placeOf(from), placeOf(to)];
  return before === after ? null : { from: before, to: after };
}
