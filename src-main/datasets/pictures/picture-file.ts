/** Everything worth knowing about one picture file, from one reading of its bytes. */
import { createHash } from 'node:crypto';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { cameraOf } from './camera.ts';
import type { ProblemKind } from '../dataset.ts';
import type { PictureReader } from '../trees/file-tree.ts';
import type { FileStamp } from '../index/index-cache.ts';
import { inspectHeader, MAX_MASK_PIXELS, MAX_PICTURE_PIXELS, UnusablePicture } from './open-picture.ts';
import { formatOfBytes } from './picture-format.ts';
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
    const limit = use === 'mask' ? MAX_MASK_PIXELS : MAX_PICTURE_PIXELS;
    const { image, width, height, exif } = await inspectHeader(bytes, limit);
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (use === 'mask') return { hash, width, height, look: null, camera: null };
    const look = await lookFromAfar(image, width * height);
    return { hash, width, height, look, camera: cameraOf(exif) };
  } catch (error) {
    const kind = error instanceof UnusablePicture ? error.kind : 'unreadable';
    return { kind, reason: reasonOfDecoder(error, bytes) };
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
  if (error instanceof UnusablePicture) return error.message;
  const format = formatOfBytes(bytes);
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (format === null) return 'The content is not a picture, whatever the name of the file says.';
  if (/premature|truncat|unexpected end|read error|unable to parse|end of/i.test(message)) {
    return `The ${format} file is incomplete or damaged.`;
  }
  return `The ${format} file is damaged (${message}).`;
}
