/**
 * Data set format `hdf5`: pictures and labels as data sets of HDF5 files (The HDF Group, "HDF5 File Format
 * Specification"), as `h5py` writes them: train_set_x, train_set_y and list_classes (Coursera's cats), x and y in a file
 * each (PatchCamelyon), images and labels in groups; also files of MATLAB 7.3.
 */
import { arrayFormat } from '../arrays/array-format.ts';
import { filesNamed } from '../arrays/array-files.ts';
import { looksLikeHdf5, openHdf5Store } from '../arrays/hdf5-store.ts';
import type { Place } from '../format.ts';

export const hdf5 = arrayFormat({
  id: 'hdf5',
  title: 'HDF5 files',
  certainty: 0.8,
  find,
  open: openHdf5Store,
  // MATLAB writes the first index fastest, so that its [row, column, colour, picture] come out reversed.
  hints: (files) => (files.some(isMatlab) ? { axes: ['cwh', 'wh'] } : {}),
});

const isMatlab = (file: string): boolean => /\.mat$/i.test(file);

/** MATLAB's older files have the same name and are something else. */
async function find(place: Place): Promise<readonly string[]> {
  const files = await filesNamed(place, (name) => /\.(h5|hdf5|hdf|he5|mat)$/i.test(name));
  const fitting = await Promise.all(files.map(async (file) => !isMatlab(file) || looksLikeHdf5(place.tree, file)));
  return files.filter((_, i) => fitting[i]);
}
