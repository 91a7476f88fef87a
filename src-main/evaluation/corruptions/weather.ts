/** What weather and light do to a picture outdoors: like fog, snow and rain, and too much light. */
import { hashSeed, Random } from '../../numeric/random.ts';
import { cloud } from './fields.ts';
import { at, bytesOf, emptyPicture } from './corruption.ts';
import type { BySeverity, Corrupt } from './corruption.ts';

/** How much of the light of the object is replaced by fog where it is thickest; a third of it where it is thinnest. */
const FOG: BySeverity = [0.35, 0.5, 0.64, 0.77, 0.88];
const FOG_COLOUR = 218;

/** Flakes over the whole picture; how much of the light a veil of distant snow replaces. */
const SNOW_FLAKES: BySeverity = [90, 160, 260, 400, 560];
const SNOW_VEIL: BySeverity = [0.08, 0.14, 0.2, 0.27, 0.34];
const SNOW_COLOUR = 244;

/** Drops over the whole picture; how much darker the scene is. */
const RAIN_DROPS: BySeverity = [90, 150, 230, 320, 430];
const RAIN_DARKER: BySeverity = [0.1, 0.17, 0.24, 0.31, 0.38];
const RAIN_COLOUR = 205;

/** Added to every value, as a share of white: glare and overexposure, what is light turns white. */
const BRIGHTNESS: BySeverity = [0.1, 0.2, 0.3, 0.4, 0.5];

/** Fog is denser here and thinner there: a cloud of many scales (a "plasma fractal"). */
export const fog: Corrupt = (picture, side, severity, seed) => {
  const thickest = at(FOG, severity);
  const density = cloud(side, seed);
  return covered(picture, side, (p) => (thickest * (1 + 2 * density[p])) / 3, FOG_COLOUR, 1);
};

/** Soft flakes that fall in one direction, near ones large, and a veil of those far away. */
export const snow: Corrupt = (picture, side, severity, seed) => {
  const veil = at(SNOW_VEIL, severity);
  const cover = streaks(side, at(SNOW_FLAKES, severity), hashSeed(seed, 'snow'), (random) => {
    // Far more small flakes than large ones.
    const radius = 0.003 + 0.009 * random.uniform() ** 3;
    return { radius, length: radius * 2.5, opacity: 0.55 + 0.45 * random.uniform() };
  });
  return covered(picture, side, (p) => 1 - (1 - veil) * (1 - cover[p]), SNOW_COLOUR, 1);
};

/** Thin long streaks before a darker scene. */
export const rain: Corrupt = (picture, side, severity, seed) => {
  const cover = streaks(side, at(RAIN_DROPS, severity), hashSeed(seed, 'rain'), (random) => ({
    radius: 0.0018 + 0.0018 * random.uniform(),
    length: 0.05 + 0.09 * random.uniform(),
    opacity: 0.35 + 0.4 * random.uniform(),
  }));
  return covered(picture, side, (p) => cover[p], RAIN_COLOUR, 1 - at(RAIN_DARKER, severity));
};

export const brightness: Corrupt = (picture, side, severity) => {
  const more = 255 * at(BRIGHTNESS, severity);
  const out = emptyPicture(side);
  for (let i = 0; i < picture.length; i++) out[i] = picture[i] + more;
  return bytesOf(out);
};

/** What lies in front of the scene: `opacity(pixel)` of a colour; the scene itself keeps `light` of its light. */
function covered(
  picture: Uint8Array,
  side: number,
  opacity: (pixel: number) => number,
  colour: number,
  light: number,
): Uint8Array {
  const out = emptyPicture(side);
  for (let p = 0; p < side * side; p++) {
    const share = opacity(p);
    for (let c = 3 * p; c < 3 * p + 3; c++) out[c] = picture[c] * light * (1 - share) + colour * share;
  }
  return bytesOf(out);
}

/** One flake or drop; lengths are shares of the side. */
interface Streak {
  readonly radius: number;
  readonly length: number;
  /** [0,1] */
  readonly opacity: number;
}

/**
 * How much of each pixel is covered by streaks that all fall in one seeded direction, within 25 degrees of straight
 * down. The first ones are the same whatever their number.
 * @returns [side, side] in [0,1]
 */
function streaks(side: number, count: number, seed: number, next: (random: Random) => Streak): Float32Array {
  const random = new Random(seed);
  const angle = ((random.uniform() * 2 - 1) * 25 * Math.PI) / 180;
  const clear = new Float32Array(side * side).fill(1);
  for (let i = 0; i < count; i++) {
    const x = random.uniform() * side;
    const y = random.uniform() * side;
    const { radius, length, opacity } = next(random);
    drawStreak(clear, side, x, y, angle, radius * side, length * side, opacity);
  }
  return clear.map((share) => 1 - share);
}

/** Darkens `clear` by one streak with soft ends: full up to its radius, none half a pixel beyond. */
function drawStreak(
  clear: Float32Array,
  side: number,
  x: number,
  y: number,
  angle: number,
  radius: number,
  length: number,
  opacity: number,
): void {
  const alongX = Math.sin(angle);
  const alongY = Math.cos(angle);
  const half = length / 2;
  const reach = radius + 0.5;
  const spanX = Math.abs(alongX) * half + reach;
  const spanY = alongY * half + reach;
  // Thinner than a pixel: fainter in proportion.
  const strength = opacity * Math.min(1, 2 * radius);
  for (let row = Math.max(0, Math.floor(y - spanY)); row <= Math.min(side - 1, y + spanY); row++) {
    for (let column = Math.max(0, Math.floor(x - spanX)); column <= Math.min(side - 1, x + spanX); column++) {
      const offX = column + 0.5 - x;
      const offY = row + 0.5 - y;
      const along = Math.max(-half, Math.min(half, offX * alongX + offY * alongY));
      const distance = Math.hypot(offX - along * alongX, offY - along * alongY);
      const share = Math.min(1, reach - distance);
      if (share > 0) clear[row * side + column] *= 1 - strength * share;
    }
  }
}
