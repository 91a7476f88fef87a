/**
 * Pictures, heatmaps, tables and reports: what is too large for messages and is fetched by address. The window builds
 * addresses here, the service takes them apart here; the shell serves them under one origin.
 */

/** Longest sides in which pictures are offered, in pixels; larger originals are shrunk, smaller ones stay. */
export const PICTURE_SIZES = [96, 192, 384, 768, 1600] as const;
export type PictureSize = (typeof PICTURE_SIZES)[number];

/** Heatmaps of at most so many rows come in one answer. */
const MOST_MAPS = 512;

export type MapKind = 'clean' | 'attacked';
export type ExplainedKind = 'attacked' | 'change';

export type Resource =
  /** A picture of the open study (or of a data set just looked at) by the SHA-256 of its file: never changes. */
  | { readonly kind: 'picture'; readonly hash: string; readonly size: PictureSize }
  /** Every row of an assessment: see sample-table.ts. */
  | { readonly kind: 'table'; readonly run: string; readonly round: number }
  /** Heatmaps of some rows: see {@link decodeMaps}. */
  | {
      readonly kind: 'maps';
      readonly run: string;
      readonly round: number;
      readonly of: MapKind;
      readonly rows: readonly number[];
    }
  /** PNG; there once `inspect.explain` has answered. */
  | {
      readonly kind: 'explained';
      readonly run: string;
      readonly round: number;
      readonly row: number;
      readonly of: ExplainedKind;
    }
  /** HTML of a report that `report.preview` has made. */
  | { readonly kind: 'report'; readonly id: string }
  /** Browser mode: a file that was exported. */
  | { readonly kind: 'download'; readonly id: string };

/** All addresses begin with this. */
export const RESOURCE_PREFIX = '/resource/';

/** The smallest offered size that fills `side` device pixels. */
export function pictureSizeFor(side: number): PictureSize {
  return PICTURE_SIZES.find((size) => size >= side) ?? PICTURE_SIZES[PICTURE_SIZES.length - 1] ?? 1600;
}

/** Absolute path of a resource under the window's own origin. */
export function resourcePath(resource: Resource): string {
  switch (resource.kind) {
    case 'picture':
      return `${RESOURCE_PREFIX}picture/${resource.hash}/${resource.size}`;
    case 'table':
      return `${RESOURCE_PREFIX}table/${resource.run}/${resource.round}`;
    case 'maps':
      return `${RESOURCE_PREFIX}maps/${resource.run}/${resource.round}/${resource.of}/${resource.rows.join(',')}`;
    case 'explained':
      return `${RESOURCE_PREFIX}explained/${resource.run}/${resource.round}/${resource.row}/${resource.of}`;
    case 'report':
    case 'download':
      return `${RESOURCE_PREFIX}${resource.kind}/${resource.id}`;
  }
}

const HASH = /^[0-9a-f]{64}$/;
/** Ids of runs, reports and downloads: nothing that could leave a folder. */
const ID = /^[0-9a-z-]{1,80}$/;
const WHOLE = /^\d{1,9}$/;

/** Takes an address apart. @returns null for anything that {@link resourcePath} would not have built */
export function parseResource(path: string): Resource | null {
  if (!path.startsWith(RESOURCE_PREFIX) || path.length > 8000) return null;
  const [kind, ...parts] = path.slice(RESOURCE_PREFIX.length).split('/');
  const [first = '', second = '', third = '', fourth = ''] = parts;
  const number = WHOLE.test(second) ? Number(second) : null;
  switch (kind) {
    case 'picture': {
      const size = PICTURE_SIZES.find((each) => String(each) === second);
      return parts.length === 2 && HASH.test(first) && size !== undefined ? { kind, hash: first, size } : null;
    }
    case 'table':
      return parts.length === 2 && ID.test(first) && number !== null ? { kind, run: first, round: number } : null;
    case 'maps': {
      const rows = fourth.split(',');
      if (parts.length !== 4 || !ID.test(first) || number === null || rows.length > MOST_MAPS) return null;
      if ((third !== 'clean' && third !== 'attacked') || !rows.every((row) => WHOLE.test(row))) return null;
      return { kind, run: first, round: number, of: third, rows: rows.map(Number) };
    }
    case 'explained':
      if (parts.length !== 4 || !ID.test(first) || number === null || !WHOLE.test(third)) return null;
      if (fourth !== 'attacked' && fourth !== 'change') return null;
      return { kind, run: first, round: number, row: Number(third), of: fourth };
    case 'report':
    case 'download':
      return parts.length === 1 && ID.test(first) ? { kind, id: first } : null;
    default:
      return null;
  }
}

/** Some heatmaps in one array of bytes. */
export interface MapBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** [count, height, width] row-major, 0..255: share of the map's maximum. */
  readonly data: Uint8Array;
}

/** Three little-endian 32-bit numbers (count, height, width), then the values. */
export function encodeMaps({ count, height, width, data }: MapBatch): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  [count, height, width].forEach((value, i) => view.setUint32(4 * i, value, true));
  bytes.set(data, 12);
  return bytes;
}

/** @throws RangeError where the bytes are no maps */
export function decodeMaps(bytes: ArrayBuffer): MapBatch {
  if (bytes.byteLength < 12) throw new RangeError('no heatmaps');
  const view = new DataView(bytes);
  const [count = 0, height = 0, width = 0] = [0, 4, 8].map((at) => view.getUint32(at, true));
  if (12 + count * height * width !== bytes.byteLength) throw new RangeError('heatmaps of another size');
  return { count, height, width, data: new Uint8Array(bytes, 12) };
}
