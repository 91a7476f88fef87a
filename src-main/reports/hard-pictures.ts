/** The pictures that show why a training picture is hard: before and after, each with the heatmap, and the change. */
import sharp, { type Sharp } from 'sharp';
import { SteadygazeError } from '../contract/errors.ts';
import { amplifiedChange, heatmapOverlay, toBytes, type Pixels } from './heatmap-image.ts';
import type { HardSample } from './input.ts';

export const HARD_PICTURES = ['original', 'heatmap', 'attacked', 'attacked-heatmap', 'change'] as const;
export type HardPicture = (typeof HARD_PICTURES)[number];

/** Heatmaps are drawn over the enlarged picture, because their smooth borders would show its pixels. */
const OVERLAY_SIDE = 256;

/**
 * The pixels of each of them: pictures at the size that the network sees, heatmaps larger.
 * @param amplification how many times the change is amplified around middle grey
 */
export async function hardPictures(
  sample: HardSample,
  amplification: number,
): Promise<Readonly<Record<HardPicture, Pixels>>> {
  const { size, h, w } = sample;
  const before = pixelsOf(sample.picture, size);
  const after = pixelsOf(toBytes(sample.attacked), size);
  return {
    original: before,
    heatmap: await overlay(before, sample.heatmap, h, w),
    attacked: after,
    'attacked-heatmap': await overlay(after, sample.attackedHeatmap, h, w),
    change: pixelsOf(amplifiedChange(sample.picture, sample.attacked, amplification), size),
  };
}

/** A square picture. @throws SteadygazeError `internal` where it has another number of values */
export function pixelsOf(data: Uint8Array, size: number): Pixels {
  if (data.length !== size * size * 3) {
    throw new SteadygazeError(
      'internal',
      `A picture for the report has ${String(data.length)} values instead of ${String(size * size * 3)}.`,
      'Please report it; the study itself is not affected.',
    );
  }
  return { data, width: size, height: size };
}

/** For encoding. */
export const sharpOf = ({ data, width, height }: Pixels): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

async function overlay(picture: Pixels, heatmap: Float32Array, h: number, w: number): Promise<Pixels> {
  const { data, info } = await sharpOf(picture)
    .resize(OVERLAY_SIDE, OVERLAY_SIDE, { kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const enlarged = {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
  };
  return heatmapOverlay(enlarged, heatmap, h, w);
}
