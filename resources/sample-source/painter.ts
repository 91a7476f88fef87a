/** Puts one garment over one scene: the picture and its exact mask. */
import type { Chance } from './chance.ts';
import { blend, hsv } from './colour.ts';
import { lookAt, type Garment } from './garment.ts';
import { step } from './noise.ts';
import type { Scene } from './scenes.ts';

export interface Painting {
  /** [size*size*3] red, green, blue. */
  readonly pixels: Uint8Array;
  /** [size*size] 255 where at least half of the pixel shows the object, else 0. */
  readonly mask: Uint8Array;
}

/** Each pixel is the mean of SAMPLES x SAMPLES points, so that edges are smooth. */
const SAMPLES = 3;

/**
 * Paints the garment at a random size, tilt, place and colour that know nothing of its class. The whole object
 * stays inside the picture.
 */
export function paint(
  garment: Garment,
  scene: Scene,
  chance: Chance,
  look: { readonly size: number; readonly objectSide: readonly [number, number]; readonly tilt: number },
): Painting {
  const { size } = look;
  const { box } = garment;
  const [boxWidth, boxHeight] = [box.x1 - box.x0, box.y1 - box.y0];
  const scale = chance.between(...look.objectSide) / Math.max(boxWidth, boxHeight);
  const angle = (chance.between(-look.tilt, look.tilt) * Math.PI) / 180;
  const mirror = chance.between(0, 1) < 0.5 ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const halfX = (scale * (Math.abs(cos) * boxWidth + Math.abs(sin) * boxHeight)) / 2;
  const halfY = (scale * (Math.abs(sin) * boxWidth + Math.abs(cos) * boxHeight)) / 2;
  const centreX = place(chance, halfX);
  const centreY = place(chance, halfY);
  const [middleX, middleY] = [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2];

  // All hues but grass green, on which an object would vanish.
  const hue = chance.between(140, 440);
  const saturation = chance.between(0.3, 0.85);
  const value = chance.between(0.7, 1);
  const dark = hsv(hue + chance.between(-18, 18), Math.min(1, saturation + 0.12), value * 0.28);
  const bright = hsv(hue, saturation * 0.8, value);

  const pixels = new Uint8Array(size * size * 3);
  const mask = new Uint8Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let [red, green, blue, covered] = [0, 0, 0, 0];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
        const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
        const [dx, dy] = [(x - centreX) / scale, (y - centreY) / scale];
        const seen = lookAt(garment, middleX + mirror * (cos * dx + sin * dy), middleY - sin * dx + cos * dy);
        const cover = step(0.42, 0.58, seen.cover);
        const colour = cover < 1 ? scene(x, y) : bright;
        const shown = cover > 0 ? blend(colour, blend(dark, bright, seen.shade), cover) : colour;
        red += shown[0];
        green += shown[1];
        blue += shown[2];
        covered += cover;
      }
      const at = row * size + column;
      pixels.set(
        [red, green, blue].map((sum) => byte(sum / (SAMPLES * SAMPLES))),
        at * 3,
      );
      mask[at] = covered >= (SAMPLES * SAMPLES) / 2 ? 255 : 0;
    }
  }
  return { pixels, mask };
}

/** A centre at which an object of this half-extent fits; the middle where it is too large to fit. */
function place(chance: Chance, half: number): number {
  const margin = Math.min(0.5, half + 0.015);
  return chance.between(margin, 1 - margin);
}

function byte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
