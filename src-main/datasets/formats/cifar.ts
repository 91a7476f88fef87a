/**
 * Data set format `cifar`: the binary versions of CIFAR-10 and CIFAR-100 (A. Krizhevsky, "Learning Multiple Layers of
 * Features from Tiny Images", 2009; cs.toronto.edu/~kriz/cifar.html). A record is the label in one byte (CIFAR-100: first
 * the coarse one, then the fine one) and 3072 bytes: 32 x 32 reds row by row, then the greens, then the blues.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { variantStamp } from '../arrays/array-reader.ts';
import { arrayPicture } from '../pictures/array-picture.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem, Split } from '../dataset.ts';
import type { FileTree, PictureReader } from '../trees/file-tree.ts';
import type { Choice, Format, ListedPicture, Listing, ListOptions, Match, Place } from '../format.ts';
import type { FileStamp } from '../index/index-cache.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';

export const cifar: Format = {
  id: 'cifar',
  title: 'CIFAR-10 or CIFAR-100, binary version',
  match,
  list,
  pictures: ({ tree }) => Promise.resolve(new CifarPictures(tree)),
};

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** Records read at once while looking at labels: 3 MB. */
const AT_ONCE = 1000;

/** Which of the two it is. `at`: place of a label in a record. */
interface Version {
  readonly name: string;
  /** Label bytes in front of the pixels. */
  readonly lead: 1 | 2;
  readonly splitOf: (file: string) => Split | null;
}

const TEN: Version = {
  name: 'CIFAR-10',
  lead: 1,
  splitOf: (file) => (/^data_batch_\d+\.bin$/.test(file) ? 'train' : file === 'test_batch.bin' ? 'test' : null),
};
const HUNDRED: Version = {
  name: 'CIFAR-100',
  lead: 2,
  splitOf: (file) => (file === 'train.bin' ? 'train' : file === 'test.bin' ? 'test' : null),
};

interface Found {
  readonly version: Version;
  readonly files: readonly string[];
  /** The version for Python. */
  readonly pickled: boolean;
}

async function match({ tree, focus }: Place): Promise<Match> {
  const found = await find(tree, focus);
  if (found === null) return { certainty: 0, reason: 'There are no files of CIFAR.' };
  const { version, files, pickled } = found;
  if (pickled) return { certainty: 0.7, reason: `These are the files of ${version.name} for Python.` };
  return { certainty: 0.9, reason: `There are ${files.join(', ')}, as in the binary version of ${version.name}.` };
}

async function find(tree: FileTree, focus: string | null): Promise<Found | null> {
  const { files } = await tree.list('');
  if (focus !== null && !files.includes(focus)) return null;
  for (const version of [TEN, HUNDRED]) {
    const fitting = files.filter((file) => version.splitOf(file) !== null);
    if (fitting.length === 0 || (focus !== null && !fitting.includes(focus) && !NAMES.includes(focus))) continue;
    // `train.bin` may be anything: it is of CIFAR-100 where the names are there, or its length says so.
    const named = version === TEN || files.includes('fine_label_names.txt');
    const size = (await tree.stamp(fitting[0]))?.size ?? 0;
    if (named || (size > 0 && size % (version.lead + 3 * PLANE) === 0))
      return { version, files: fitting, pickled: false };
  }
  for (const [version, pickle] of [
    [TEN, files.find((file) => /^data_batch_\d+$/.test(file))],
    [HUNDRED, files.includes('meta') ? files.find((file) => file === 'train') : undefined],
  ] as const) {
    if (pickle === undefined) continue;
    // The beginning of every pickle since Python 2.3.
    const [first] = await tree.readRange(pickle, 0, 2).catch(() => new Uint8Array());
    if (first === 0x80) return { version, files: [pickle], pickled: true };
  }
  return null;
}

const NAMES = ['batches.meta.txt', 'fine_label_names.txt', 'coarse_label_names.txt'];

async function list({ tree, focus }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const found = await find(tree, focus);
  if (found === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'There are no files of CIFAR here, such as data_batch_1.bin or train.bin.',
      'Choose the folder "cifar-10-batches-bin" or "cifar-100-binary".',
    );
  }
  const { version, files } = found;
  if (found.pickled) throw pickled(version, files[0]);
  const problems: Problem[] = [];
  const choice = version === TEN ? null : labelChoice(choices['labels']);
  const coarse = choice?.value === 'coarse';
  const namesFile = version === TEN ? NAMES[0] : coarse ? NAMES[2] : NAMES[1];
  const names = await readNames(tree, namesFile, problems);
  const pictures: ListedPicture[] = [];
  let largest = -1;
  for (const file of files) {
    const at = version === HUNDRED && !coarse ? 1 : 0;
    const labels = await readLabels(tree, file, version, at, problems, signal);
    const strange = labels.filter((label) => names !== null && label >= names.length).length;
    if (strange > 0) {
      const reason = `${strange} of its pictures have a label that none of the ${names?.length} names belongs to; they are left out.`;
      problems.push({ file, kind: 'bad-annotation', reason });
    }
    labels.forEach((label, i) => {
      const className = names === null ? String(label) : names[label];
      if (className === undefined) return;
      largest = Math.max(largest, label);
      pictures.push({ id: `${file}#${i}`, classNames: [className], split: version.splitOf(file) });
    });
  }
  const which = choice === null ? '' : coarse ? ' with the coarse labels' : ' with the fine labels';
  return {
    task: 'single-label',
    classes: names ?? Array.from({ length: largest + 1 }, (_, label) => String(label)),
    pictures,
    sentence: `${version.name}, binary version: ${pictures.length} pictures of 32 x 32 pixels${which}.`,
    choices: choice === null ? [] : [choice],
    problems,
  };
}

