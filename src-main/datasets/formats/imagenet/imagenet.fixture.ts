/**
 * ImageNet in small: training pictures in folders named by numbers of WordNet, `train/n01440764/n01440764_1.JPEG`;
 * annotations as Kaggle and the challenge publish them (`Annotations/CLS-LOC/<split>/...xml`, in the format of Pascal
 * VOC); `meta.mat` as MATLAB writes it (MathWorks, "MAT-File Format", level 5: header of 128 bytes, then elements of
 * type, length and content, here one compressed array of structures).
 */
import { deflateSync } from 'node:zlib';
import { patchworkJpeg, writeFiles } from '../../pictures/pictures.fixture.ts';

const IMAGENET_WIDTH = 40;
const IMAGENET_HEIGHT = 30;

/** Writes a picture for each path. */
export async function writeImages(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const seed = [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 11);
    await writeFiles(folder, { [path]: await patchworkJpeg(seed, IMAGENET_WIDTH, IMAGENET_HEIGHT) });
  }
}

/** As published: `ILSVRC2012_val_00000001.xml`, with one object. */
export const imageNetXml = (name: string, id: string, [xmin, ymin, xmax, ymax]: readonly number[]): string =>
  [
    '<annotation>',
    '\t<folder>val</folder>',
    `\t<filename>${name}</filename>`,
    '\t<source>\n\t\t<database>ILSVRC_2012</database>\n\t</source>',
    `\t<size>\n\t\t<width>${IMAGENET_WIDTH}</width>\n\t\t<height>${IMAGENET_HEIGHT}</height>\n\t\t<depth>3</depth>\n\t</size>`,
    '\t<segmented>0</segmented>',
    '\t<object>',
    `\t\t<name>${id}</name>`,
    '\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>',
    `\t\t<bndbox>\n\t\t\t<xmin>${xmin}</xmin>\n\t\t\t<ymin>${ymin}</ymin>`,
    `\t\t\t<xmax>${xmax}</xmax>\n\t\t\t<ymax>${ymax}</ymax>\n\t\t</bndbox>`,
    '\t</object>',
    '</annotation>',
    '',
  ].join('\n');

/** Types of elements and classes of arrays of MAT-files. */
const INT8 = 1;
const UINT16 = 4;
const INT32 = 5;
const UINT32 = 6;
const DOUBLE = 9;
const MATRIX = 14;
const COMPRESSED = 15;
const STRUCTURE = 2;
const LETTERS = 4;
const NUMBERS = 6;

/** `synsets`: a column of structures with ILSVRC's number and that of WordNet, in order. */
export function metaMat(ids: readonly string[]): Buffer {
  const fields = ['ILSVRC2012_ID', 'WNID'];
  const names = Buffer.alloc(fields.length * 32);
  fields.forEach((field, i) => names.write(field, i * 32, 'latin1'));
  const values = ids.flatMap((id, i) => {
    const number = Buffer.alloc(8);
    number.writeDoubleLE(i + 1);
    return [
      matrix(NUMBERS, [1, 1], '', element(DOUBLE, number)),
      matrix(LETTERS, [1, id.length], '', element(UINT16, Buffer.from(id, 'utf16le'))),
    ];
  });
  const inside = Buffer.concat([element(INT32, int32([32])), element(INT8, names), ...values]);
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file, Platform: GLNX86', 'latin1');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  const packed = deflateSync(matrix(STRUCTURE, [ids.length, 1], 'synsets', inside));
  return Buffer.concat([header, tag(COMPRESSED, packed.length), packed]);
}

function matrix(kind: number, sizes: readonly number[], name: string, content: Buffer): Buffer {
  const flags = Buffer.alloc(8);
  flags.writeUInt32LE(kind);
  const parts = [element(UINT32, flags), element(INT32, int32(sizes)), element(INT8, Buffer.from(name)), content];
  return element(MATRIX, Buffer.concat(parts));
}

/** Contents end at a multiple of eight bytes. */
function element(type: number, content: Buffer): Buffer {
  return Buffer.concat([tag(type, content.length), content, Buffer.alloc((8 - (content.length % 8)) % 8)]);
}

function tag(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(type);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

function int32(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeInt32LE(value, i * 4));
  return bytes;
}
