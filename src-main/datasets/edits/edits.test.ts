import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DataEdit } from '../../contract/data-edits.ts';
import { DataEditor } from './data-editor.ts';
import { fingerprintOf } from '../dataset-file.ts';
import type { Box, Dataset, Sample, Split } from '../dataset.ts';
import { applyEdits } from './edits.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

type Given = Partial<Sample> & Pick<Sample, 'id' | 'label'>;

function dataset(classes: readonly string[], given: readonly Given[], more: Partial<Dataset> = {}): Dataset {
  const samples = given.map((each): Sample => {
    const own = { width: 8, height: 8, hash: hashOf(each.id), boxes: [], mask: null, maskHash: null };
    return { split: 'train', ...own, ...each };
  });
  const source = { root: '/pictures', format: 'folder-per-class', inside: '', focus: null, choices: {} };
  const common = { task: 'single-label', problems: [], splitOrigin: 'folders' } as const;
  return { ...source, ...common, classes, samples, fingerprint: fingerprintOf(classes, samples), ...more };
}

/** Two cats, two dogs, two emus; the second of each is for testing. */
const animals = dataset(
  ['cat', 'dog', 'emu'],
  ['cat', 'dog', 'emu'].flatMap((name, label) => [
    { id: `${name}/1.jpg`, label },
    { id: `${name}/2.jpg`, label, split: 'test' as const },
  ]),
);

/** "cat/1.jpg=cat:train" */
const told = ({ classes, samples }: Dataset): string[] =>
  samples.map(
    ({ id, label, labels, split }) => `${id}=${(labels ?? [label]).map((each) => classes[each]).join('+')}:${split}`,
  );

const edited = (base: Dataset, ...edits: DataEdit[]): Dataset =>
  applyEdits(
    base,
    edits.map((edit) => ({ edit })),
  ).dataset;
const said = (base: Dataset, edit: DataEdit): string => new DataEditor(base).apply(edit).sentence;

describe('one correction', () => {
  it('gives pictures another class, also a new one, which comes last', () => {
    const edit: DataEdit = { kind: 'relabel', ids: ['cat/1.jpg', 'emu/2.jpg'], classes: ['ant'] };
    const after = edited(animals, edit);
    expect(after.classes).toEqual(['cat', 'dog', 'emu', 'ant']);
    expect(told(after)).toEqual([
      'cat/1.jpg=ant:train',
      'cat/2.jpg=cat:test',
      'dog/1.jpg=dog:train',
      'dog/2.jpg=dog:test',
      'emu/1.jpg=emu:train',
      'emu/2.jpg=ant:test',
    ]);
    expect(said(animals, edit)).toBe('2 pictures from cat and emu to ant.');
    expect(after.fingerprint).toBe(fingerprintOf(after.classes, after.samples));
    expect(after.fingerprint).not.toBe(animals.fingerprint);
  });

  it('orders new names by themselves, whichever came first', () => {
    const zoo = (...names: string[]) =>
      edited(
        animals,
        ...names.map((name): DataEdit => ({
          kind: 'relabel',
          ids: [`${name === 'yak' ? 'cat' : 'dog'}/1.jpg`],
          classes: [name],
        })),
      );
    expect(zoo('yak', 'ape').classes).toEqual(['cat', 'dog', 'emu', 'ape', 'yak']);
    expect(zoo('yak', 'ape').fingerprint).toBe(zoo('ape', 'yak').fingerprint);
  });

  it('leaves pictures out, and a class with its last one', () => {
    const edit: DataEdit = { kind: 'exclude', ids: ['cat/1.jpg', 'cat/2.jpg'] };
    const after = edited(animals, edit);
    expect(after.classes).toEqual(['dog', 'emu']);
    expect(after.samples.map(({ label }) => label)).toEqual([0, 0, 1, 1]);
    expect(said(animals, edit)).toBe('2 pictures left out.');
  });

  it('merges classes into one of them, into a new one, and renames in place', () => {
    expect(edited(animals, { kind: 'merge', classes: ['cat', 'emu'], into: 'emu' }).classes).toEqual(['dog', 'emu']);
    const pets: DataEdit = { kind: 'merge', classes: ['cat', 'dog'], into: 'pet' };
    expect(edited(animals, pets).classes).toEqual(['pet', 'emu']);
    expect(said(animals, pets)).toBe('The classes cat and dog merged into pet (4 pictures changed).');
    const rename: DataEdit = { kind: 'merge', classes: ['dog'], into: 'wolf' };
    expect(edited(animals, rename).classes).toEqual(['cat', 'wolf', 'emu']);
    expect(said(animals, rename)).toBe('The class dog renamed to wolf (2 pictures).');
  });

  it('takes a class with its pictures out, and moves pictures', () => {
    const drop: DataEdit = { kind: 'drop-class', class: 'dog' };
    expect(edited(animals, drop).classes).toEqual(['cat', 'emu']);
    expect(said(animals, drop)).toBe('The class dog left out with its 2 pictures.');
    const move: DataEdit = { kind: 'move', ids: ['cat/2.jpg', 'cat/1.jpg'], split: 'train' };
    expect(told(edited(animals, move)).slice(0, 2)).toEqual(['cat/1.jpg=cat:train', 'cat/2.jpg=cat:train']);
    expect(said(animals, move)).toBe('1 picture moved to training.');
  });

  it('parts anew with near-duplicates together', () => {
    const many = dataset(
      ['a', 'b'],
      Array.from({ length: 40 }, (_, i) => ({
        id: `${i < 20 ? 'a' : 'b'}/${String(i).padStart(2, '0')}`,
        label: i < 20 ? 0 : 1,
        ...(i < 4 ? { group: 0 } : {}),
      })),
    );
    const edit: DataEdit = { kind: 'resplit', seed: 5, val: 0.1, test: 0.25 };
    const after = edited(many, edit);
    const of = (split: Split) => after.samples.filter((sample) => sample.split === split).length;
    // Of 20 pictures a class, 5 are for testing and 2 for validation.
    expect([of('train'), of('val'), of('test')]).toEqual([26, 4, 10]);
    expect(new Set(after.samples.slice(0, 4).map(({ split }) => split)).size).toBe(1);
    expect(after.splitOrigin).toBe('seeded');
    expect(said(many, edit)).toBe(
      'All pictures parted anew: 65% for training, 10% for validation, 25% for testing (seed 5).',
    );
  });
});

