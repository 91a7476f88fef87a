/**
 * What all corruptions share. A corruption is a pure function of the picture, its side, the severity and a seed; the
 * seed decides where grains, flakes and folds lie, the severity how strong they are, so that the five severities of
 * one picture differ in strength alone.
 *
 * The idea of the suite (families of everyday damage at five severities) is that of Hendrycks & Dietterich (ICLR
 * 2019); generators and parameters are our own, and figures do not compare with ImageNet-C. Pictures of any side are
 * to suffer alike: lengths are shares of the side, and the strength of noise goes by {@link grain}.
 */
import type { CorruptionFamily } from '../../contract/evaluation.ts';

/** A parameter at severity 1, 2, 3, 4, 5. */
export type BySeverity = readonly [number, number, number, number, number];

/**
 * @param picture  [side, side, 3]; left as it is
 * @param severity 1..5
 * @returns a new picture of the same shape
 */
export type Corrupt = (
  picture: Uint8Array,
  side: number,
  severity: number,
  seed: number,
) => Uint8Array | Promise<Uint8Array>;

export interface Corruption {
  /** Short name without spaces: for keys and tables. */
  readonly kind: string;
  /** In plain words. */
  readonly label: string;
  readonly family: CorruptionFamily;
  readonly corrupt: Corrupt;
}

export const SEVERITIES = [1, 2, 3, 4, 5] as const;

/** The side that strengths are written down for. */
export const REFERENCE_SIDE = 224;

/** @param severity 1..5 */
export function at(table: BySeverity, severity: number): number {
  return table[severity - 1];
}

/**
 * By how much the noise of single pixels is weakened or strengthened: the square root of the side. An object that
 * covers fewer pixels averages less of the noise away; with this a picture of 64 gets about half the noise of one of
 * 224, which is also about what ImageNet-C and Tiny-ImageNet-C differ by. At most 1.5.
 */
export function grain(side: number): number {
  return Math.min(1.5, Math.sqrt(side / REFERENCE_SIDE));
}

/** An empty picture that rounds and clamps to 0..255 what is written to it; {@link bytesOf} gives it as bytes. */
export function emptyPicture(side: number): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(3 * side * side);
}

/** The same memory, as pictures are passed around. */
export function bytesOf(picture: Uint8ClampedArray<ArrayBuffer>): Uint8Array {
  return new Uint8Array(picture.buffer);
}
