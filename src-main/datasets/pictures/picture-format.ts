/** Which format a picture has, told from its first bytes, whatever its name says. Nothing here decodes. */
import type { FileTree } from '../trees/file-tree.ts';

export type PictureFormat = 'JPEG' | 'PNG' | 'GIF' | 'WebP' | 'TIFF' | 'AVIF' | 'HEIC' | 'BMP' | 'DICOM';

/** As many bytes tell every format. */
export const HEAD_BYTES = 132;

/** @param head the first {@link HEAD_BYTES} bytes, or fewer where the file ends  @returns null for anything else */
export function formatOfBytes(head: Uint8Array): PictureFormat | null {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  // First, because what comes before it may be made to look like a TIFF.
  if (text.slice(128, 132) === 'DICM') return 'DICOM';
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (text.startsWith('GIF8')) return 'GIF';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'WebP';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'TIFF';
  if (text.slice(4, 8) === 'ftyp') return formatOfBrands(head, text);
  if (text.startsWith('BM') && head.length > 26) return 'BMP';
  return null;
}

/** ISO/IEC 23008-12: the box `ftyp` names a major brand, a version, and all brands the file conforms to. */
function formatOfBrands(head: Uint8Array, text: string): PictureFormat | null {
  const end = Math.min(text.length, new DataView(head.buffer, head.byteOffset).getUint32(0));
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return 'AVIF';
  return /^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(brands[0]) ? 'HEIC' : null;
}

/** Whether a file whose name does not say so begins like a picture. Two letters, as BMP begins with, prove nothing. */
export async function looksLikePicture(tree: FileTree, path: string): Promise<boolean> {
  try {
    const format = formatOfBytes(await tree.readRange(path, 0, HEAD_BYTES));
    return format !== null && format !== 'BMP';
  } catch {
    return false;
  }
}
