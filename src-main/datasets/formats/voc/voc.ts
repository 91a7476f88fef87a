/**
 * Data set format `voc`: Pascal VOC 2007 to 2012 (Everingham et al., "The Pascal Visual Object Classes (VOC)
 * Challenge", IJCV 2010, and the development kits' documentation), and what imitates it. A picture is of every class of
 * which it shows an object that is not marked "difficult"; of a class with difficult objects only it is not known
 * ("do not care", as the kit evaluates classification), and difficult objects carry no box.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { forEachConcurrently } from '../../concurrency.ts';
import type { Problem } from '../../dataset.ts';
import type { Format, ListedBox, ListedPicture, Listing, ListOptions, Match, Place } from '../../format.ts';
import { within } from '../nearby-folders.ts';
import { counted, inWords } from '../text-lines.ts';
import { askValidation, validationAs } from '../validation-choice.ts';
import { readAnnotation } from './annotation.ts';
import type { VocAnnotation } from './annotation.ts';
import { askTask, askYear, partsOfYear } from './choices.ts';
import { findParts, readPart } from './devkit.ts';
import type { VocEntry, VocFiles, VocPart } from './devkit.ts';
import { vocPictures } from './segmentation.ts';

/** The order in which the kits name them. */
const VOC_CLASSES = [
  ...['aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog'],
  ...['horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train', 'tvmonitor'],
];

export const voc: Format = { id: 'voc', title: 'Pascal VOC annotations', match, list, pictures: vocPictures };

const titleOf = (parts: readonly VocPart[]): string => {
  const years = [...new Set(parts.map(({ year }) => year))].filter((year) => year !== '').sort();
  return ['Pascal VOC', inWords(years)].join(' ').trim();
};

async function match({ tree, focus }: Place): Promise<Match> {
  if (focus !== null) return { certainty: 0, reason: 'A file was named, not a folder.' };
  for (const part of await findParts(tree)) {
    const { files } = await tree.list(part.annotations).catch(() => ({ files: [] }));
    // One of them may be damaged.
    for (const file of files.filter((name) => /\.xml$/i.test(name)).slice(0, 3)) {
      const head = await tree.readRange(within(part.annotations, file), 0, 1000).catch(() => new Uint8Array());
      if (!new TextDecoder('utf-8').decode(head).includes('<annotation')) continue;
      const where = part.annotations === '' ? 'this folder' : part.annotations;
      return { certainty: part.year === '' ? 0.85 : 0.95, reason: `There are annotations of Pascal VOC in ${where}.` };
    }
  }
  return { certainty: 0, reason: 'There are no annotations as in Pascal VOC.' };
}

/** A picture with its annotation, before the questions are answered. */
interface Annotated {
  readonly entry: VocEntry;
  readonly path: string;
  readonly mask: string | null;
  readonly annotation: VocAnnotation;
  /** Classes with an object that is not difficult; then those with difficult ones only. */
  readonly sure: readonly string[];
  readonly unsure: readonly string[];
}

async function list({ tree }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const all = await findParts(tree);
  if (all.length === 0) {
    throw new SteadygazeError(
      'data-empty',
      `There are no annotations of Pascal VOC in ${tree.root}.`,
      'Choose the folder VOCdevkit, or the one of a year in it, with the folders Annotations and JPEGImages.',
    );
  }
  const problems: Problem[] = [];
  const year = askYear(all, choices['year']);
  const parts = partsOfYear(all, year);
  const annotated: Annotated[] = [];
  for (const part of parts) {
    const files = await readPart(tree, part, problems);
    annotated.push(...(await readAnnotations(tree, part, files, problems, signal)));
  }
  const task = askTask(choices['task']);
  const used = task.value === 'single' ? ofOneClass(annotated, parts, problems) : annotated;
  const validation = askValidation(
    used.map(({ entry }) => entry.split),
    choices['val-as'],
  );
  const pictures = used.map((picture): ListedPicture => listed(picture, problems, task.value === 'single'));
  const names = new Set(pictures.flatMap(({ classNames }) => classNames));
  const published = [...names].every((name) => VOC_CLASSES.includes(name));
  return {
    task: task.value === 'single' ? 'single-label' : 'multi-label',
    classes: published ? VOC_CLASSES.filter((name) => names.has(name)) : [...names].sort(),
    pictures: pictures.map((picture) => ({ ...picture, split: validationAs(validation, picture.split) })),
    sentence: `${titleOf(parts)}, ${counted(pictures.length, 'annotated picture')}${listsInWords(used)}.`,
    choices: [year, task, validation].filter((choice) => choice !== null),
    problems,
  };
}