describe('refusals', () => {
  const refusal = (edit: DataEdit, base = animals): string => {
    const editor = new DataEditor(base);
    try {
      editor.apply(edit);
    } catch (error) {
      // Refused as a whole.
      expect(editor.dataset()).toBe(base);
      return (error as { code: string }).code;
    }
    return 'applied';
  };

  it('names what is not there, and what would leave too little', () => {
    expect(refusal({ kind: 'exclude', ids: ['cow/1.jpg'] })).toBe('not-found');
    expect(refusal({ kind: 'merge', classes: ['cow'], into: 'cat' })).toBe('not-found');
    expect(refusal({ kind: 'relabel', ids: ['cat/1.jpg'], classes: ['cat'] })).toBe('bad-argument');
    expect(refusal({ kind: 'relabel', ids: ['cat/1.jpg'], classes: ['cat', 'dog'] })).toBe('bad-argument');
    expect(refusal({ kind: 'merge', classes: ['cat', 'dog', 'emu'], into: 'x' })).toBe('data-one-class');
    expect(refusal({ kind: 'move', ids: animals.samples.map(({ id }) => id), split: 'test' })).toBe('data-empty');
    expect(refusal({ kind: 'resplit', seed: 0, val: 0.5, test: 0.4 })).toBe('impossible-value');
  });

  it('passes over corrections of pictures that are gone, with a warning', () => {
    const less = { ...animals, samples: animals.samples.filter(({ id }) => id !== 'cat/1.jpg') };
    const gone: DataEdit = { kind: 'relabel', ids: ['cat/1.jpg'], classes: ['dog'] };
    const half: DataEdit = { kind: 'exclude', ids: ['cat/1.jpg', 'dog/1.jpg'] };
    const { dataset: after, warnings } = applyEdits(less, [{ edit: gone }, { edit: half }]);
    expect(after.samples.map(({ id }) => id)).toEqual(['cat/2.jpg', 'dog/2.jpg', 'emu/1.jpg', 'emu/2.jpg']);
    expect(warnings).toEqual([
      'A correction (another class for some pictures) could not be applied any more. There is no picture "cat/1.jpg" in this study, or it was left out.',
      'The picture cat/1.jpg is not there any more, which a correction names: 1 picture left out.',
    ]);
  });
});

const box = (label?: number): Box => ({ x0: 0, y0: 0, x1: 4, y1: 4, ...(label === undefined ? {} : { label }) });

