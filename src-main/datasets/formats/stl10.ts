/**
 * Data set format `stl10`: the binary files of STL-10 (Coates, Lee and Ng, "An Analysis of Single-Layer Networks in
 * Unsupervised Feature Learning", AISTATS 2011; cs.stanford.edu/~acoates/stl10). `train_X.bin` and `test_X.bin` hold
 * pictures of 96 x 96 as bytes, the red, green and blue plane one after the other, each column by column; `train_y.bin`
 * and `test_y.bin` hold a byte of 1..10 a picture; a line of `fold_indices.txt` names the 1,000 training pictures of a
 * fold by numbers from 0. `unlabeled_X.bin` has no labels and is never read.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { arrayPicture } from '../pictures/array-picture.ts';
import type { Problem, Split } from '../dataset.ts';
import type { FileTree, PictureReader } from '../trees/file-tree.ts';
import type { Choice, Format, ListedPicture, Listing, ListOptions, Match, Place } from '../format.ts';
import type { FileStamp } from '../index/index-cache.ts';
import { nearbyFolders, within } from './nearby-folders.ts';
import { counted, readLines } from './text-lines.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';

const SIDE = 96;
const PLANE = SIDE * SIDE;
const PICTURE_BYTES = 3 * PLANE;
const CLASSES = ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck'];
/** The published label files have 5,000 and 8,000 bytes. */
const MOST_LABELS = 10_000_000;
const FILES = /^((train|test)_[Xy]\.bin|unlabeled_X\.bin|class_names\.txt|fold_indices\.txt)$/;

export const stl10: Format = { id: 'stl10', title: 'STL-10', match, list, pictures };

/** The folder that the files lie in, or null. */
async function findFolder({ tree, focus }: Place): Promise<string | null> {
  if (focus !== null && !FILES.test(focus)) return null;
  return (await nearbyFolders(tree)).find(({ files }) => files.includes('train_X.bin'))?.path ?? null;
}

async function match(place: Place): Promise<Match> {
  const folder = await findFolder(place);
  if (folder === null) return { certainty: 0, reason: 'There is no train_X.bin.' };
  const [pictures, labels] = await Promise.all(
    ['train_X.bin', 'train_y.bin'].map((name) => place.tree.stamp(within(folder, name))),
  );
  const fits = pictures !== null && labels !== null && pictures.size === labels.size * PICTURE_BYTES;
  const reason = `There is a train_X.bin${fits ? ` with ${counted(labels.size, 'picture')} of 96 x 96` : ''}.`;
  return { certainty: fits ? 0.95 : 0.7, reason };
}

async function list(place: Place, { choices }: ListOptions): Promise<Listing> {
  const folder = await findFolder(place);
  if (folder === null) {
    throw new SteadygazeError(
      'data-empty',
      'There is no train_X.bin with the training pictures of STL-10.',
      'Choose the folder that train_X.bin and train_y.bin lie in.',
    );
  }
  const problems: Problem[] = [];
  const names = await classNames(place.tree, folder, problems);
  const train = await readPart(place.tree, folder, 'train', names, problems);
  if (train.length === 0) {
    throw new SteadygazeError(
      'data-unreadable',
      `No training picture of STL-10 can be read. ${problems.at(-1)?.reason ?? ''}`.trim(),
      'Unpack stl10_binary.tar.gz again: train_X.bin and train_y.bin must lie in one folder.',
    );
  }
  const test = (await place.tree.stamp(within(folder, 'test_X.bin')))
    ? await readPart(place.tree, folder, 'test', names, problems)
    : [];
  await noteUnlabelled(place.tree, folder, problems);

  const folds = await readFolds(place.tree, folder, train.length, problems);
  const choice = foldChoice(folds, train.length, choices['fold']);
  const fold = folds[Number(choice?.value) - 1];
  const labelled = (picture: ListedPicture | null): picture is ListedPicture => picture !== null;
  const chosen = (fold === undefined ? train : fold.map((i) => train[i])).filter(labelled);
  const testing = test.filter(labelled);
  const part = fold === undefined ? '' : `, fold ${choice?.value}`;
  return {
    task: 'single-label',
    classes: names,
    pictures: [...chosen, ...testing],
    sentence: `STL-10${part}: ${counted(chosen.length, 'training picture')}, ${counted(testing.length, 'test picture')}.`,
    choices: choice === null ? [] : [choice],
    problems,
  };
}

async function classNames(tree: FileTree, folder: string, problems: Problem[]): Promise<readonly string[]> {
  const file = within(folder, 'class_names.txt');
  if ((await tree.stamp(file)) === null) return CLASSES;
  try {
    const names = (await readLines(tree, file, 100_000)).map(({ text }) => text.normalize('NFC'));
    if (names.length === CLASSES.length && new Set(names).size === names.length) return names;
    const reason = `The list holds ${counted(names.length, 'name')} instead of 10 different ones; the published names are used.`;
    problems.push({ file, kind: 'bad-annotation', reason });
  } catch (error) {
    problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
  }
  return CLASSES;
}

