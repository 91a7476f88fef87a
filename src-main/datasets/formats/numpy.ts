/**
 * Data set format `numpy`: pictures and labels as arrays, in NPY files (numpy.lib.format, versions 1.0 to 3.0) or NPZ
 * archives of them, as `numpy.save` and `numpy.savez` write them: X_train.npy beside y_train.npy, an .npz with x_train,
 * y_train, x_test, y_test (Keras) or train_images, train_labels, val_images, ... (MedMNIST), or an array a class.
 */
import { extname } from 'node:path';
import { arrayFormat } from '../arrays/array-format.ts';
import { filesNamed } from '../arrays/array-files.ts';
import { openNpyStore } from '../arrays/npy-store.ts';

/** Every array of the folder may belong to a named one; an .npz archive has all that it needs. */
export const numpy = arrayFormat({
  id: 'numpy',
  title: 'NumPy arrays',
  certainty: 0.8,
  find: (place) =>
    place.focus !== null && extname(place.focus).toLowerCase() === '.npz'
      ? Promise.resolve([place.focus])
      : filesNamed(place, (name) => /\.np[yz]$/i.test(name)),
  open: openNpyStore,
});
