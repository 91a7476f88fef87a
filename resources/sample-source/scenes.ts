/**
 * The backgrounds, painted by formula. A scene is a function from a point (in units of the picture's
 * side, roughly [0,1]) to a colour. Each picture draws its own scene: hue, scale, direction, lattice
 * and light differ, so that a model can learn "bricks" but cannot memorise a picture of bricks.
 */
import type { Chance } from './chance.ts';
import { blend, hsv, lit, type Colour } from './colour.ts';
import { cells, fractal, lattice, mix, noise, step } from './noise.ts';

export type Scene = (x: number, y: number) => Colour;

/** All scenes, in the order in which `val` and `test` go through them. */
export const SCENES = { bricks, clouds, grass, pebbles, tartan, wood } as const;
export type SceneName = keyof typeof SCENES;

/** A scene seen from a random angle (at most 8 degrees either way) and under a light that falls off to one side. */
export function drawScene(name: SceneName, chance: Chance): Scene {
  const scene = SCENES[name](chance);
  const angle = (chance.between(-1, 1) * 8 * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const light = chance.between(0.88, 1.08);
  const slopeX = chance.between(-0.25, 0.25);
  const slopeY = chance.between(-0.25, 0.25);
  return (x, y) => {
    const u = x - 0.5;
    const v = y - 0.5;
    return lit(scene(0.5 + cos * u - sin * v, 0.5 + sin * u + cos * v), light + slopeX * u + slopeY * v);
  };
}

function seedOf(chance: Chance): number {
  return chance.whole(0, 0x3fffffff);
}

function bricks(chance: Chance): Scene {
  const seed = seedOf(chance);
  const hue = chance.between(2, 24);
  const saturation = chance.between(0.5, 0.72);
  const value = chance.between(0.55, 0.8);
  const mortar = hsv(chance.between(20, 50), 0.12, chance.between(0.62, 0.86));
  const height = chance.between(0.12, 0.17);
  const width = height * chance.between(1.9, 2.3);
  const shiftX = chance.between(0, 1);
  const shiftY = chance.between(0, 1);
  return (x, y) => {
    const row = Math.floor((y + shiftY) / height);
    const along = (x + shiftX) / width + (row % 2 === 0 ? 0 : 0.5);
    const column = Math.floor(along);
    const edge = Math.min(
      ((y + shiftY) / height - row) * height,
      (row + 1 - (y + shiftY) / height) * height,
      (along - column) * width,
      (column + 1 - along) * width,
    );
    const tone = lattice(seed, column, row);
    const grain = 0.82 + 0.36 * fractal(seed + 9, x * 14, y * 14);
    const brick = lit(hsv(hue + 10 * (tone - 0.5), saturation, value * mix(0.78, 1.12, tone)), grain);
    return blend(lit(mortar, grain), brick, step(0.008, 0.02, edge));
  };
}

function clouds(chance: Chance): Scene {
  const seed = seedOf(chance);
  const hue = chance.between(198, 218);
  const high = hsv(hue, chance.between(0.6, 0.8), chance.between(0.75, 0.95));
  const low = hsv(hue - 8, chance.between(0.25, 0.45), 1);
  const scale = chance.between(2, 3.4);
  const cover = chance.between(0.42, 0.52);
  return (x, y) => {
    const sky = blend(high, low, y);
    const thick = fractal(seed, x * scale, y * scale * 1.5);
    const shade = 0.8 + 0.2 * step(0.3, 0.7, fractal(seed + 7, x * scale, y * scale * 1.5 - 0.35));
    return blend(sky, lit([1, 1, 1], shade), step(cover, cover + 0.2, thick));
  };
}

function grass(chance: Chance): Scene {
  const seed = seedOf(chance);
  const hue = chance.between(78, 118);
  const dark = hsv(hue + 12, chance.between(0.65, 0.85), chance.between(0.22, 0.34));
  const bright = hsv(hue - 8, chance.between(0.55, 0.78), chance.between(0.68, 0.88));
  const fine = chance.between(26, 36);
  const lean = chance.between(-0.5, 0.5);
  const flowers = hsv(chance.pick([50, 55, 300, 0]), chance.between(0.1, 0.75), 0.97);
  const meadow = chance.between(0, 1) < 0.4 ? 0.16 : -1;
  return (x, y) => {
    const sway = lean * y + 0.12 * noise(seed + 3, x * 5, y * 4);
    const blades = noise(seed, (x + sway) * fine, y * 5);
    const thin = noise(seed + 1, (x - 0.6 * sway) * fine * 1.4, y * 7 + 3);
    const patch = fractal(seed + 2, x * 4, y * 4);
    const green = blend(dark, bright, step(0.2, 0.95, 0.45 * blades + 0.35 * thin + 0.35 * patch));
    const flower = cells(seed + 5, x * 6, y * 6);
    return flower.identity < meadow && flower.nearest < 0.16 ? flowers : green;
  };
}

function pebbles(chance: Chance): Scene {
  const seed = seedOf(chance);
  const scale = chance.between(6, 9);
  const hue = chance.between(20, 50);
  const warmth = chance.between(0.06, 0.26);
  const gap = hsv(hue, 0.3, chance.between(0.16, 0.26));
  return (x, y) => {
    const wobble = 0.5 * (fractal(seed + 11, x * scale, y * scale) - 0.5);
    const stone = cells(seed, x * scale + wobble, y * scale * 1.15 - wobble);
    const cool = stone.identity < 0.3;
    const tone = mix(0.5, 0.95, (stone.identity * 7) % 1);
    const dome = 1.1 - 0.55 * stone.nearest;
    const speckle = 0.92 + 0.16 * noise(seed + 5, x * 50, y * 50);
    const top = hsv(cool ? 215 : hue, cool ? warmth * 0.7 : warmth, tone);
    return blend(gap, lit(top, dome * speckle), step(0.05, 0.2, stone.second - stone.nearest));
  };
}

function tartan(chance: Chance): Scene {
  const hue = chance.between(0, 360);
  const ground = hsv(hue, chance.between(0.6, 0.85), chance.between(0.5, 0.8));
  const broad = hsv(hue + chance.pick([120, 160, 200, 240]), chance.between(0.5, 0.8), chance.between(0.25, 0.6));
  const narrow = hsv(chance.pick([45, 52, 0]), chance.pick([0.1, 0.7]), 0.96);
  const period = chance.between(0.24, 0.36);
  const width = chance.between(0.34, 0.5);
  const shiftX = chance.between(0, 1);
  const shiftY = chance.between(0, 1);
  const threads = chance.between(20, 28);
  const seed = seedOf(chance);
  const stripe = (place: number): Colour => {
    const at = place / period - Math.floor(place / period);
    if (at > 0.94 || Math.abs(at - width / 2) < 0.035) return narrow;
    return at < width ? broad : ground;
  };
  return (x, y) => {
    const bend = 0.02 * (fractal(seed, x * 3, y * 3) - 0.5);
    const across = (x + bend) * threads;
    const down = (y - bend) * threads;
    const over = (Math.floor(across + down) & 1) === 0;
    const thread = blend(stripe(x + bend + shiftX), stripe(y - bend + shiftY), over ? 0.68 : 0.32);
    return lit(thread, 0.88 + 0.24 * noise(seed + 3, across * 1.7, down * 1.7));
  };
}

function wood(chance: Chance): Scene {
  const seed = seedOf(chance);
  const hue = chance.between(22, 36);
  const light = hsv(hue, chance.between(0.42, 0.6), chance.between(0.72, 0.9));
  const dark = hsv(hue - 5, chance.between(0.6, 0.75), chance.between(0.4, 0.55));
  const plank = chance.between(0.2, 0.32);
  const shift = chance.between(0, 1);
  const upright = chance.between(0, 1) < 0.5;
  return (x, y) => {
    const along = upright ? y : x;
    const across = (upright ? x : y) + shift;
    const board = Math.floor(across / plank);
    const inside = across / plank - board;
    const tone = lattice(seed, board, 1);
    const wave = across * 11 + 1.6 * noise(seed + board, along * 2.2, across * 3);
    const rings = 0.5 + 0.5 * Math.sin(2 * Math.PI * (wave + 3 * tone));
    const fibre = noise(seed + 4, along * 5, across * 60);
    const grain = blend(light, dark, 0.55 * rings + 0.4 * fibre - 0.08);
    const seam = step(0.0, 0.014, Math.min(inside, 1 - inside) * plank);
    return lit(grain, mix(0.35, mix(0.85, 1.1, tone), seam));
  };
}
