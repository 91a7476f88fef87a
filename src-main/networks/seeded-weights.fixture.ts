/** Weights and pictures that torchvision/make_torchvision_fixtures.py makes too: the rules are written there. */
import type { NamedArray } from './parameters.ts';

/** [2,72,60,3] */
export const PICTURES_SHAPE: [number, number, number, number] = [2, 72, 60, 3];

function fillNoise(name: string, out: Float32Array, factor: number, shift: number): Float32Array {
  let start = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) start = Math.imul(start ^ name.charCodeAt(i), 0x01000193);
  for (let i = 0; i < out.length; i++) {
    let x = (start + Math.imul(i, 0x9e3779b9)) | 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    out[i] = shift + factor * ((x >>> 0) / 2147483648 - 1);
  }
  return out;
}

export function seededPictures(): Float32Array {
  const [n, height, width, channels] = PICTURES_SHAPE;
  return fillNoise('pictures', new Float32Array(n * height * width * channels), 0.5, 0.5);
}

/**
 * @param shapes of every array, by name
 * @param gain   how much larger values become from layer to layer
 */
export function seededWeights(shapes: ReadonlyMap<string, readonly number[]>, gain: number): Map<string, NamedArray> {
  const named = new Map<string, NamedArray>();
  for (const [name, shape] of shapes) {
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
    const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
    if (name.endsWith('running_var')) fillNoise(name, data, 0.3, 1);
    else if (name.endsWith('layer_scale')) fillNoise(name, data, 0.2, 0.4);
    else if (shape.length > 1) fillNoise(name, data, Math.sqrt(gain / fanIn), 0);
    else if (name.endsWith('weight')) fillNoise(name, data, 0.2, 1);
    else fillNoise(name, data, 0.1, 0);
    named.set(name, { shape, data });
  }
  return named;
}
