/**
 * Data set format `coco`: objects in pictures as COCO writes them (cocodataset.org/#format-data), which most annotation
 * tools export. The classes of a picture are the categories of its objects; boxes, outlines and run lengths are kept.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import { PictureFinder } from '../pictures/find-picture.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Choice, Format, Listing, ListOptions, Match, Place } from '../format.ts';
import { asName } from './annotations/json-file.ts';
import { labelPictures } from './annotations/labelled-pictures.ts';
import type { AnnotatedPicture } from './annotations/labelled-pictures.ts';
import { filesBelow, reportUnnamed, requireAnnotated } from './annotations/pictures-on-disk.ts';
import { Reports } from './annotations/reports.ts';
import { splitInName } from './annotations/split-name.ts';
import { readCocoFile, recogniseCoco, UNUSABLE } from './coco/coco-file.ts';
import type { CocoFile, CocoKind } from './coco/coco-file.ts';
import { classesOfCategories, picturesOf } from './coco/coco-objects.ts';
import { baseName, nearbyFolders, within } from './nearby-folders.ts';
import { counted, inWords } from './text-lines.ts';

export const coco: Format = { id: 'coco', title: 'COCO annotations', match: matchCoco, list: listCoco };

/** Looked into at most; a folder may hold a JSON file a picture. */
const MOST_FILES = 40;

interface Candidate {
  readonly path: string;
  readonly kind: CocoKind;
}

async function matchCoco({ tree, focus }: Place): Promise<Match> {
  const found = await candidates(tree, focus);
  const best = usable(found)[0];
  if (best?.kind === 'objects') {
    const reason = `The file ${best.path} lists pictures, the objects in them and their categories, as COCO does.`;
    return { certainty: 0.9, reason };
  }
  if (best !== undefined) {
    return { certainty: 0.3, reason: `The file ${best.path} lists the joints of people or animals, as COCO does.` };
  }
  const [other] = found;
  if (other === undefined) return { certainty: 0, reason: 'There is no annotation file of COCO.' };
  return { certainty: 0.25, reason: `The file ${other.path} is one of COCO's. ${reasonAgainst(other)}` };
}

const reasonAgainst = ({ kind }: Candidate): string =>
  kind === 'objects' || kind === 'keypoints' ? 'Another file says more about the same pictures.' : UNUSABLE[kind];

/** JSON files of the COCO family, those called instances first. Never throws. */
async function candidates(tree: FileTree, focus: string | null): Promise<Candidate[]> {
  const paths = focus === null ? await jsonFiles(tree) : [focus];
  const found: Candidate[] = [];
  for (const path of paths.filter((name) => /\.json$/i.test(name)).slice(0, MOST_FILES)) {
    const kind = await recogniseCoco(tree, path);
    if (kind !== null) found.push({ path, kind });
  }
  return found;
}

async function jsonFiles(tree: FileTree): Promise<string[]> {
  const folders = [...(await nearbyFolders(tree))];
  const known = new Set(folders.map(({ path }) => path));
  for (const name of folders[0]?.folders ?? []) {
    if (known.has(name) || !/annot|label|json|train|val|test/i.test(name)) continue;
    const listing = await tree.list(name).catch(() => null);
    if (listing !== null) folders.push({ path: name, ...listing });
  }
  const isInstances = (path: string): boolean => /^instances/i.test(baseName(path));
  return folders
    .flatMap(({ path, files }) => files.filter((file) => /\.json$/i.test(file)).map((file) => within(path, file)))
    .sort((a, b) => Number(isInstances(b)) - Number(isInstances(a)) || (a < b ? -1 : 1));
}

/** Of several files about the same pictures, those of objects: named so where any is. */
function usable(found: readonly Candidate[]): Candidate[] {
  const objects = found.filter(({ kind }) => kind === 'objects');
  const named = objects.filter(({ path }) => /^instances/i.test(baseName(path)));
  if (named.length > 0) return named;
  return objects.length > 0 ? objects : found.filter(({ kind }) => kind === 'keypoints');
}