const pickled = ({ name }: Version, file: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    `This is the version of ${name} for Python; its files ("${file}") are pickles, which can run programs when they are opened, and are never opened here.`,
    `Get "${name} binary version (suitable for C programs)" from the same page: it holds the same pictures.`,
  );

function labelChoice(answer: string | undefined): Choice {
  const options = [
    { value: 'fine', label: '100 classes (fine labels)' },
    { value: 'coarse', label: '20 groups of classes (coarse labels)' },
  ];
  const value = options.find((option) => option.value === answer)?.value ?? 'fine';
  return { key: 'labels', label: 'Classes', value, options, explanation: 'Every picture of CIFAR-100 has both.' };
}

/** @returns null, and a problem, where classes can only be called by their numbers */
async function readNames(tree: FileTree, file: string, problems: Problem[]): Promise<readonly string[] | null> {
  try {
    const text = Buffer.from(await tree.readRange(file, 0, 100_000)).toString('utf8');
    const names = text.split('\n').flatMap((line) => line.trim().normalize('NFC') || []);
    if (names.length > 0 && new Set(names).size === names.length) return names;
    problems.push({
      file,
      kind: 'bad-annotation',
      reason: 'The names of the classes are missing or not all different.',
    });
  } catch (error) {
    const reason = `Classes are called by their numbers, for their names cannot be read. ${reasonOfSystem(error)}`;
    problems.push({ file, kind: 'ignored', reason });
  }
  return null;
}

/** One label a record. @param at its place in the record */
async function readLabels(
  tree: FileTree,
  file: string,
  { lead }: Version,
  at: number,
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const record = lead + 3 * PLANE;
  const labels: number[] = [];
  try {
    const size = (await tree.stamp(file))?.size ?? 0;
    const count = Math.floor(size / record);
    if (count * record < size) {
      const reason = `The file is incomplete: ${size} bytes are ${count} pictures and a part of another one.`;
      problems.push({ file, kind: 'unreadable', reason });
    }
    for (let first = 0; first < count; first += AT_ONCE) {
      throwIfCancelled(signal);
      const records = Math.min(AT_ONCE, count - first);
      const bytes = await tree.readRange(file, first * record, records * record);
      for (let i = 0; i < Math.floor(bytes.length / record); i++) labels.push(bytes[i * record + at]);
    }
  } catch (error) {
    if (error instanceof SteadygazeError && error.code === 'cancelled') throw error;
    problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
  }
  return labels;
}

/** Reads one picture at a time where it lies. Closing it closes the tree. */
class CifarPictures implements PictureReader {
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  async stamp(id: string): Promise<FileStamp | null> {
    const { file, start } = placeOf(id);
    const stamp = await this.#tree.stamp(file);
    return stamp === null || stamp.size < start + 3 * PLANE ? null : variantStamp(stamp, []);
  }

  async read(id: string): Promise<Uint8Array> {
    const { file, start } = placeOf(id);
    const planes = await this.#tree.readRange(file, start, 3 * PLANE);
    if (planes.length < 3 * PLANE) throw new SteadygazeError('data-unreadable', `"${file}" ends before this picture.`);
    const pixels = new Uint8Array(3 * PLANE);
    for (let at = 0; at < PLANE; at++) {
      for (let colour = 0; colour < 3; colour++) pixels[at * 3 + colour] = planes[colour * PLANE + at];
    }
    return arrayPicture({ width: SIDE, height: SIDE, channels: 3, type: 'u8', pixels });
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}

/** @throws SteadygazeError `not-found` */
function placeOf(id: string): { readonly file: string; readonly start: number } {
  const [, file = '', number = ''] = /^([\w.]+)#(\d{1,9})$/.exec(id) ?? [];
  const version = [TEN, HUNDRED].find(({ splitOf }) => splitOf(file) !== null);
  if (version === undefined) throw new SteadygazeError('not-found', `"${id}" is no picture of CIFAR.`);
  return { file, start: Number(number) * (version.lead + 3 * PLANE) + version.lead };
}
