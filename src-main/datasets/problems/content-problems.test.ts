import { describe, expect, it } from 'vitest';
import type { Made } from './problems.fixture.ts';
import { eachClass, problemsOf } from './problems.fixture.ts';

const tell = (made: readonly Made[], classes: readonly string[]): string[] =>
  problemsOf(made, classes).map(({ file, kind, reason }) => `${kind} | ${file} | ${reason}`);

/** Three more of each class, so that none is tiny. */
const filling = eachClass(2, 3, () => ({}));

describe('copies', () => {
  it('that are equal conflict, cross splits, or are only copies', () => {
    const made: Made[] = [
      { label: 0, id: 'cat/x1.jpg', hash: 'x' },
      { label: 0, id: 'cat/x2.jpg', hash: 'x' },
      { label: 1, id: 'dog/x3.jpg', hash: 'x', split: 'test' },
      { label: 1, id: 'dog/x4.jpg', hash: 'x', split: 'test' },
    ];
    expect(tell([...made, ...filling], ['cat', 'dog'])).toEqual(
      [
        'duplicate | cat/x2.jpg | The same picture as cat/x1.jpg.',
        'conflicting-labels | dog/x3.jpg | The same picture as cat/x1.jpg, which is labelled "cat".',
        'duplicate-across-splits | dog/x3.jpg | The same picture as cat/x1.jpg, which belongs to train.',
        'conflicting-labels | dog/x4.jpg | The same picture as cat/x1.jpg, which is labelled "cat".',
        'duplicate-across-splits | dog/x4.jpg | The same picture as cat/x1.jpg, which belongs to train.',
      ].concat('class-missing-in-split | cat | The class has no picture for testing.'),
    );
  });

  it('that are nearly equal are told once, and across parts the one of the test is too many', () => {
    const made: Made[] = [
      { label: 0, id: 'cat/1.jpg', group: 7, split: 'test' },
      { label: 0, id: 'cat/2.jpg', group: 7, hash: 'two' },
      { label: 0, id: 'cat/3.jpg', group: 7 },
      { label: 0, id: 'cat/4.jpg', group: 7, hash: 'two' },
      { label: 1, id: 'dog/5.jpg', group: 7, split: 'val' },
      { label: 1, id: 'dog/6.jpg', split: 'test' },
    ];
    expect(tell([...made, ...filling], ['cat', 'dog'])).toEqual([
      'duplicate | cat/4.jpg | The same picture as cat/2.jpg.',
      'near-duplicate-across-splits | cat/1.jpg | Nearly the same picture as cat/2.jpg, which belongs to train.',
      'near-duplicate | cat/3.jpg | Nearly the same picture as cat/2.jpg.',
      'near-duplicate-across-splits | dog/5.jpg | Nearly the same picture as cat/2.jpg, which belongs to train and is labelled "cat".',
    ]);
  });
});

describe('odd pictures', () => {
  it('are those beyond 4 : 1 and those of one colour', () => {
    const made: Made[] = [
      { label: 0, id: 'cat/a.jpg', width: 1200, height: 300 },
      { label: 0, id: 'cat/b.jpg', width: 1201, height: 300 },
      { label: 1, id: 'dog/c.jpg', width: 20, height: 500 },
      { label: 1, id: 'dog/d.jpg', colour: [90, 90, 90], noise: 1 },
      { label: 1, id: 'dog/e.jpg', colour: [90, 90, 90], noise: 4 },
    ];
    expect(tell([...made, ...filling], ['cat', 'dog'])).toEqual([
      'extreme-aspect | cat/b.jpg | 1201 x 300 pixels: 4.0 times as wide as high.',
      'extreme-aspect | dog/c.jpg | 20 x 500 pixels: 25 times as high as wide.',
      'nearly-constant | dog/d.jpg | Seen from afar, its pixels differ by 1.0 of 255 levels: it is of one colour.',
    ]);
  });
});

describe('names', () => {
  const named = (nameOf: (label: number, i: number) => string) =>
    tell(
      eachClass(2, 8, (label, i) => ({ id: nameOf(label, i) })),
      ['Golden retriever', 'cat'],
    );

  it('that hold the class are one remark, in any spelling', () => {
    expect(named((label, i) => (label === 0 ? `g/GOLDEN_retriever-${i}.jpg` : `c/my cat ${i}.png`))).toEqual([
      'label-in-name |  | In 2 of 2 classes, such as "Golden retriever", the names of the files tell the class: g/GOLDEN_retriever-0.jpg holds the name of its class.',
    ]);
  });

  it('that begin in a way of their own are one too', () => {
    expect(named((label, i) => (label === 0 ? `g/nikon_${i}.jpg` : `c/${i}.jpg`))).toEqual([
      'label-in-name | Golden retriever | In the class "Golden retriever" the names of the files tell the class: g/nikon_0.jpg begins with "nikon", as those of no other class do.',
    ]);
  });

  it('that are alike everywhere, or numbers in one file, say nothing', () => {
    expect(named((label, i) => `${label}/IMG_${i}.jpg`)).toEqual([]);
    expect(named((_, i) => `both/cat_${i}.jpg`)).toEqual([]);
    expect(named((label, i) => `cat-images.gz#${label * 8 + i}`)).toEqual([]);
  });
});
