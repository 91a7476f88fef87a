import { describe, expect, it } from 'vitest';
import { familiesOf, roleOf } from './families.ts';
import type { StoredArray } from './stored-array.ts';

const array = (name: string): StoredArray => ({
  name,
  file: name,
  shape: [1],
  type: 'uint8',
  content: 'numbers',
  read: () => Promise.resolve([]),
});
const told = (...names: string[]): unknown[] =>
  familiesOf(names.map(array)).map((family) => [
    family.key,
    roleOf(family),
    family.parts.map(({ array: { name }, split }) => `${name}: ${split ?? 'all'}`),
  ]);

describe('what the names of arrays say', () => {
  it('parts of one thing, and what it is; training first', () => {
    expect(told('d.npz#x_test', 'd.npz#x_train', 'd.npz#y_train')).toEqual([
      ['d.npz#x_*', 'pictures', ['d.npz#x_train: train', 'd.npz#x_test: test']],
      ['d.npz#y_*', 'labels', ['d.npz#y_train: train']],
    ]);
    expect(told('t10k-labels-idx1-ubyte')).toEqual([
      ['*-labels-idx1-ubyte', 'labels', ['t10k-labels-idx1-ubyte: test']],
    ]);
    expect(told('Xtrain.npy', 'trainLabels.npy', 'X_val.npy')).toEqual([
      ['X*.npy', 'pictures', ['Xtrain.npy: train']],
      ['*Labels.npy', 'labels', ['trainLabels.npy: train']],
      ['X_*.npy', 'pictures', ['X_val.npy: val']],
    ]);
    expect(told('split_train_x.h5#x', 'train_cats.h5#train_set_y', 'train_cats.h5#list_classes')).toEqual([
      ['split_*_x.h5#x', 'pictures', ['split_train_x.h5#x: train']],
      ['*_cats.h5#*_set_y', 'labels', ['train_cats.h5#train_set_y: train']],
      ['*_cats.h5#list_classes', 'names', ['train_cats.h5#list_classes: train']],
    ]);
  });

  it('words that only contain one of them say nothing', () => {
    expect(
      told('trainer.npy', 'contest.npy', 'constructor.npy', 'example.npy').map((each) => (each as unknown[])[1]),
    ).toEqual([null, null, null, null]);
    expect(told('contest.npy')).toEqual([['contest.npy', null, ['contest.npy: all']]]);
  });
});
