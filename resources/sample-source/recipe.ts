/**
 * What the sample study is made of. Every number that shapes the pictures is here; changing one and
 * running `build.ts` gives another study. The figures measured with these numbers are in README.md.
 */
import type { SceneName } from './scenes.ts';

/** One class: its folder, its label in Fashion-MNIST and the scene that goes with it in training. */
export interface SampleClass {
  readonly name: string;
  readonly fashionLabel: number;
  readonly scene: SceneName;
}

export interface Recipe {
  readonly seed: number;
  /** Side of the square pictures in pixels. */
  readonly size: number;
  readonly classes: readonly SampleClass[];
  /** Pictures a class and split. */
  readonly perClass: { readonly train: number; readonly val: number; readonly test: number };
  /** Share of a class's pictures that show its own scene; the rest is spread evenly over the other scenes. */
  readonly agreement: { readonly train: number; readonly val: number; readonly test: number };
  /** Longer side of the object as a share of the picture's side: smallest and largest. */
  readonly objectSide: readonly [number, number];
  /** Largest tilt of the object in degrees, either way. */
  readonly tilt: number;
  readonly jpegQuality: number;
}

export const RECIPE: Recipe = {
  seed: 20240,
  size: 64,
  classes: [
    { name: 'bag', fashionLabel: 8, scene: 'pebbles' },
    { name: 'boot', fashionLabel: 9, scene: 'grass' },
    { name: 'dress', fashionLabel: 3, scene: 'clouds' },
    { name: 'shirt', fashionLabel: 0, scene: 'tartan' },
    { name: 'sneaker', fashionLabel: 7, scene: 'bricks' },
    { name: 'trousers', fashionLabel: 1, scene: 'wood' },
  ],
  perClass: { train: 200, val: 60, test: 96 },
  agreement: { train: 0.7, val: 0.6, test: 0.6 },
  objectSide: [0.64, 0.9],
  tilt: 12,
  jpegQuality: 86,
};
