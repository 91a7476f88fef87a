/** Colours as red, green and blue in [0,1]. */
import { mix } from './noise.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** From hue in degrees, saturation and value in [0,1] (the hexcone model of Smith, 1978). */
export function hsv(hue: number, saturation: number, value: number): Colour {
  const channel = (offset: number): number => {
    const k = (((offset + hue / 60) % 6) + 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

export function blend(from: Colour, to: Colour, share: number): Colour {
  return [mix(from[0], to[0], share), mix(from[1], to[1], share), mix(from[2], to[2], share)];
}

/** The same colour, brighter (factor above 1) or darker. May leave [0,1]; the painter clips. */
export function lit(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}
