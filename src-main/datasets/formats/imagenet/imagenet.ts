/**
 * Data set format `imagenet`: pictures in folders named by numbers of WordNet, with a list that says what they mean
 * (Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", IJCV 2015; the development kits' readme; and
 * what is built like it, such as Tiny ImageNet). Boxes come from annotations in the style of Pascal VOC. They are the
 * corners as they are written, as in TensorFlow's preparation of ImageNet: no document says where counting begins.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { forEachConcurrently, throwIfCancelled } from '../../concurrency.ts';
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import type { Format, ListedBox, ListedPicture, Listing, ListOptions, Match, Place } from '../../format.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import { baseName, stemOf, within } from '../nearby-folders.ts';
import { counted, inWords } from '../text-lines.ts';
import { askValidation, validationAs } from '../validation-choice.ts';
import { readAnnotation } from '../voc/annotation.ts';
import { findLabelLists, readBoxTable, readLabels } from './labels.ts';
import type { PictureLabel } from './labels.ts';
import { readLayout } from './layout.ts';
import type { ImageNetLayout, SplitFolder } from './layout.ts';
import { classNames, findNameLists, readNameLists } from './wordnet-names.ts';
import type { WordNetNames } from './wordnet-names.ts';

export const imageNet: Format = { id: 'imagenet', title: 'ImageNet folders with names from WordNet', match, list };

async function match({ tree, focus }: Place): Promise<Match> {
  const layout = await readLayout(tree);
  if (layout === null) return { certainty: 0, reason: 'There are no folders named like n01440764.' };
  const lists = await findNameLists(tree, layout.files);
  if (focus !== null && !lists.includes(focus)) return { certainty: 0, reason: 'The file lists no names of classes.' };
  const count = new Set(layout.splits.flatMap(({ ids }) => ids)).size;
  const folders = `There are ${count} folders named by numbers of WordNet`;
  const [names] = lists;
  if (names !== undefined)
    return { certainty: 0.95, reason: `${folders}, and ${baseName(names)} says what they mean.` };
  const flat = layout.splits.some((split) => split.flat !== null) && findLabelLists(layout.files).length > 0;
  if (flat) return { certainty: 0.93, reason: `${folders}, and a list of the classes of other pictures.` };
  // The folders alone say no more than to whoever takes any folder for a class.
  return { certainty: 0.4, reason: `${folders}, but no list says what they mean.` };
}

async function list({ tree }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const layout = await readLayout(tree);
  if (layout === null) {
    throw new SteadygazeError(
      'data-empty',
      `There are no folders named by numbers of WordNet, such as n01440764, in ${tree.root}.`,
      'Choose the folder that holds train and val, or the folders of the classes.',
    );
  }
  const problems: Problem[] = [];
  const lists = await findNameLists(tree, layout.files);
  const words = await readNameLists(tree, lists, problems);
  const found: Found[] = [];
  for (const split of layout.splits) {
    found.push(...(await inFolders(tree, split, problems)));
    if (split.flat !== null) found.push(...(await inFlat(tree, split, split.flat, layout, words, problems)));
    throwIfCancelled(signal);
  }
  const ids = [...new Set(found.map(({ label }) => label.id))].sort();
  const names = classNames(ids, words);
  const unnamed = ids.filter((id) => !words.names.has(id));
  if (lists.length > 0 && unnamed.length > 0) {
    const reason = `It does not say what ${inWords(unnamed.slice(0, 5))}${unnamed.length > 5 ? ' and others' : ''} means.`;
    problems.push({ file: lists[0], kind: 'bad-annotation', reason });
  }
  const boxes = await readBoxes(tree, layout, found, names, problems, signal);
  const validation = askValidation(
    found.map(({ split }) => split.split),
    choices['val-as'],
  );
  const pictures = found.map(({ id, label, split }, i): ListedPicture => {
    const className = names.get(label.id) ?? label.id;
    const own = boxes[i] ?? { boxes: label.boxes };
    return { id, classNames: [className], split: validationAs(validation, split.split), ...own };
  });
  const named = lists[0] === undefined ? 'without a list of their names' : `with names from ${baseName(lists[0])}`;
  return {
    task: 'single-label',
    classes: [...names.values()],
    pictures,
    sentence: `ImageNet folders ${named}: ${counted(pictures.length, 'picture')} in ${counted(ids.length, 'class', 'classes')}.`,
    choices: validation === null ? [] : [validation],
    problems,
  };
}

interface Found {
  readonly id: string;
  readonly label: PictureLabel;
  readonly split: SplitFolder;
}

async function inFolders(tree: FileTree, split: SplitFolder, problems: Problem[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const id of split.ids) {
    const files = await tree.walk(within(split.path, id), problems);
    // Tiny ImageNet has a table of boxes in each folder of training pictures.
    const table = files.find((path) => baseName(path) === `${id}_boxes.txt`);
    const boxes = table === undefined ? null : await readBoxTable(tree, table, problems);
    for (const path of files) {
      if (hasPictureExtension(path))
        found.push({ id: path, label: { id, boxes: boxes?.get(stemOf(path)) ?? [] }, split });
      else if (path !== table)
        problems.push({ file: path, kind: 'not-a-picture', reason: 'The file is not a picture.' });
    }
  }
  return found;
}

/** Pictures in no folder of a class, where a list says their classes. Those of the challenge's test are not published. */
async function inFlat(
  tree: FileTree,
  split: SplitFolder,
  folder: string,
  layout: ImageNetLayout,
  words: WordNetNames,
  problems: Problem[],
): Promise<Found[]> {
  const { files } = await tree.list(folder);
  const pictures = files.filter(hasPictureExtension).map((file) => within(folder, file));
  const lists = split.split === 'val' ? findLabelLists(layout.files) : [];
  const labels = await readLabels(tree, lists, layout.files, pictures, words, problems);
  const found = pictures.flatMap((id): Found[] => {
    const label = labels.get(stemOf(id));
    return label === undefined ? [] : [{ id, label, split }];
  });
  const missing = pictures.length - found.length;
  if (missing > 0) {
    const reason = `No list says the class of ${counted(missing, 'picture')} in this folder: left aside.`;
    problems.push({ file: folder, kind: 'unlabelled', reason });
  }
  return found;
}