function listsInWords(pictures: readonly Annotated[]): string {
  const names = [...new Set(pictures.map(({ entry }) => /([^/]*)\.txt$/.exec(entry.list)?.[1] ?? ''))];
  const lists = ['train', 'val', 'trainval', 'test'].filter((name) => names.includes(name));
  return lists.length === 0 ? '' : ` of the ${lists.length === 1 ? 'list' : 'lists'} ${inWords(lists)}`;
}

async function readAnnotations(
  tree: Place['tree'],
  part: VocPart,
  { entries, pictures, annotations, masks }: VocFiles,
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<Annotated[]> {
  const found = entries.map((): Annotated | Problem | null => null);
  await forEachConcurrently(
    entries,
    async (entry, i) => {
      const path = pictures.get(entry.name);
      const file = annotations.get(entry.name);
      if (path === undefined) {
        const reason = `${entry.list === '' ? 'An annotation' : `The list ${entry.list}`} names this picture, but it is not there.`;
        found[i] = {
          file: within(part.pictures, entry.name.slice(0, 200)),
          kind: 'missing-picture',
          reason,
        };
        return;
      }
      // Counted below: the test data of the later years has no annotations at all.
      if (file === undefined) return;
      const annotation = await readAnnotation(tree, file);
      if ('problem' in annotation) {
        found[i] = { file, kind: 'bad-annotation', reason: annotation.problem };
        return;
      }
      const classesOf = (objects: VocAnnotation['objects']): string[] => [...new Set(objects.map(({ name }) => name))];
      const sure = classesOf(annotation.objects.filter(({ difficult }) => !difficult)).sort();
      const unsure = classesOf(annotation.objects).filter((name) => !sure.includes(name));
      if (sure.length > 0) {
        found[i] = { entry, path, mask: masks.get(entry.name) ?? null, annotation, sure, unsure };
      } else {
        const reason =
          unsure.length > 0
            ? 'All objects of the picture are marked as difficult, so it counts for no class.'
            : 'The annotation names no object.';
        found[i] = { file: path, kind: 'unlabelled', reason };
      }
    },
    signal,
  );
  noteUnlabelled(
    entries.filter((_, i) => found[i] === null),
    part,
    problems,
  );
  problems.push(...found.filter((item) => item !== null && 'kind' in item));
  return found.filter((item) => item !== null && 'entry' in item);
}

/** Pictures without annotation, in one line for each list. */
function noteUnlabelled(entries: readonly VocEntry[], part: VocPart, problems: Problem[]): void {
  for (const list of new Set(entries.map((entry) => entry.list))) {
    const names = entries.filter((entry) => entry.list === list).map(({ name }) => name);
    const reason = `${counted(names.length, 'picture')} of the list ${names.length === 1 ? 'has' : 'have'} no annotation (such as ${names[0].slice(0, 100)}) and ${names.length === 1 ? 'is' : 'are'} left aside.`;
    problems.push({ file: list === '' ? part.annotations : list, kind: 'unlabelled', reason });
  }
}

/** Pictures that show objects of one class alone, difficult ones included. */
function ofOneClass(all: readonly Annotated[], parts: readonly VocPart[], problems: Problem[]): Annotated[] {
  const one = all.filter(({ sure, unsure }) => sure.length === 1 && unsure.length === 0);
  if (one.length < all.length) {
    const reason = `${counted(all.length - one.length, 'picture')} with objects of several classes ${all.length - one.length === 1 ? 'is' : 'are'} left out.`;
    problems.push({ file: parts[0]?.annotations ?? '', kind: 'ignored', reason });
  }
  return one;
}

function listed(
  { entry, path, mask, annotation, sure, unsure }: Annotated,
  problems: Problem[],
  single: boolean,
): ListedPicture {
  const boxes = annotation.objects.flatMap(({ name, difficult, box }): ListedBox[] => {
    if (difficult) return [];
    if (box === null) {
      problems.push({ file: path, kind: 'bad-box', reason: `An object "${name}" has no box of four numbers.` });
      return [];
    }
    // Pixels are counted from 1, and the last one belongs to the box.
    const [xmin, ymin, xmax, ymax] = box;
    return [{ x0: xmin - 1, y0: ymin - 1, x1: xmax, y1: ymax, unit: 'pixel', className: name }];
  });
  return {
    id: path,
    classNames: sure,
    ...(single || unsure.length === 0 ? {} : { unsure }),
    split: entry.split,
    boxes,
    mask,
    ...(annotation.size === null ? {} : { annotatedSize: annotation.size }),
  };
}
