/**
 * A part of Pascal VOC in small, after the documentation of the development kit (Everingham and Winn, "The PASCAL Visual
 * Object Classes Challenge 2012 (VOC2012) Development Kit", host.robots.ox.ac.uk/pascal/VOC): `Annotations/<name>.xml`,
 * `ImageSets/Main/<set>.txt` with a name a line, `JPEGImages/<name>.jpg`, and segmentations as PNG with a palette
 * (function VOClabelcolormap), in which index 0 is background and 255 void.
 */
import { crc32, deflateSync } from 'node:zlib';
import { patchworkJpeg, writeFiles } from '../../pictures/pictures.fixture.ts';

export const VOC_WIDTH = 40;
export const VOC_HEIGHT = 30;

export interface VocFixtureObject {
  readonly name: string;
  readonly difficult?: boolean;
  /** xmin, ymin, xmax, ymax: pixels counted from 1, the last ones included. */
  readonly box: readonly [number, number, number, number];
}

interface VocFixture {
  readonly pictures: Readonly<Record<string, readonly VocFixtureObject[]>>;
  /** Names by list: `train`. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** Index of the palette for each pixel, [30, 40], by name. */
  readonly segmentations?: Readonly<Record<string, Uint8Array>>;
}

/** @param folder that of the year, e.g. `VOCdevkit/VOC2012` */
export async function writeVoc(folder: string, { pictures, lists, segmentations = {} }: VocFixture): Promise<void> {
  for (const [name, objects] of Object.entries(pictures)) {
    const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
    await writeFiles(folder, {
      [`JPEGImages/${name}.jpg`]: await patchworkJpeg(seed, VOC_WIDTH, VOC_HEIGHT),
      [`Annotations/${name}.xml`]: vocXml(name, objects),
    });
  }
  for (const [name, names] of Object.entries(lists)) {
    await writeFiles(folder, { [`ImageSets/Main/${name}.txt`]: names.map((line) => `${line}\n`).join('') });
  }
  for (const [name, indices] of Object.entries(segmentations)) {
    await writeFiles(folder, { [`SegmentationClass/${name}.png`]: palettePng(indices, VOC_WIDTH, VOC_HEIGHT) });
  }
}

/** @param size width and height of the picture */
export function vocXml(
  name: string,
  objects: readonly VocFixtureObject[],
  size: readonly [number, number] = [VOC_WIDTH, VOC_HEIGHT],
): string {
  const inside = objects.map(({ name: className, difficult = false, box: [xmin, ymin, xmax, ymax] }) =>
    [
      '\t<object>',
      `\t\t<name>${className}</name>`,
      '\t\t<pose>Frontal</pose>',
      '\t\t<truncated>0</truncated>',
      `\t\t<difficult>${difficult ? 1 : 0}</difficult>`,
      '\t\t<bndbox>',
      `\t\t\t<xmin>${xmin}</xmin>`,
      `\t\t\t<ymin>${ymin}</ymin>`,
      `\t\t\t<xmax>${xmax}</xmax>`,
      `\t\t\t<ymax>${ymax}</ymax>`,
      '\t\t</bndbox>',
      // Parts of people have names and boxes of their own, which are none of an object.
      ...(className === 'person'
        ? [
            '\t\t<part>',
            '\t\t\t<name>head</name>',
            '\t\t\t<bndbox>',
            '\t\t\t\t<xmin>1</xmin>',
            '\t\t\t</bndbox>',
            '\t\t</part>',
          ]
        : []),
      '\t</object>',
    ].join('\n'),
  );
  return [
    '<annotation>',
    '\t<folder>VOC2012</folder>',
    `\t<filename>${name}.jpg</filename>`,
    '\t<source>',
    '\t\t<database>The VOC2007 Database</database>',
    '\t\t<annotation>PASCAL VOC2007</annotation>',
    '\t\t<image>flickr</image>',
    '\t</source>',
    '\t<size>',
    `\t\t<width>${size[0]}</width>`,
    `\t\t<height>${size[1]}</height>`,
    '\t\t<depth>3</depth>',
    '\t</size>',
    '\t<segmented>1</segmented>',
    ...inside,
    '</annotation>',
    '',
  ].join('\n');
}

/** A PNG of 8-bit indices into the palette of VOC (RFC 2083: IHDR, PLTE, IDAT, IEND). */
export function palettePng(indices: Uint8Array, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(Array.from({ length: 256 }, (_, i) => paletteColour(i)).flat())),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** VOClabelcolormap: the bits of the index, spread over red, green and blue, highest first. */
function paletteColour(index: number): number[] {
  const colour = [0, 0, 0];
  for (let bit = 0, rest = index; bit < 8; bit++, rest >>= 3) {
    for (const channel of [0, 1, 2]) colour[channel] |= ((rest >> channel) & 1) << (7 - bit);
  }
  return colour;
}
