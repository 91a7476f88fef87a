/**
 * Background mixing (ours, beyond the paper): a picture keeps its own foreground and receives the
 * background of another picture of the batch, whose own foreground is first filled with the mean
 * colour of its background; the label stays. What is foreground the model's own heatmaps say.
 */
import { Random } from '../numeric/random.ts';

/**
 * Mixes a seeded share of a batch.
 * @param pictures    [n,size,size,3] values 0..255, changed in place
 * @param backgrounds [n*size*size] 1 in the background of each picture
 * @param share       share of the batch that gets another background
 */
export function mixBackgrounds(
  pictures: Uint8Array,
  backgrounds: Uint8Array,
  count: number,
  share: number,
  seed: number,
): void {
  const area = backgrounds.length / count;
  const order = new Random(seed).shuffle(Int32Array.from({ length: count }, (_, i) => i));
  const mixed = Math.round(share * count);
  if (count < 2) return;
  const originals = pictures.slice();
  for (let k = 0; k < mixed; k++) {
    const target = order[k];
    const donor = order[(k + 1) % count];
    const filling = meanBackground(originals, backgrounds, donor, area);
    if (filling === null) continue;
    for (let p = 0; p < area; p++) {
      if (backgrounds[target * area + p] === 0) continue;
      const to = (target * area + p) * 3;
      const from = (donor * area + p) * 3;
      const isBackground = backgrounds[donor * area + p] === 1;
      for (let c = 0; c < 3; c++) pictures[to + c] = isBackground ? originals[from + c] : filling[c];
    }
  }
}

/** Mean colour of a picture's background, or null where it has none. */
function meanBackground(
  pictures: Uint8Array,
  backgrounds: Uint8Array,
  index: number,
  area: number,
): [number, number, number] | null {
  const sum: [number, number, number] = [0, 0, 0];
  let pixels = 0;
  for (let p = 0; p < area; p++) {
    if (backgrounds[index * area + p] === 0) continue;
    pixels += 1;
    for (let c = 0; c < 3; c++) sum[c] += pictures[(index * area + p) * 3 + c];
  }
  if (pixels === 0) return null;
  return [Math.round(sum[0] / pixels), Math.round(sum[1] / pixels), Math.round(sum[2] / pixels)];
}
