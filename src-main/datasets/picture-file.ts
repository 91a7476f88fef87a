/** Everything worth knowing about one picture file, from one reading of its bytes. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { cameraOf } from './camera.ts';
import type { ProblemKind } from './dataset.ts';
import { MAX_MASK_PIXELS, MAX_PICTURE_PIXELS, OPEN_OPTIONS } from './decode.ts';
import type { FileTree, PictureReader } from './file-tree.ts';
import type { FileStamp } from './index-cache.ts';
import { lookFromAfar } from './picture-look.ts';

export interface PictureFacts {
  /** SHA-256 (hex) of the file's bytes. */
  readonly hash: string;
  /** In pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** How the upright picture looks from afar, see picture-look.ts; null for a mask. */
  readonly look: Uint8Array | null;
  /** Maker and model of the camera, where the file says so. */
  readonly camera: string | null;
}

/** Why a file is not a sample. */
export interface Unusable {
  readonly kind: ProblemKind;
  readonly reason: string;
}

/** No picture that this reader accepts needs more, and reading more at once would endanger memory. */
const MAX_FILE_BYTES = 1024 ** 3;
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif']);

/** The format that the first bytes announce, whatever the name says; null for anything else. */
function formatOfBytes(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, 16));
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (text.startsWith('GIF8')) return 'GIF';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'WebP';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'TIFF';
  if (/^....ftyp(avif|avis)/s.test(text)) return 'AVIF';
  if (/^....ftyp(hei[cxms]|hev[cx]|mif1|msf1)/s.test(text)) return 'HEIC';
  if (text.startsWith('BM') && head.length > 26) return 'BMP';
  return null;
}

/** Whether a file whose name does not say so begins like a picture. Reads 32 bytes. */
export async function looksLikePicture(tree: FileTree, path: string): Promise<boolean> {
  try {
    const format = formatOfBytes(await tree.readRange(path, 0, 32));
    return format !== null && format !== 'BMP';
  } catch {
    return false;
  }
}

/**
 * Reads, hashes and (for pictures) decodes a file once at thumbnail size, which is how a file that
 * ends too early is found. Never throws for what is wrong with the file.
 * @param stamp of the picture, where it is known already
 */
export async function inspectPicture(
  reader: PictureReader,
  id: string,
  use: 'picture' | 'mask',
  stamp?: FileStamp | null,
): Promise<PictureFacts | Unusable> {
  let bytes: Uint8Array;
  try {
    const { size } = stamp ?? (await reader.stamp(id)) ?? { size: null };
    if (size === 0) return { kind: 'empty-file', reason: 'The file is empty.' };
    if (size !== null && size > MAX_FILE_BYTES) return { kind: 'too-large', reason: 'The file is larger than 1 GB.' };
    bytes = await reader.read(id);
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOfSystem(error) };
  }
  try {
    const header = await sharp(bytes, { ...OPEN_OPTIONS, limitInputPixels: false }).metadata();
    if (!FORMATS.has(header.format)) {
      return { kind: 'not-a-picture', reason: `The file holds ${header.format}, which is not a photograph's format.` };
    }
    const { width, height } = header.autoOrient;
    const limit = use === 'mask' ? MAX_MASK_PIXELS : MAX_PICTURE_PIXELS;
    if (width * height > limit) {
      return {
        kind: 'too-large',
        reason: `${width} x ${height} pixels are more than the ${limit / 1e6} million that can be read.`,
      };
    }
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (use === 'mask') return { hash, width, height, look: null, camera: null };
    const look = await lookFromAfar(sharp(bytes, OPEN_OPTIONS));
    return { hash, width, height, look, camera: cameraOf(header.exif) };
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOfDecoder(error, bytes) };
  }
}

/** Why the system would not give us a file, as a sentence. */
export function reasonOfSystem(error: unknown): string {
  if (error instanceof SteadygazeError) return error.message;
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'The file is not there any more, or is a link to nothing.';
    case 'EACCES':
    case 'EPERM':
      return 'The file may not be read: permission denied.';
    case 'ELOOP':
      return 'The file is a link that leads back to itself.';
    default:
      return `The file could not be read (${systemCode(error) ?? String(error)}).`;
  }
}

/** Why a decoder gave up, as a sentence that names the format where the bytes tell it. */
export function reasonOfDecoder(error: unknown, bytes: Uint8Array): string {
  const format = formatOfBytes(bytes.subarray(0, 32));
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (format === null) return 'The content is not a picture, whatever the name of the file says.';
  if (format === 'BMP' || format === 'HEIC') {
    return `${format} pictures cannot be read here; save the picture as PNG or JPEG.`;
  }
  if (/premature|truncat|unexpected end|read error|unable to parse|end of/i.test(message)) {
    return `The ${format} file is incomplete or damaged.`;
  }
  return `The ${format} file is damaged (${message}).`;
}
