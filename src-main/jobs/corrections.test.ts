import { describe, expect, it } from 'vitest';
import type { Correction } from '../contract/run.ts';
import { SPLITS } from '../datasets/dataset.ts';
import type { Dataset, Sample, Split } from '../datasets/dataset.ts';
import { applyCorrections, checkCorrections } from './corrections.ts';

function sample(id: string, label: number, split: Split): Sample {
  const nothing = { boxes: [], mask: null, maskHash: null };
  return { id, label, split, width: 8, height: 8, hash: id, ...nothing };
}

/** Two pictures of each of three classes in each split: `train/0a`, `train/0b`, `train/1a`, ... */
const dataset: Dataset = {
  root: '/',
  format: 'folder-per-class',
  inside: '',
  focus: null,
  choices: {},
  task: 'single-label',
  classes: ['boot', 'hat', 'shirt'],
  samples: SPLITS.flatMap((split) =>
    [0, 1, 2].flatMap((label) => ['a', 'b'].map((letter) => sample(`${split}/${label}${letter}`, label, split))),
  ),
  problems: [],
  splitOrigin: 'folders',
  fingerprint: 'f',
};

const labelsOf = (corrections: Correction[]) =>
  Object.fromEntries(
    applyCorrections(dataset, checkCorrections(dataset, corrections)).samples.map(({ id, label }) => [id, label]),
  );

describe('corrections', () => {
  it('relabel and leave out training pictures, and nothing else', () => {
    const before = labelsOf([]);
    const after = labelsOf([
      { id: 'train/1a', label: null },
      { id: 'train/0b', label: 2 },
    ]);
    const { 'train/1a': gone, ...others } = before;
    expect(gone).toBe(1);
    expect(after).toEqual({ ...others, 'train/0b': 2 });
    expect(applyCorrections(dataset, [{ id: 'train/0b', label: 2 }]).fingerprint).toBe('f');
  });

  it('say of a picture of several classes that it is of one alone, of which then nothing is unsure', () => {
    const several: Dataset = {
      ...dataset,
      task: 'multi-label',
      samples: dataset.samples.map((each) =>
        each.id === 'train/0a' ? { ...each, labels: [0, 1], unsure: [2] } : { ...each, labels: [each.label] },
      ),
    };
    const of = (label: number) => {
      const checked = checkCorrections(several, [{ id: 'train/0a', label }]);
      const found = applyCorrections(several, checked).samples.find(({ id }) => id === 'train/0a');
      return { count: checked.length, labels: found?.labels, label: found?.label, unsure: found?.unsure };
    };
    expect(of(0)).toEqual({ count: 1, label: 0, labels: [0], unsure: [2] });
    expect(of(2)).toEqual({ count: 1, label: 2, labels: [2], unsure: [] });
    // Its only class is the one it has already.
    expect(checkCorrections(several, [{ id: 'train/1a', label: 1 }])).toEqual([]);
  });

  it('that change nothing are dropped; the others are in one order', () => {
    const kept = checkCorrections(dataset, [
      { id: 'train/2a', label: 0 },
      { id: 'train/1a', label: 1 },
      { id: 'train/0a', label: null },
    ]);
    expect(kept).toEqual([
      { id: 'train/0a', label: null },
      { id: 'train/2a', label: 0 },
    ]);
  });

  it.each<[string, Correction[], RegExp]>([
    ['an unknown picture', [{ id: 'train/9z', label: 0 }], /no picture "train\/9z"/],
    ['a test picture', [{ id: 'test/0a', label: 1 }], /test\/0a is not trained on/],
    ['a class that is none', [{ id: 'train/0a', label: 3 }], /class number 3/],
    ['half a class', [{ id: 'train/0a', label: 0.5 }], /class number 0.5/],
    [
      'a picture twice',
      [
        { id: 'train/0a', label: 1 },
        { id: 'train/0a', label: null },
      ],
      /twice/,
    ],
    [
      'a class emptied',
      [
        { id: 'train/1a', label: null },
        { id: 'train/1b', label: 0 },
      ],
      /no picture left to train on in: hat\./,
    ],
  ])('are refused: %s', (_, corrections, sentence) => {
    expect(() => checkCorrections(dataset, corrections)).toThrow(sentence);
    expect(() => checkCorrections(dataset, corrections)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
  });

  it('must leave two classes to tell apart', () => {
    const all = ['1a', '1b', '2a', '2b'].map((id) => ({ id: `train/${id}`, label: null }));
    expect(() => checkCorrections(dataset, all)).toThrow(expect.objectContaining({ code: 'data-one-class' }));
  });

  it('may leave a class empty that was empty before', () => {
    const samples = dataset.samples.filter(({ id }) => !id.startsWith('train/2'));
    expect(checkCorrections({ ...dataset, samples }, [{ id: 'train/0a', label: 1 }])).toHaveLength(1);
  });
});
