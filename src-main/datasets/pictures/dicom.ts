/**
 * Medical pictures (DICOM, PS3.3 and PS3.5 of the standard): the first frame, as a viewer shows it at first. Grey values
 * go through slope and intercept, then through the file's own window (C.11.2.1.2.1); without one, 8-bit values stay as
 * they are and others are spread from the least to the greatest. Read are pixels that are not compressed, and JPEG of
 * 8 bit; of anything else it is said.
 */
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type * as dicomParser from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import { checkSize, imageOf, UnusablePicture } from './open-picture.ts';

const LITTLE_ENDIAN = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const JPEG = new Set(['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51']);
const SUITABLE = 'Export it as PNG, or as DICOM without compression.';

/** @throws UnusablePicture, or the decoder's error */
export async function openDicom(bytes: Uint8Array, maxPixels: number): Promise<Sharp> {
  const { default: dicom } = await import('dicom-parser');
  const data = parse(dicom, bytes);
  const width = data.uint16('x00280011') ?? 0;
  const height = data.uint16('x00280010') ?? 0;
  const element = data.elements['x7fe00010'] as Element | undefined;
  if (element === undefined || width === 0 || height === 0) throw unusable('The DICOM file holds no picture.');
  checkSize(width, height, maxPixels);
  const photometric = data.string('x00280004')?.trim() ?? '';
  const syntax = data.string('x00020010')?.trim() ?? '';
  const deepJpeg = JPEG.has(syntax) && data.uint16('x00280100') !== 8;
  if (deepJpeg) throw unusable(`The DICOM file holds a JPEG of 12 bit, which is not read here. ${SUITABLE}`);
  if (JPEG.has(syntax)) {
    const jpeg = jpegOf(dicom, data, element);
    const image = sharp(jpeg, { failOn: 'truncated', limitInputPixels: maxPixels });
    return photometric === 'MONOCHROME1' ? image.negate() : image;
  }
  if (!LITTLE_ENDIAN.has(syntax) && syntax !== BIG_ENDIAN) {
    throw unusable(`The DICOM file is compressed in a way that is not read here (${syntax}). ${SUITABLE}`);
  }
  const pixels = bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  if (photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2') {
    const values = numbersOf(data, pixels, width * height, syntax === BIG_ENDIAN);
    const grey = throughWindow(data, values, photometric === 'MONOCHROME1');
    return imageOf({ width, height, channels: 1, pixels: grey });
  }
  if (photometric === 'RGB' && data.uint16('x00280100') === 8) {
    return imageOf({ width, height, channels: 3, pixels: rgbOf(data, pixels, width * height) });
  }
  throw unusable(`The DICOM file has colours of a kind that is not read here (${photometric}). ${SUITABLE}`);
}

type DicomParser = typeof dicomParser;

function parse(dicom: DicomParser, bytes: Uint8Array): DataSet {
  try {
    return dicom.parseDicom(bytes);
  } catch {
    throw unusable('The DICOM file is incomplete or damaged.');
  }
}

function jpegOf(dicom: DicomParser, data: DataSet, element: Element): Uint8Array {
  try {
    const frames = Number(data.intString('x00280008') ?? 1);
    const count = element.fragments?.length ?? 0;
    if (frames <= 1) return dicom.readEncapsulatedPixelDataFromFragments(data, element, 0, count);
    const known = element.basicOffsetTable ?? [];
    const offsets = known.length > 0 ? known : dicom.createJPEGBasicOffsetTable(data, element);
    return dicom.readEncapsulatedImageFrame(data, element, 0, offsets);
  } catch {
    throw unusable('The DICOM file is incomplete or damaged.');
  }
}

/** Stored values as the number of stored bits and their sign say. */
function numbersOf(data: DataSet, pixels: Uint8Array, count: number, bigEndian: boolean): Float64Array {
  const allocated = data.uint16('x00280100') ?? 16;
  const stored = data.uint16('x00280101') ?? allocated;
  const signed = data.uint16('x00280103') === 1;
  if (![8, 16, 32].includes(allocated) || stored < 1 || stored > allocated) {
    throw unusable(`The DICOM file has values of ${allocated} bits, which are not read here. ${SUITABLE}`);
  }
  if (pixels.length < (count * allocated) / 8) throw unusable('The DICOM file is incomplete or damaged.');
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const read =
    allocated === 8
      ? (i: number): number => view.getUint8(i)
      : allocated === 16
        ? (i: number): number => view.getUint16(i * 2, !bigEndian)
        : (i: number): number => view.getUint32(i * 4, !bigEndian);
  // Bits above the stored ones may mean something else.
  const unused = 32 - stored;
  const value = signed
    ? (i: number): number => (read(i) << unused) >> unused
    : (i: number): number => (read(i) << unused) >>> unused;
  return Float64Array.from({ length: count }, (_, i) => value(i));
}

function throughWindow(data: DataSet, stored: Float64Array, inverted: boolean): Uint8Array {
  const slope = data.floatString('x00281053') ?? 1;
  const intercept = data.floatString('x00281052') ?? 0;
  const padding = data.uint16('x00280103') === 1 ? data.int16('x00280120') : data.uint16('x00280120');
  const values = stored.map((value) => value * slope + intercept);
  let centre = data.floatString('x00281050');
  let width = data.floatString('x00281051');
  if (centre === undefined || width === undefined || !(width >= 1)) {
    let [low, high] = [Infinity, -Infinity];
    stored.forEach((value, i) => {
      if (value === padding) return;
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    });
    const asTheyAre = data.uint16('x00280100') === 8 && low >= 0 && high <= 255;
    if (asTheyAre) [low, high] = [0, 255];
    // A window from `low` to `high`, in the standard's words.
    width = high - low + 1;
    centre = low + width / 2;
  }
  const middle = centre - 0.5;
  const span = Math.max(width - 1, 1e-9);
  return Uint8Array.from(values, (value, i) => {
    if (stored[i] === padding) return 0;
    const share = Math.min(1, Math.max(0, (value - middle) / span + 0.5));
    return Math.round(255 * (inverted ? 1 - share : share));
  });
}

function rgbOf(data: DataSet, pixels: Uint8Array, count: number): Uint8Array {
  if (pixels.length < count * 3) throw unusable('The DICOM file is incomplete or damaged.');
  if (data.uint16('x00280006') !== 1) return pixels.subarray(0, count * 3);
  // Plane after plane.
  return Uint8Array.from({ length: count * 3 }, (_, at) => pixels[(at % 3) * count + Math.floor(at / 3)]);
}

const unusable = (sentence: string): UnusablePicture => new UnusablePicture('unreadable', sentence);