/** By number of the picture; null where its label is none. */
async function readPart(
  tree: FileTree,
  folder: string,
  part: 'train' | 'test',
  names: readonly string[],
  problems: Problem[],
): Promise<(ListedPicture | null)[]> {
  const [file, labelFile] = [within(folder, `${part}_X.bin`), within(folder, `${part}_y.bin`)];
  const [size, labelSize] = (await Promise.all([tree.stamp(file), tree.stamp(labelFile)])).map((found) => found?.size);
  const report = (name: string, reason: string): void => {
    problems.push({ file: name, kind: 'bad-annotation', reason });
  };
  if (size === undefined || labelSize === undefined) {
    report(labelFile, `There are no labels for ${part}_X.bin: the file ${part}_y.bin is missing.`);
    return [];
  }
  if (labelSize > MOST_LABELS) {
    report(labelFile, `The file is too long for labels of STL-10: ${labelSize.toLocaleString('en-US')} bytes.`);
    return [];
  }
  const count = Math.floor(size / PICTURE_BYTES);
  if (size % PICTURE_BYTES !== 0) {
    report(file, `The file ends within a picture: ${counted(count, 'whole picture')} of 27,648 bytes can be read.`);
  }
  if (count !== labelSize) {
    report(
      labelFile,
      `There are ${counted(labelSize, 'label')} for ${counted(count, 'picture')}; the rest is left out.`,
    );
  }
  const labels = await tree.read(labelFile);
  const split: Split = part;
  return Array.from({ length: Math.min(count, labels.length) }, (_, i) => {
    const id = `${file}#${i}`;
    const name = names[labels[i] - 1];
    if (name !== undefined) return { id, classNames: [name], split };
    report(id, `The label is ${labels[i]}; STL-10 has labels from 1 to 10.`);
    return null;
  });
}

async function noteUnlabelled(tree: FileTree, folder: string, problems: Problem[]): Promise<void> {
  const file = within(folder, 'unlabeled_X.bin');
  const stamp = await tree.stamp(file);
  if (stamp === null) return;
  const count = counted(Math.floor(stamp.size / PICTURE_BYTES), 'picture');
  problems.push({ file, kind: 'unlabelled', reason: `${count} without labels are left aside.` });
}

/** Numbers of training pictures, a list a fold. */
async function readFolds(tree: FileTree, folder: string, count: number, problems: Problem[]): Promise<number[][]> {
  const file = within(folder, 'fold_indices.txt');
  if ((await tree.stamp(file)) === null) return [];
  try {
    return (await readLines(tree, file, 10_000_000)).map(({ text, line }) => {
      const words = text.split(/\s+/);
      const wrong = words.filter((word) => !(/^\d{1,9}$/.test(word) && Number(word) < count));
      if (wrong.length > 0) {
        const reason = `Line ${line}: ${wrong.length} of ${words.length} numbers are none of a training picture (0 to ${count - 1}), such as "${wrong[0].slice(0, 20)}".`;
        problems.push({ file, kind: 'bad-annotation', reason });
      }
      return [...new Set(words.filter((word) => !wrong.includes(word)).map(Number))];
    });
  } catch (error) {
    problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
    return [];
  }
}

function foldChoice(folds: readonly (readonly number[])[], count: number, answer: string | undefined): Choice | null {
  if (folds.length === 0) return null;
  const options = [
    { value: 'all', label: `all ${counted(count, 'training picture')}` },
    ...folds.map((fold, i) => ({ value: String(i + 1), label: `fold ${i + 1}: ${counted(fold.length, 'picture')}` })),
  ];
  return {
    key: 'fold',
    label: 'Training pictures',
    value: options.find(({ value }) => value === answer)?.value ?? 'all',
    options,
    explanation: 'Results on STL-10 are often given as the mean over its ten folds of 1,000 training pictures.',
  };
}

function pictures({ tree }: Place): Promise<PictureReader> {
  return Promise.resolve(new Stl10Pictures(tree));
}

/** Reads one picture at a time where it lies. Closing it closes the tree. */
class Stl10Pictures implements PictureReader {
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  async stamp(id: string): Promise<FileStamp | null> {
    const { file, index } = placeOf(id);
    const stamp = await this.#tree.stamp(file);
    if (stamp === null || stamp.size < (index + 1) * PICTURE_BYTES) return null;
    return { size: PICTURE_BYTES, mtimeMs: stamp.mtimeMs };
  }

  async read(id: string): Promise<Uint8Array> {
    const { file, index } = placeOf(id);
    const bytes = await this.#tree.readRange(file, index * PICTURE_BYTES, PICTURE_BYTES);
    if (bytes.length < PICTURE_BYTES) {
      throw new SteadygazeError('data-unreadable', `The file ${file} ends before its picture number ${index}.`);
    }
    const pixels = new Uint8Array(PICTURE_BYTES);
    for (let channel = 0; channel < 3; channel++) {
      for (let x = 0; x < SIDE; x++) {
        const column = channel * PLANE + x * SIDE;
        for (let y = 0; y < SIDE; y++) pixels[(y * SIDE + x) * 3 + channel] = bytes[column + y];
      }
    }
    return arrayPicture({ width: SIDE, height: SIDE, channels: 3, type: 'u8', pixels });
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}

/** @throws SteadygazeError `not-found` for a name that is none of a picture */
function placeOf(id: string): { readonly file: string; readonly index: number } {
  const found = /^(.*)#(\d{1,9})$/.exec(id);
  if (found === null) throw new SteadygazeError('not-found', `"${id}" is no picture of STL-10.`);
  return { file: found[1], index: Number(found[2]) };
}
