/** Seeded pictures and settings for the report's tests. */
import * as v from 'valibot';
import { RunSettings, type Arm } from '../contract/settings.ts';

export type Random = () => number;

/** mulberry32: enough for made-up numbers. */
export function randomFrom(seed: number): Random {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const defaultSettings = (arm: Arm): RunSettings => v.parse(RunSettings, { arm });

/** A striped background and a tinted shape, [size, size, 3]. */
export function pictureOf(label: number, size: number, seed: number): Uint8Array {
  const random = randomFrom(500 + seed);
  const tint = [90 + 160 * random(), 90 + 160 * random(), 90 + 160 * random()];
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const c = i % 3;
    const x = (((i - c) / 3) % size) / size - 0.5;
    const y = Math.floor(i / 3 / size) / size - 0.5;
    const inside = Math.abs(x) ** (1 + (label % 3)) + Math.abs(y * (0.7 + 0.1 * label)) ** 2 < 0.07;
    const wave = Math.sin((x * Math.cos(label) + y * Math.sin(label)) * 40) * 28;
    return Math.min(
      255,
      Math.max(0, (inside ? tint[c] - 60 * y : 120 + 20 * c * Math.cos(label) + wave) + 16 * (random() - 0.5)),
    );
  });
}
