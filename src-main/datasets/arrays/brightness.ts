/**
 * From the numbers of an array to bytes, 0 (black) to 255 (white). Programs keep pictures as bytes, as shares of white,
 * or shifted around zero; which of these it is can be seen from some pictures, and is asked where the guess is wrong.
 */
import { productOf } from './stored-array.ts';
import type { NumberArray } from './stored-array.ts';

/** Black and white in the units of the array. */
export interface Brightness {
  readonly key: 'bytes' | 'share' | 'signed' | 'sample';
  readonly black: number;
  readonly white: number;
}

/** The three that are in common use; the fourth is what was found in the sample. */
const KNOWN: readonly Brightness[] = [
  { key: 'share', black: 0, white: 1 },
  { key: 'bytes', black: 0, white: 255 },
  { key: 'signed', black: -1, white: 1 },
];

/** Pictures and numbers that are looked at. */
const SAMPLE_PICTURES = 64;
const SAMPLE_VALUES = 4_000_000;

/** All rules for an array, the one in force first: the first of the known ones that its sample fits. */
export async function brightnessRules(array: NumberArray): Promise<Brightness[]> {
  const [low, high] = await rangeOfSample(array);
  const sample: Brightness = { key: 'sample', black: low, white: high > low ? high : low + 1 };
  const rules = [...KNOWN, sample];
  const fitting = rules.find(({ black, white }) => low >= black && high <= white) ?? sample;
  return [fitting, ...rules.filter((rule) => rule !== fitting)];
}

/** Smallest and largest finite number of some pictures, evenly spread: the same for the same file. */
async function rangeOfSample(array: NumberArray): Promise<[number, number]> {
  const [count, ...sizes] = array.shape;
  const wanted = Math.max(1, Math.min(count, SAMPLE_PICTURES, Math.floor(SAMPLE_VALUES / productOf(sizes))));
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < wanted; i++) {
    const at = Math.floor((i * count) / wanted);
    // A damaged picture is reported when it is read; the others tell enough.
    const values = await array.read(at, at + 1).catch(() => []);
    for (let v = 0; v < values.length; v++) {
      const value = values[v];
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** Bytes of a picture; what is beyond black or white is cut, what is no number is black. */
export function toBytes(values: ArrayLike<number>, { key, black, white }: Brightness): Uint8Array {
  if (key === 'bytes' && values instanceof Uint8Array) return values;
  const scale = 255 / (white - black);
  const bytes = new Uint8Array(values.length);
  for (let v = 0; v < values.length; v++) {
    // Math.min and Math.max pass on what is no number, and an array of bytes keeps it as 0.
    bytes[v] = Math.round(Math.min(255, Math.max(0, (values[v] - black) * scale)));
  }
  return bytes;
}

export const brightnessLabel = ({ key, black, white }: Brightness): string =>
  key === 'sample'
    ? `${rounded(black)} is black, ${rounded(white)} is white (the smallest and largest number of a sample)`
    : `${black} is black, ${white} is white`;

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
