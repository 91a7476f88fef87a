/** Heatmaps of the compared pictures, in one request for each run and round. */
import type { ComparedPicture, ComparedSide } from '../../../src-main/contract/compare-view.ts';
import { decodeMaps, resourcePath } from '../../../src-main/contract/resources.ts';
import type { Heatmap } from '../../components/heatmap-drawing.ts';

/** @returns the heatmap of each side; without those whose file cannot be read, whose pictures then stand alone */
export async function mapsOfPairs(
  runs: { readonly a: string; readonly b: string },
  pictures: readonly ComparedPicture[],
  signal: AbortSignal,
): Promise<Map<ComparedSide, Heatmap>> {
  const found = new Map<ComparedSide, Heatmap>();
  for (const side of ['a', 'b'] as const) {
    const sides = pictures.map((picture) => picture[side]);
    for (const round of new Set(sides.map((each) => each.round))) {
      const wanted = sides.filter((each) => each.round === round);
      const rows = wanted.map((each) => each.row);
      const response = await fetch(resourcePath({ kind: 'maps', run: runs[side], round, of: 'clean', rows }), {
        signal,
      });
      if (!response.ok) continue;
      const { height, width, data } = decodeMaps(await response.arrayBuffer());
      const area = height * width;
      wanted.forEach((each, i) => found.set(each, { height, width, data: data.subarray(i * area, (i + 1) * area) }));
    }
  }
  return found;
}
