/** Masks as lines of text, for tests. */
import { fromInlineMask } from '../../pictures/inline-mask.ts';

/** `#` where the mask covers a pixel; one text a row. */
export function linesOfMask(mask: string | null | undefined): string[] | null {
  if (mask == null) return null;
  const { width, height, pixels } = fromInlineMask(mask);
  return Array.from({ length: height }, (_, y) =>
    [...pixels.subarray(y * width, (y + 1) * width)].map((value) => '.#'[value]).join(''),
  );
}
