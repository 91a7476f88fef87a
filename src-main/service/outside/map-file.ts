/** The heatmaps of another program, as one NPY file. */
import { SteadygazeError } from '../../contract/errors.ts';
import { NpyFile } from '../../datasets/arrays/npy.ts';
import type { OutsideMaps } from '../../evaluation/outside-maps.ts';

/** Larger maps than any network makes; what is larger is no heatmap, and one of it may not fit into memory. */
const LARGEST_SIDE = 4096;

export type MapFile = OutsideMaps & {
  /** In NumPy's words: `float32`. */
  readonly type: string;
  close(): Promise<void>;
};

/**
 * Opens [pictures, height, width]; also [pictures, 1, height, width], as networks hand it out.
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function openMaps(path: string): Promise<MapFile> {
  const file = await NpyFile.open(path);
  const { shape } = file;
  const [count = 0, height = 0, width = 0] = shape.length === 4 && shape[1] === 1 ? shape.toSpliced(1, 1) : shape;
  const isStack = shape.length === 3 || (shape.length === 4 && shape[1] === 1);
  if (!isStack || shape.includes(0) || height > LARGEST_SIDE || width > LARGEST_SIDE) {
    await file.close();
    throw new SteadygazeError(
      'data-unreadable',
      `${path} holds an array of the shape [${shape.join(', ')}]; heatmaps are [pictures, height, width].`,
      `Save one map a picture, none of them empty or larger than ${LARGEST_SIDE} x ${LARGEST_SIDE}.`,
    );
  }
  return {
    count,
    height,
    width,
    slice: file.slice,
    type: file.type,
    read: (from, to) => file.read(from, to),
    close: () => file.close(),
  };
}
