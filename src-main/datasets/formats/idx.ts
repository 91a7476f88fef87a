/**
 * Data set format `idx`: MNIST and its family (Fashion-MNIST, KMNIST, QMNIST, EMNIST) in the files that MNIST introduced,
 * `train-images-idx3-ubyte` beside `train-labels-idx1-ubyte`, `t10k-` for the test; packed or not. See idx-store.ts.
 */
import { arrayFormat } from '../arrays/array-format.ts';
import type { ClassNames } from '../arrays/array-format.ts';
import { filesNamed } from '../arrays/array-files.ts';
import { openIdxStore } from '../arrays/idx-store.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Choice, Place } from '../format.ts';

export const idx = arrayFormat({
  id: 'idx',
  title: 'IDX files (MNIST family)',
  certainty: 0.9,
  find,
  open: openIdxStore,
  // EMNIST is stored with rows and columns exchanged (Cohen et al. 2017, as its files show).
  hints: (files) => (files.some((file) => /emnist/i.test(file)) ? { axes: ['wh', 'whc'] } : {}),
  names,
});

const NAME = /([-_.]idx\d([-_.]?(ubyte|byte|short|int|float|double))?|\.idx)(\.gz)?$/i;

/** Without the packed ones of which the unpacked file lies beside. */
async function find(place: Place): Promise<readonly string[]> {
  const files = await filesNamed(place, (name) => NAME.test(name));
  return files.filter((file) => !/\.gz$/i.test(file) || !files.includes(file.slice(0, -3)));
}

const FASHION = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',');
/** Of the part "letters", whose labels count from 1: upper and lower case are one class. */
const LETTERS = ['@', ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Labels are numbers, and the files do not say of what. */
async function names(tree: FileTree, files: readonly string[], answer: string | undefined): Promise<ClassNames> {
  const place = `${tree.root}/${files[0] ?? ''}`;
  const mapping = await readMapping(tree, files);
  const guess = /fashion/i.test(place)
    ? 'fashion'
    : mapping !== null
      ? 'mapping'
      : /letters/i.test(files[0] ?? '')
        ? 'letters'
        : 'numbers';
  const options = [
    { value: 'numbers', label: 'the numbers themselves (digits)' },
    { value: 'fashion', label: 'Fashion-MNIST: T-shirt/top, Trouser, Pullover, ...' },
    { value: 'letters', label: 'letters: 1 is A, 2 is B, ...' },
    ...(mapping === null ? [] : [{ value: 'mapping', label: `letters and digits of ${mapping.file}` }]),
  ];
  const value = options.find((option) => option.value === answer)?.value ?? guess;
  const choice: Choice = {
    key: 'names',
    label: 'Names of the classes',
    value,
    options,
    explanation: 'The files hold numbers only; guessed from the names of files and folders.',
  };
  const known = { fashion: FASHION, letters: LETTERS, mapping: mapping?.names ?? [] }[value];
  return { names: known ?? [], choice };
}

/** EMNIST's `emnist-balanced-mapping.txt`: a line a class, the label and the code of its sign, and of the small letter. */
async function readMapping(
  tree: FileTree,
  files: readonly string[],
): Promise<{ readonly file: string; readonly names: readonly string[] } | null> {
  const folder = files[0]?.includes('/') === true ? files[0].slice(0, files[0].lastIndexOf('/') + 1) : '';
  const listing = await tree.list(folder.slice(0, -1));
  const mappings = listing.files.filter((name) => /mapping\.txt$/i.test(name));
  // Of several parts of EMNIST, each has its own, and which is meant is not known here.
  if (mappings.length !== 1) return null;
  const text = Buffer.from(await tree.readRange(folder + mappings[0], 0, 100_000)).toString('latin1');
  const names: string[] = [];
  for (const [, label, ...codes] of text.matchAll(/^(\d{1,3}) (\d{1,5})(?: (\d{1,5}))?\s*$/gm)) {
    const signs = codes.flatMap((code) => (code ? String.fromCharCode(Number(code)) : []));
    names[Number(label)] = signs.join('/');
  }
  // Numbers that are missing are called by their number.
  return { file: mappings[0], names: Array.from(names, (name, label) => name ?? `(${label})`) };
}
