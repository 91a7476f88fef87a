/** Addresses of pictures in the size in which they are shown. */
import { pictureSizeFor } from '../../src-main/contract/resources.ts';
import type { PictureRef } from '../../src-main/contract/data-view.ts';
import { resourceUrl } from './client.ts';

/** @param side longest side as it is shown, in CSS pixels */
export function pictureUrl(hash: string, side: number): string {
  // Beyond twice the density nobody sees a difference, but everybody waits.
  const density = Math.min(window.devicePixelRatio || 1, 2);
  return resourceUrl({ kind: 'picture', hash, size: pictureSizeFor(side * density) });
}

/** Width by height; 1 where the size is not known. */
export function aspectOf({ width, height }: Pick<PictureRef, 'width' | 'height'>): number {
  return width > 0 && height > 0 ? width / height : 1;
}

/** What a picture is called for a reader who does not see it: the last part of its path. */
export function fileNameOf(id: string): string {
  return id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf('\\')) + 1);
}
