/** Encodes the pictures of a report as data URIs, so that the page needs nothing but itself. */
import sharp, { type Sharp } from 'sharp';
import { SteadygazeError } from '../contract/errors.ts';
import { amplificationOf } from './document.ts';
import { amplifiedChange, heatmapOverlay, toBytes, type Pixels } from './heatmap-image.ts';
import type { HardSample, ReportInput } from './input.ts';

/** Data URIs by the keys that the document names. */
export type ReportImages = ReadonlyMap<string, string>;

/** Up to this side a picture is kept without loss: a disturbance of 2/255 would not survive compression. */
const LOSSLESS_SIDE = 112;
/** Larger pictures are reduced to this side, which keeps a report of two runs within a few megabytes. */
const LARGEST_SIDE = 192;
/** Heatmaps are drawn over the enlarged picture, because their smooth borders would show its pixels. */
const OVERLAY_SIDE = 256;

/** Encodes every picture of the report. */
export async function renderImages(input: ReportInput): Promise<ReportImages> {
  const images = new Map<string, string>();
  for (const [i, { picture, size }] of (input.study.thumbnails ?? []).entries()) {
    images.set(`thumbnail/${String(i)}`, await encodePicture(pixels(picture, size), false));
  }
  for (const [r, { record, hardest }] of input.runs.entries()) {
    const amplification = amplificationOf(record.eps);
    for (const [i, sample] of hardest.entries()) {
      for (const [name, uri] of await hardImages(sample, amplification)) {
        images.set(`run/${String(r)}/hard/${String(i)}/${name}`, uri);
      }
    }
  }
  return images;
}

async function hardImages(sample: HardSample, amplification: number): Promise<[string, string][]> {
  const { size, h, w } = sample;
  const before = pixels(sample.picture, size);
  const after = pixels(toBytes(sample.attacked), size);
  const change = pixels(amplifiedChange(sample.picture, sample.attacked, amplification), size);
  return Promise.all([
    named('original', encodePicture(before, true)),
    named('attacked', encodePicture(after, true)),
    named('heatmap', encodeOverlay(before, sample.heatmap, h, w)),
    named('attacked-heatmap', encodeOverlay(after, sample.attackedHeatmap, h, w)),
    named('change', encodePicture(change, true)),
  ]);
}

async function named(name: string, uri: Promise<string>): Promise<[string, string]> {
  return [name, await uri];
}

function pixels(data: Uint8Array, size: number): Pixels {
  if (data.length !== size * size * 3) {
    throw new SteadygazeError(
      'internal',
      `A picture for the report has ${String(data.length)} values instead of ${String(size * size * 3)}.`,
      'Please report it; the study itself is not affected.',
    );
  }
  return { data, width: size, height: size };
}

const raw = ({ data, width, height }: Pixels): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

async function encodePicture(picture: Pixels, exact: boolean): Promise<string> {
  if (picture.width <= LOSSLESS_SIDE)
    return dataUri(
      await raw(picture)
        .webp(exact ? { lossless: true } : { quality: 90 })
        .toBuffer(),
    );
  const side = Math.min(picture.width, LARGEST_SIDE);
  return dataUri(await raw(picture).resize(side, side).webp({ quality: 86 }).toBuffer());
}

async function encodeOverlay(picture: Pixels, heatmap: Float32Array, h: number, w: number): Promise<string> {
  const { data, info } = await raw(picture)
    .resize(OVERLAY_SIDE, OVERLAY_SIDE, { kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const enlarged = {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
  };
  const { data: blended, width, height } = heatmapOverlay(enlarged, heatmap, h, w);
  return dataUri(await raw({ data: blended, width, height }).webp({ quality: 86 }).toBuffer());
}

const dataUri = (bytes: Buffer): string => `data:image/webp;base64,${bytes.toString('base64')}`;
