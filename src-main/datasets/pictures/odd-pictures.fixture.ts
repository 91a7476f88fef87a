/** Pictures of formats that sharp cannot write, for tests: byte by byte as their descriptions say. */

/** 64x48: red and green above blue and near-white. Written by heif-enc of libheif 1.15 with x265. */
export const HEIC = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA' +
    'AAAAACAAAAEGlkYXQAAAAAAEAAMAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHRAAEAAAAAAAAAdQACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlp' +
    'bmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADYaXBycAAAALZpcGNvAAAAdmh2Y0MBA3AAAAAAAA' +
    'AAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFlurkprm4EBAwIAAA' +
    'AwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAQAAAADAAAAAQcGl4aQAAAAADCAgIAAAAGmlwbW' +
    'EAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAH1tZGF0AAAAcSgBr1j5Et3/yWP/gPIavtLxzDU/dmLi1n4d' +
    'a2plQTccCFNhl+dr0I2oteUOUImImf6aBxpnOKmNBKIX+SlSCOfGuC4gCNsJuo2EaODKABljN4hzT1HhIr3WDF17ETjyQWvjAdIu6S56MPO0e8' +
    'etifGI',
  'base64',
);

interface BmpParts {
  readonly width: number;
  /** Negative: the first row is the highest. */
  readonly height: number;
  readonly bits: number;
  /** As in the file: padded rows, or runs. */
  readonly data: readonly number[];
  readonly compression?: number;
  /** Blue, green, red. */
  readonly palette?: readonly (readonly [number, number, number])[];
  /** Red, green, blue (and opacity): written behind the header, or (four of them) into a header of 108 bytes. */
  readonly masks?: readonly number[];
  /** Bytes between the palette and the pixels. */
  readonly gap?: number;
}

/** BITMAPFILEHEADER, BITMAPINFOHEADER (40 bytes) or BITMAPV4HEADER (108), palette, pixels. */
export function bmpOf(parts: BmpParts): Buffer {
  const { width, height, bits, data, compression = 0, palette = [], masks = [], gap = 0 } = parts;
  const size = masks.length === 4 ? 108 : 40;
  const header = Buffer.alloc(14 + size);
  header.write('BM', 'latin1');
  header.writeUInt32LE(size, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length, 46);
  const behind = Buffer.alloc(masks.length === 3 ? 12 : 0);
  masks.forEach((mask, i) => {
    if (masks.length === 3) behind.writeUInt32LE(mask, i * 4);
    else header.writeUInt32LE(mask, 54 + i * 4);
  });
  const colours = Buffer.from(palette.flatMap((colour) => [...colour, 0]));
  header.writeUInt32LE(header.length + behind.length + colours.length + gap, 10);
  return Buffer.concat([header, behind, colours, Buffer.alloc(gap, 99), Buffer.from(data)]);
}

interface DicomParts {
  readonly rows: number;
  readonly columns: number;
  readonly photometric: string;
  readonly pixels: Uint8Array;
  readonly bits?: 8 | 16;
  readonly signed?: boolean;
  readonly syntax?: string;
  /** Further elements that hold text, by tag: `0028,1050`. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** A file of DICOM PS3.10, explicit values, little endian; compressed pixels in one fragment (PS3.5, A.4). */
export function dicomOf(parts: DicomParts): Buffer {
  const { rows, columns, photometric, pixels, bits = 16, signed = false, syntax = '1.2.840.10008.1.2.1' } = parts;
  const short = (value: number): Buffer => Buffer.from([value & 255, value >> 8]);
  const text = (value: string, filler: string): Buffer => Buffer.from(value.length % 2 === 0 ? value : value + filler);
  const element = (tag: string, type: string, value: Buffer): readonly [string, Buffer] => {
    const [group, number] = tag.split(',').map((part) => parseInt(part, 16));
    return [tag, Buffer.concat([short(group), short(number), Buffer.from(type), short(value.length), value])];
  };
  const elements = [
    element('0028,0002', 'US', short(photometric.startsWith('MONOCHROME') ? 1 : 3)),
    element('0028,0004', 'CS', text(photometric, ' ')),
    element('0028,0010', 'US', short(rows)),
    element('0028,0011', 'US', short(columns)),
    element('0028,0100', 'US', short(bits)),
    element('0028,0101', 'US', short(bits)),
    element('0028,0103', 'US', short(signed ? 1 : 0)),
    ...Object.entries(parts.texts ?? {}).map(([tag, value]) => element(tag, 'DS', text(value, ' '))),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const packed = syntax !== '1.2.840.10008.1.2.1';
  const head = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, packed ? 0x42 : 0x57, 0, 0, 0xff, 0xff, 0xff, 0xff]);
  const item = (content: Uint8Array): Buffer => {
    const start = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    start.writeUInt32LE(content.length, 4);
    return Buffer.concat([start, content]);
  };
  if (!packed) head.writeUInt32LE(pixels.length, 8);
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  const data = packed ? [head, item(Buffer.alloc(0)), item(pixels), end] : [head, pixels];
  const meta = element('0002,0010', 'UI', text(syntax, '\0'))[1];
  const length = Buffer.from([0x02, 0x00, 0x00, 0x00, 0x55, 0x4c, 4, 0, meta.length, 0, 0, 0]);
  const start = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta]);
  return Buffer.concat([start, ...elements.map(([, bytes]) => bytes), ...data]);
}
