/** Width and height of pictures whose annotation does not say them: an outline in pixels needs them to become a mask. */
import type { PictureReader } from '../../trees/file-tree.ts';

/** @returns [width, height] of the upright picture (EXIF), or null where it cannot be read; decodes no pixels */
export async function uprightSize(reader: PictureReader, id: string): Promise<readonly [number, number] | null> {
  try {
    // Most processes that know formats decode nothing, and this library takes long to load.
    const { default: sharp } = await import('sharp');
    const { autoOrient } = await sharp(await reader.read(id), { limitInputPixels: false }).metadata();
    return autoOrient.width > 0 && autoOrient.height > 0 ? [autoOrient.width, autoOrient.height] : null;
  } catch {
    return null;
  }
}