/** Where annotations of a base such as `ILSVRC/Data/CLS-LOC` may lie: in it, or in a folder around it. */
function annotationFolders(base: string): string[] {
  const parts = base === '' ? [] : base.split('/');
  const around = Array.from({ length: parts.length + 1 }, (_, i) => parts.slice(0, i).join('/')).reverse();
  return around.flatMap((folder) => [within(folder, 'Annotations/CLS-LOC'), within(folder, 'Annotations')]);
}

type Annotated = Pick<ListedPicture, 'boxes' | 'annotatedSize'>;

/** Boxes of each picture that has an annotation, which is named like it. */
async function readBoxes(
  tree: FileTree,
  { base }: ImageNetLayout,
  found: readonly Found[],
  names: ReadonlyMap<string, string>,
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<(Annotated | undefined)[]> {
  const boxes = new Array<Annotated | undefined>(found.length);
  // In the order of the pictures, whichever was read first.
  const wrong = found.map((): Problem[] => []);
  for (const folder of annotationFolders(base)) {
    if ((await tree.list(folder).catch(() => null)) === null) continue;
    const files = (await tree.walk(folder, problems)).filter((file) => /\.xml$/i.test(file));
    if (files.length === 0) continue;
    const byStem = new Map(files.map((file) => [stemOf(file), file]));
    await forEachConcurrently(
      found,
      async ({ id }, i) => {
        const file = byStem.get(stemOf(id));
        if (file === undefined) return;
        const annotation = await readAnnotation(tree, file);
        if ('problem' in annotation) {
          wrong[i].push({ file, kind: 'bad-annotation', reason: annotation.problem });
          return;
        }
        const own = annotation.objects.flatMap(({ name, difficult, box }): ListedBox[] => {
          if (difficult) return [];
          if (box === null) {
            wrong[i].push({ file, kind: 'bad-box', reason: `An object "${name}" has no box of four numbers.` });
            return [];
          }
          const [x0, y0, x1, y1] = box;
          const className = names.get(name);
          return [{ x0, y0, x1, y1, unit: 'pixel', ...(className === undefined ? {} : { className }) }];
        });
        boxes[i] = { boxes: own, ...(annotation.size === null ? {} : { annotatedSize: annotation.size }) };
      },
      signal,
    );
    problems.push(...wrong.flat());
    break;
  }
  return boxes;
}