describe('several classes a picture', () => {
  const scene = dataset(
    ['bike', 'car', 'tram'],
    [
      { id: '1', label: 0, labels: [0, 1], boxes: [box(0), box(1), box()] },
      { id: '2', label: 1, labels: [1], unsure: [2], boxes: [box(1)] },
      { id: '3', label: 2, labels: [2], unsure: [0, 1] },
    ],
    { task: 'multi-label' },
  );
  const sample = (after: Dataset, id: string) => after.samples.find((each) => each.id === id);

  it('replaces all labels, keeps what is unsure of others, and boxes follow one for one', () => {
    const after = edited(scene, { kind: 'relabel', ids: ['1'], classes: ['tram', 'car'] });
    expect(after.classes).toEqual(['car', 'tram']);
    expect(sample(after, '1')).toMatchObject({ label: 0, labels: [0, 1], boxes: [box(1), box(0), box()] });
    // Nothing is a bike any more, so that nothing can be unsure of it.
    expect(sample(after, '3')).toMatchObject({ labels: [1], unsure: [0] });
  });

  it('merges labels, unsure classes and boxes', () => {
    const after = edited(scene, { kind: 'merge', classes: ['bike', 'car'], into: 'road' });
    expect(after.classes).toEqual(['road', 'tram']);
    expect(sample(after, '1')).toMatchObject({ labels: [0], boxes: [box(0), box(0), box()] });
    expect(sample(after, '3')).toMatchObject({ labels: [1], unsure: [0] });
  });

  it('takes a class from its pictures, and leaves out those of nothing else', () => {
    const drop: DataEdit = { kind: 'drop-class', class: 'car' };
    const after = edited(scene, drop);
    expect(told(after)).toEqual(['1=bike:train', '3=tram:train']);
    expect(sample(after, '1')?.boxes).toEqual([box(0), box()]);
    expect(said(scene, drop)).toBe('The class car taken from 2 pictures; 1 picture of no other class left out.');
  });
});

it('finds problems of labels and parts anew, and forgets those of pictures left out', () => {
  const twin = { hash: hashOf('twin') };
  const base = dataset(
    ['a', 'b', 'c'],
    [...'abc'].flatMap((name, label) =>
      [1, 2, 3, 4].map((i) => ({ id: `${name}/${i}`, label, ...(i === 1 ? twin : {}) })),
    ),
    { problems: [{ file: 'c/4', kind: 'extreme-aspect', reason: 'Wide.' }] },
  );
  const after = edited(
    base,
    { kind: 'exclude', ids: ['c/1', 'c/3', 'c/4'] },
    { kind: 'relabel', ids: ['b/1'], classes: ['a'] },
    { kind: 'move', ids: ['b/1'], split: 'test' },
  );
  expect(after.problems.map(({ kind, file }) => `${kind} ${file}`).sort()).toEqual([
    'class-missing-in-split b',
    'duplicate-across-splits b/1',
    'tiny-class c',
  ]);
});

const editOf = fc.oneof(
  fc.record({
    kind: fc.constant('relabel' as const),
    ids: fc.uniqueArray(fc.constantFrom(...animals.samples.map(({ id }) => id)), { minLength: 1 }),
    classes: fc.tuple(fc.constantFrom('cat', 'dog', 'emu', 'ant', 'yak')),
  }),
  fc.record({
    kind: fc.constant('exclude' as const),
    ids: fc.tuple(fc.constantFrom('cat/1.jpg', 'dog/2.jpg', 'emu/1.jpg')),
  }),
  fc.record({
    kind: fc.constant('merge' as const),
    classes: fc.tuple(fc.constantFrom('cat', 'dog', 'ant')),
    into: fc.constantFrom('cat', 'emu', 'gnu'),
  }),
  fc.record({ kind: fc.constant('drop-class' as const), class: fc.constantFrom('cat', 'dog', 'yak') }),
  fc.record({
    kind: fc.constant('resplit' as const),
    seed: fc.nat(9),
    val: fc.constant(0.25),
    test: fc.constant(0.25),
  }),
);

it('always leaves a data set that can be trained on, and the same for the same corrections', () => {
  fc.assert(
    fc.property(fc.array(editOf, { maxLength: 8 }), (edits) => {
      const after = edited(animals, ...edits);
      expect(after.classes.length).toBeGreaterThanOrEqual(2);
      expect(after.samples.some(({ split }) => split === 'train')).toBe(true);
      const used = new Set(after.samples.map(({ label }) => label));
      expect([...used].sort()).toEqual([...after.classes.keys()]);
      expect(after.fingerprint).toBe(edited(animals, ...edits).fingerprint);
      // One more class of nothing changes nothing that was read.
      expect(animals.classes).toEqual(['cat', 'dog', 'emu']);
    }),
  );
});
