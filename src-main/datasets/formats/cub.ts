/**
 * Data set format `cub`: Caltech-UCSD Birds-200-2011 (Wah, Branson, Welinder, Perona and Belongie, technical report
 * CNS-TR-2011-001, Caltech 2011; format after its README). Tables without a header tell of each picture by number:
 * `images.txt` its path below `images/`, `image_class_labels.txt` its class, `train_test_split.txt` 1 for training and
 * 0 for test, `bounding_boxes.txt` x, y, width and height in pixels. `segmentations/` mirrors `images/`: grey, the share
 * of annotators who saw the bird there; it is published apart, and lies inside of `CUB_200_2011` or beside it. Parts and
 * attributes are not read.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { normalisePath } from '../pictures/boxes.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem, ProblemKind, Split } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Format, ListedBox, ListedPicture, Listing, ListOptions, Match, Place } from '../format.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { nearbyFolders, within } from './nearby-folders.ts';
import { counted, readLines } from './text-lines.ts';

const TABLES = ['images.txt', 'image_class_labels.txt', 'classes.txt'] as const;
const SPLITS = 'train_test_split.txt';
const BOXES = 'bounding_boxes.txt';

export const cub: Format = { id: 'cub', title: 'CUB-200-2011', match, list };

async function findFolder({ tree, focus }: Place): Promise<string | null> {
  const known: readonly string[] = [...TABLES, SPLITS, BOXES];
  if (focus !== null && !known.includes(focus)) return null;
  const found = (await nearbyFolders(tree)).find(
    ({ files, folders }) => folders.includes('images') && TABLES.every((name) => files.includes(name)),
  );
  return found?.path ?? null;
}

async function match(place: Place): Promise<Match> {
  const folder = await findFolder(place);
  return folder === null
    ? { certainty: 0, reason: `There are no ${TABLES.join(', ')}.` }
    : { certainty: 0.95, reason: `There are ${TABLES.join(', ')} as in CUB-200-2011.` };
}

async function list(place: Place, { signal }: ListOptions): Promise<Listing> {
  const { tree } = place;
  const folder = await findFolder(place);
  if (folder === null) {
    throw new SteadygazeError(
      'data-empty',
      `The tables of CUB-200-2011 are not in ${tree.root}.`,
      'Choose the folder CUB_200_2011, with images.txt and the folder images.',
    );
  }
  const problems: Problem[] = [];
  const report = (kind: ProblemKind, file: string, reason: string): void => {
    problems.push({ file, kind, reason });
  };
  const read = (name: string): Promise<Table> => readTable(tree, within(folder, name), report);
  const [images, labels, classes] = [await read(TABLES[0]), await read(TABLES[1]), await read(TABLES[2])];
  const splits = await readOptional(tree, within(folder, SPLITS), report);
  const boxes = await readOptional(tree, within(folder, BOXES), report);
  throwIfCancelled(signal);

  const names = readableNames(classes);
  const inside = within(folder, 'images');
  // What is left in these two at the end is named by nothing.
  const files = new Map((await tree.walk(inside, problems)).map((path) => [path.normalize('NFC'), path]));
  const masks = await findMasks(tree, folder, problems);
  const named = new Set<string>();
  const pictures: ListedPicture[] = [];
  for (const [number, { text, line }] of images) {
    const name = normalisePath(text);
    const path = within(inside, name);
    const id = files.get(path);
    if (id === undefined) {
      if (named.has(path))
        report('bad-annotation', within(folder, TABLES[0]), `Line ${line}: "${name}" is named a second time.`);
      else report('missing-picture', path.slice(0, 300), `Line ${line} of images.txt names it, but it is not there.`);
      continue;
    }
    files.delete(path);
    named.add(path);
    const mask = masks.get(withoutExtension(name));
    masks.delete(withoutExtension(name));
    const label = labels.get(number)?.text;
    const className = names.get(Number(label));
    if (className === undefined) {
      const reason =
        label === undefined
          ? 'The picture has no line in image_class_labels.txt.'
          : `The class of the picture, "${label.slice(0, 50)}", is not in classes.txt.`;
      report('unlabelled', id, reason);
      continue;
    }
    const box = boxOf(boxes.get(number), within(folder, BOXES));
    const split = splitOf(splits.get(number), within(folder, SPLITS), report);
    pictures.push({
      id,
      classNames: [className],
      split,
      ...(box === null ? {} : { boxes: [box] }),
      ...(mask === undefined ? {} : { mask }),
    });
  }
  if (files.size > 0)
    report('unlabelled', inside, `Not named in images.txt: ${counted(files.size, 'file')} of this folder.`);
  if (masks.size > 0) {
    const [example] = masks.values();
    report('bad-mask', example, `Belonging to no picture of images.txt: ${counted(masks.size, 'mask')}, such as this.`);
  }
  const parts = splits.size > 0 ? ', parted into training and test as published' : '';
  return {
    task: 'single-label',
    classes: [...names.values()],
    pictures,
    sentence: `CUB-200-2011, ${counted(pictures.length, 'picture')} of birds${parts}.`,
    choices: [],
    problems,
  };
}

/** What a table says of each number, and in which line; in the order of the numbers. */
type Table = ReadonlyMap<number, { readonly text: string; readonly line: number }>;
type Report = (kind: ProblemKind, file: string, reason: string) => void;

