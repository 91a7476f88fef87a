/**
 * Augmentation of training pictures: flip, shift with reflected edges, brightness, contrast and
 * saturation. Seeded by (run seed, epoch, sample id): the same in every batch and after resuming.
 */
import type { TrainingSettings } from '../contract/settings.ts';
import { Random } from '../numeric/random.ts';

export type AugmentationSettings = Pick<TrainingSettings, 'flip' | 'crop' | 'jitter'>;

/**
 * @param picture [size,size,3] values 0..255
 * @param out     [size,size,3] values in [0,1], filled
 */
export function augment(
  picture: ArrayLike<number>,
  size: number,
  settings: AugmentationSettings,
  seed: number,
  out: Float32Array,
): void {
  const random = new Random(seed);
  const flipped = random.uniform() < 0.5 && settings.flip;
  const reach = Math.round(settings.crop * size);
  const shiftX = random.integer(2 * reach + 1) - reach;
  const shiftY = random.integer(2 * reach + 1) - reach;
  const factor = () => 1 + settings.jitter * (2 * random.uniform() - 1);
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const columns = sourceIndices(size, shiftX, flipped);
  const rows = sourceIndices(size, shiftY, false);

  // One affine map does all three: v -> own v + common grey + base, with the picture's mean grey.
  const own = (saturation * contrast * brightness) / 255;
  const common = ((1 - saturation) * contrast * brightness) / 255;
  const base = settings.jitter > 0 ? ((1 - contrast) * brightness * meanGrey(picture)) / 255 : 0;
  let at = 0;
  for (const y of rows) {
    for (const x of columns) {
      const p = (y * size + x) * 3;
      const r = picture[p];
      const g = picture[p + 1];
      const b = picture[p + 2];
      const rest = common * grey(r, g, b) + base;
      out[at++] = clamp(own * r + rest);
      out[at++] = clamp(own * g + rest);
      out[at++] = clamp(own * b + rest);
    }
  }
}

function sourceIndices(size: number, shift: number, flipped: boolean): Int32Array {
  const indices = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    let source = (flipped ? size - 1 - i : i) + shift;
    if (source < 0) source = -source;
    if (source >= size) source = 2 * size - 2 - source;
    indices[i] = source;
  }
  return indices;
}

/** Luma of ITU-R BT.601. */
function grey(r: number, g: number, b: number): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

function meanGrey(picture: ArrayLike<number>): number {
  let sum = 0;
  for (let p = 0; p < picture.length; p += 3) {
    sum += grey(picture[p], picture[p + 1], picture[p + 2]);
  }
  return (3 * sum) / picture.length;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