async function listCoco({ tree, focus }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const found = await candidates(tree, focus);
  const used = usable(found);
  if (used.length === 0) throw nothingUsable(found);
  const reports = new Reports();
  const problems: Problem[] = [];
  for (const other of found) {
    if (!used.includes(other)) reports.add(other.path, 'ignored', `The file is not used. ${reasonAgainst(other)}`);
  }
  const files = await readAll(tree, used, reports, signal);
  const level = levelChoice(files, choices['level']);
  const { pictures: onDisk } = await filesBelow(tree, problems);
  const finder = new PictureFinder(onDisk);
  const taken = new Set<string>();
  const annotated: AnnotatedPicture[] = [];
  const order = new Set<string>();
  for (const file of files) {
    throwIfCancelled(signal);
    const classOf = classesOfCategories(file, level.value, reports);
    for (const name of classOf.values()) order.add(name);
    // Of a single file nothing is known of how its pictures are to be parted.
    const split = files.length > 1 ? splitInName(file.path) : null;
    for (const picture of picturesOf(file, { finder, classOf, split, reports, taken })) annotated.push(picture);
  }
  const names = files.map(({ path }) => path);
  requireAnnotated(annotated, names, reports);
  reportUnnamed(onDisk, taken, names[0] ?? '', reports);
  const labelled = await labelPictures(annotated, {
    ...{ tree, reports, choices, order: [...order] },
    ...(signal === undefined ? {} : { signal }),
  });
  for (const name of order) {
    if (labelled.classes.includes(name)) continue;
    reports.add(names[0] ?? '', 'tiny-class', 'The annotations list this class, but no picture shows it.', name);
  }
  return {
    ...labelled,
    sentence: `COCO annotations of ${counted(annotated.length, 'picture')} in ${inWords(names.slice(0, 5))}.`,
    choices: [...labelled.choices, ...level.choice],
    problems: [...problems, ...reports.all()],
  };
}

function nothingUsable([first]: readonly Candidate[]): SteadygazeError {
  if (first === undefined) {
    return new SteadygazeError(
      'data-unreadable',
      'There is no annotation file of COCO with objects in it.',
      'It is a .json file, in a folder "annotations" as a rule, and its name often begins with "instances".',
    );
  }
  return new SteadygazeError(
    'data-unreadable',
    `The annotation file ${first.path} does not say what is in the pictures. ${reasonAgainst(first)}`,
    'Choose a file of objects; its name often begins with "instances".',
  );
}

/** All that can be read. @throws the error of the first where none can */
async function readAll(
  tree: FileTree,
  used: readonly Candidate[],
  reports: Reports,
  signal: AbortSignal | undefined,
): Promise<CocoFile[]> {
  const files: CocoFile[] = [];
  let failure: unknown;
  for (const { path } of used) {
    throwIfCancelled(signal);
    try {
      files.push(await readCocoFile(tree, path));
    } catch (error) {
      failure ??= error;
      reports.add(path, 'bad-annotation', error instanceof Error ? error.message : String(error));
    }
  }
  if (files.length === 0) throw failure;
  return files;
}

type Level = 'category' | 'supercategory';

/** Asked where categories are grouped in a way that makes other classes. */
function levelChoice(files: readonly CocoFile[], answer: string | undefined): { value: Level; choice: Choice[] } {
  const categories = files.flatMap((file) => [...file.categories.values()]);
  const names = new Set(categories.map(({ name }) => asName(name)));
  const groups = new Set(categories.flatMap(({ supercategory }) => asName(supercategory) ?? []));
  const isGrouped = groups.size > 1 && groups.size < names.size;
  const value = isGrouped && answer === 'supercategory' ? 'supercategory' : 'category';
  if (!isGrouped) return { value, choice: [] };
  const options = [
    { value: 'category', label: `Categories (${names.size})` },
    { value: 'supercategory', label: `Groups of categories (${groups.size})` },
  ];
  const examples = inWords([...groups].slice(0, 3));
  return {
    value,
    choice: [{ key: 'level', label: 'Classes', value, options, explanation: `Groups are, for example, ${examples}.` }],
  };
}
