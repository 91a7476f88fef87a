/** Encodes the pictures of a report as data URIs, so that the page needs nothing but itself. */
import { amplificationOf } from './document.ts';
import { HARD_PICTURES, hardPictures, pixelsOf, sharpOf } from './hard-pictures.ts';
import type { Pixels } from './heatmap-image.ts';
import type { HardSample, ReportInput } from './input.ts';

/** Data URIs by the keys that the document names. */
export type ReportImages = ReadonlyMap<string, string>;

/** Up to this side a picture is kept without loss: a disturbance of 2/255 would not survive compression. */
const LOSSLESS_SIDE = 112;
/** Larger pictures are reduced to this side, which keeps a report of two runs within a few megabytes. */
const LARGEST_SIDE = 192;
/** Encodes every picture of the report. */
export async function renderImages(input: ReportInput): Promise<ReportImages> {
  const images = new Map<string, string>();
  for (const [i, { picture, size }] of (input.study.thumbnails ?? []).entries()) {
    images.set(`thumbnail/${String(i)}`, await encodePicture(pixelsOf(picture, size), false));
  }
  for (const [i, { picture, size }] of (input.study.pictures ?? []).entries()) {
    images.set(`picture/${String(i)}`, await encodePicture(pixelsOf(picture, size), false));
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
  const pictures = await hardPictures(sample, amplification);
  return Promise.all(
    HARD_PICTURES.map(async (name): Promise<[string, string]> => {
      const heatmap = name === 'heatmap' || name === 'attacked-heatmap';
      return [name, await (heatmap ? encodeHeatmap(pictures[name]) : encodePicture(pictures[name], true))];
    }),
  );
}

async function encodePicture(picture: Pixels, exact: boolean): Promise<string> {
  if (picture.width <= LOSSLESS_SIDE)
    return dataUri(
      await sharpOf(picture)
        .webp(exact ? { lossless: true } : { quality: 90 })
        .toBuffer(),
    );
  const side = Math.min(picture.width, LARGEST_SIDE);
  return dataUri(await sharpOf(picture).resize(side, side).webp({ quality: 86 }).toBuffer());
}

const encodeHeatmap = async (picture: Pixels): Promise<string> =>
  dataUri(await sharpOf(picture).webp({ quality: 86 }).toBuffer());

const dataUri = (bytes: Buffer): string => `data:image/webp;base64,${bytes.toString('base64')}`;