async function readTable(tree: FileTree, file: string, report: Report): Promise<Table> {
  const rows = new Map<number, { readonly text: string; readonly line: number }>();
  for (const { text, line } of await readLines(tree, file)) {
    const [, number, rest] = /^(\d{1,9})\s+(.+)$/.exec(text) ?? [];
    if (rest === undefined) report('bad-annotation', file, `Line ${line} does not begin with a number and a space.`);
    else if (rows.has(Number(number)))
      report('bad-annotation', file, `Line ${line}: number ${number} stands there twice.`);
    else rows.set(Number(number), { text: rest, line });
  }
  return new Map([...rows].sort(([a], [b]) => a - b));
}

/** Empty where there is none. */
async function readOptional(tree: FileTree, file: string, report: Report): Promise<Table> {
  try {
    return (await tree.stamp(file)) === null ? new Map() : await readTable(tree, file, report);
  } catch (error) {
    report('unreadable', file, reasonOfSystem(error));
    return new Map();
  }
}

/** `001.Black_footed_Albatross` -> `Black footed Albatross`, by number; the whole name where two would be equal. */
function readableNames(classes: Table): ReadonlyMap<number, string> {
  const shorten = (text: string): string =>
    text
      .replace(/^\d+\./, '')
      .replaceAll('_', ' ')
      .trim()
      .normalize('NFC');
  const all = [...classes].map(([number, { text }]) => ({ number, text, short: shorten(text) }));
  const count = new Map<string, number>();
  for (const { short } of all) count.set(short, (count.get(short) ?? 0) + 1);
  return new Map(all.map(({ number, text, short }) => [number, short !== '' && count.get(short) === 1 ? short : text]));
}

function splitOf(
  row: { readonly text: string; readonly line: number } | undefined,
  file: string,
  report: Report,
): Split | null {
  if (row === undefined) return null;
  if (row.text === '1') return 'train';
  if (row.text === '0') return 'test';
  report('bad-annotation', file, `Line ${row.line}: "${row.text.slice(0, 50)}" is neither 1 (training) nor 0 (test).`);
  return null;
}

/** Whether its numbers mean a box is checked with all others, in boxes.ts. */
function boxOf(row: { readonly text: string; readonly line: number } | undefined, file: string): ListedBox | null {
  if (row === undefined) return null;
  const [x = NaN, y = NaN, width = NaN, height = NaN] = row.text.split(/\s+/).map(Number);
  return { x0: x, y0: y, x1: x + width, y1: y + height, unit: 'pixel', from: { file, line: row.line } };
}

/** Path of each mask by `<class>/<name>`. */
async function findMasks(tree: FileTree, folder: string, problems: Problem[]): Promise<Map<string, string>> {
  const beside = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
  const nearby = await nearbyFolders(tree);
  const start = [folder, beside, '']
    .filter((path) => nearby.find((found) => found.path === path)?.folders.includes('segmentations'))
    .map((path) => within(path, 'segmentations'))[0];
  if (start === undefined) return new Map();
  const paths = await tree.walk(start, problems);
  return new Map(paths.map((path) => [withoutExtension(path.slice(start.length + 1)).normalize('NFC'), path]));
}

const withoutExtension = (path: string): string => path.replace(/\.[^./]+$/, '');
