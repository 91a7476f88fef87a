import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PictureFinder } from '../../pictures/find-picture.ts';
import { ProblemLog } from '../../problem-log.ts';
import { guessBoxes } from './box-columns.ts';
import { describeColumns, flagColumns, guessLabel, guessPath, guessSplit, splitInName } from './columns.ts';
import { guessSeparator, separated } from './label-text.ts';

const files = Array.from({ length: 200 }, (_, i) => `pictures/${i}.jpg`);
const finder = new PictureFinder(files);
const tableOf = (columns: Readonly<Record<string, readonly string[]>>) => {
  const names = Object.keys(columns);
  const count = Math.max(...Object.values(columns).map((cells) => cells.length));
  const rows = Array.from({ length: count }, (_, i) => ({
    cells: names.map((name) => columns[name][i] ?? ''),
    line: i,
  }));
  return describeColumns(names, rows, finder);
};
const cycle = (values: readonly string[], count = 60): string[] =>
  Array.from({ length: count }, (_, i) => values[i % values.length]);

describe('guesses of columns', () => {
  it('find the file, the class and the split in any order, with other columns between them, whatever they are called', () => {
    const path = fc.constantFrom(
      (i: number) => `${i}.jpg`,
      (i: number) => `C:\\data\\pictures\\${i}.jpg`,
      (i: number) => `pictures/${i}`,
    );
    const classes = fc.uniqueArray(fc.stringMatching(/^[a-z]{3,12}$/), { minLength: 2, maxLength: 12 });
    const pathName = fc.constantFrom('file_name', 'Bild', 'image_id', 'xyz', 'path');
    const labelName = fc.constantFrom('label', 'Klasse', 'dog_breed', 'categoría', '类别', 'targetName');
    const others: [string, string[]][] = [
      ['width', cycle(['640', '800', '1024'])],
      ['score', cycle(['0.123', '0.98', '0.5', '0.7123'])],
      ['caption', Array.from({ length: 60 }, (_, i) => `A long sentence about what can be seen in picture ${i} here`)],
      ['checksum', Array.from({ length: 60 }, (_, i) => `f00${i * 7919}ba`)],
    ];
    fc.assert(
      fc.property(
        path,
        classes,
        pathName,
        labelName,
        fc.shuffledSubarray(others),
        fc.nat(),
        (name, values, a, b, more, at) => {
          const columns: [string, string[]][] = [
            [a, Array.from({ length: 60 }, (_, i) => name(i))],
            [b, cycle(values)],
            ['Set', cycle(['train', 'train', 'valid', 'test'])],
          ];
          more.forEach((column, i) => columns.splice((at + i) % (columns.length + 1), 0, column));
          const names = columns.map(([own]) => own);
          const table = tableOf(Object.fromEntries(columns));
          const found = guessPath(table);
          expect(names[found ?? -1]).toBe(a);
          const split = guessSplit(table, new Set([found ?? 0]));
          expect(names[split ?? -1]).toBe('Set');
          expect(names[guessLabel(table, new Set([found ?? 0, split ?? 0])) ?? -1]).toBe(b);
        },
      ),
    );
  });

  it('tell numbers of classes from numbers of files', () => {
    const table = tableOf({ label: cycle(['0', '1', '2']), id: Array.from({ length: 60 }, (_, i) => String(i)) });
    expect(guessPath(table)).toBe(1);
    expect(guessLabel(table, new Set([1]))).toBe(0);
  });

  it('take no column for a class that holds sentences, measurements or names of things that occur once', () => {
    const once = (text: string): string[] => Array.from({ length: 60 }, (_, i) => `${text}${i}`);
    for (const cells of [
      once('person '),
      cycle(['0.51', '0.32', '1.7']),
      once('a sentence that is rather long, of picture '),
    ]) {
      expect(guessLabel(tableOf({ id: once(''), remark: cells }), new Set([0]))).toBeNull();
    }
  });

  it('know columns of 0 and 1, flags of a split, and boxes of all kinds', () => {
    const table = tableOf({
      id: cycle(['1', '5']),
      cat: cycle(['1', '0']),
      dog: cycle(['0.0', '1.0', '-1.0']),
      is_valid: cycle(['True', 'False']),
      constructor: cycle(['a', 'b']),
    });
    expect(guessSplit(table, new Set([0]))).toBe(3);
    expect(flagColumns(table, new Set([0, 3]))).toEqual([1, 2]);
    const box = (names: string, cells: readonly string[]) =>
      guessBoxes(tableOf(Object.fromEntries(names.split(' ').map((name, i) => [name, [cells[i]]]))))?.kind;
    expect(box('xmin ymin xmax ymax', ['1', '2', '30', '40'])).toBe('edges-pixel');
    expect(box('bbox_x1 bbox_y1 bbox_x2 bbox_y2', ['0.1', '0', '1', '0.5'])).toBe('edges-share');
    expect(box('label x y width height', ['cat', '1', '2', '30', '40'])).toBe('size-pixel');
    expect(box('x_center y_center w h', ['0.1', '0', '1', '0.5'])).toBe('centre-share');
    expect(box('x y colour height', ['1', '2', '30', '40'])).toBeUndefined();
  });

  it('know the split in the name of a file', () => {
    const splits = [
      'train.csv',
      'labels_valid.csv',
      'ISIC_2019_Test_Metadata.csv',
      'train',
      'dev-00000-of-00001.parquet',
    ];
    expect(splits.map((name) => splitInName(name)?.split)).toEqual(['train', 'val', 'test', 'train', 'val']);
    for (const name of ['trainer.csv', 'train_test.csv', 'labels.csv', 'constructor.csv']) {
      expect(splitInName(name)).toBeNull();
    }
  });
});

describe('several classes in a cell', () => {
  it.each([
    [['cat', 'dog', 'cat'], ''],
    [['cat|dog', 'cat'], '|'],
    [['cat; dog', 'cat'], ';'],
    [['cat, dog', 'cat', 'dog'], ','],
    [['dog, domestic', 'cat, domestic', 'cow, wild'], ''],
    [['haze primary', 'clear primary', 'clear', 'haze water', 'water'], ' '],
    [['golden retriever', 'labrador retriever', 'tabby cat', 'cat'], ''],
    [["['cat', 'dog']", '[]', '["cow"]'], 'list'],
  ])('in %j are parted by "%s"', (cells, expected) => {
    expect(guessSeparator(cells)).toBe(expected);
  });

  it('are named once each, in composed letters, whole numbers without a point', () => {
    expect(separated('a;b; a;;', ';')).toEqual(['a', 'b']);
    expect(separated('Bru\u0308cke', '')).toEqual(['Brücke']);
    expect(separated('1.0', '')).toEqual(['1']);
    expect(separated('1.50', '')).toEqual(['1.50']);
    expect(separated("['it''s', 'b']", 'list')).toContain('b');
    expect(separated('[1, 2]', 'list')).toEqual(['1', '2']);
    expect(separated('a\u001fb', '')).toEqual(['a', 'b']);
  });
});

describe('many problems', () => {
  it('are kept up to a thousand of each kind, and counted', () => {
    const log = new ProblemLog();
    for (let i = 0; i < 2500; i++) log.add('missing-picture', 't.csv', `Line ${i}.`);
    log.add('bad-box', 't.csv', 'One.');
    const problems = log.finish('t.csv');
    expect(problems).toHaveLength(1002);
    expect(problems.at(-1)).toEqual({
      file: 't.csv',
      kind: 'missing-picture',
      reason: '1,500 more of this kind are not listed.',
    });
  });
});
