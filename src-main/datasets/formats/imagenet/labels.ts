/**
 * Classes of pictures that lie in no folder of a class, from the lists that come with ImageNet: `LOC_val_solution.csv`
 * (name, then number of WordNet and box, repeated), `val_annotations.txt` of Tiny ImageNet (name, number, box, by tabs),
 * `ILSVRC2012_validation_ground_truth.txt` (a line a picture, by ILSVRC's own numbers, which another list explains) or
 * `imagenet_2012_validation_synset_labels.txt` (a line a picture, by numbers of WordNet).
 */
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import type { ListedBox } from '../../format.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import { baseName, stemOf } from '../nearby-folders.ts';
import { counted, readLines } from '../text-lines.ts';
import type { TextLine } from '../text-lines.ts';
import { readMetaMat } from './meta-mat.ts';
import { isWordNetId } from './wordnet-names.ts';
import type { WordNetNames } from './wordnet-names.ts';

export interface PictureLabel {
  readonly id: string;
  readonly boxes: readonly ListedBox[];
}

const SOLUTION = /^LOC_val_solution\.csv$/i;
const ANNOTATIONS = /^val_annotations\.txt$/i;
const BY_LINE = /^(ILSVRC\d{4}_(clsloc_)?validation_ground_truth|(imagenet_2012_)?validation_synset_labels)\.txt$/i;

export const findLabelLists = (files: readonly string[]): string[] =>
  [SOLUTION, ANNOTATIONS, BY_LINE].flatMap((pattern) => files.filter((file) => pattern.test(baseName(file))));

/**
 * @param lists    as {@link findLabelLists} found them; the first one that can be used counts
 * @param pictures paths of the pictures, sorted by name
 * @returns by name of the picture without its extension
 */
export async function readLabels(
  tree: FileTree,
  lists: readonly string[],
  files: readonly string[],
  pictures: readonly string[],
  words: WordNetNames,
  problems: Problem[],
): Promise<ReadonlyMap<string, PictureLabel>> {
  for (const file of lists) {
    try {
      const lines = await readLines(tree, file);
      const name = baseName(file);
      const byName = SOLUTION.test(name) || ANNOTATIONS.test(name);
      const labels = byName
        ? labelsByName(file, lines, problems)
        : await byLine(tree, file, lines, files, pictures, words, problems);
      if (labels.size > 0) return labels;
    } catch (error) {
      problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
    }
  }
  return new Map();
}

/** `ILSVRC2012_val_00000001,n01751748 111 108 441 193 ` or `val_0.JPEG<tab>n03444034<tab>0<tab>32<tab>44<tab>62`. */
function labelsByName(file: string, lines: readonly TextLine[], problems: Problem[]): Map<string, PictureLabel> {
  const labels = new Map<string, PictureLabel>();
  for (const { text, line } of lines) {
    const [name, ...rest] = text.split(/[,\s]+/).filter((word) => word !== '');
    const id = rest.find(isWordNetId);
    if (id === undefined) {
      if (line > 1) problems.push({ file, kind: 'bad-annotation', reason: `Line ${line} names no class of WordNet.` });
      continue;
    }
    const boxes: ListedBox[] = [];
    for (let at = 0; at + 4 < rest.length; at += 5) {
      const [x0, y0, x1, y1] = rest.slice(at + 1, at + 5).map(Number);
      boxes.push({ x0, y0, x1, y1, unit: 'pixel', from: { file, line } });
    }
    labels.set(stemOf(name), { id, boxes });
  }
  return labels;
}

/** Boxes of Tiny ImageNet's training pictures, by name: `n01443537_0.JPEG<tab>0<tab>10<tab>63<tab>58`. */
export async function readBoxTable(
  tree: FileTree,
  file: string,
  problems: Problem[],
): Promise<ReadonlyMap<string, readonly ListedBox[]>> {
  try {
    return new Map(
      (await readLines(tree, file)).map(({ text, line }) => {
        const [name, ...corners] = text.split('\t');
        const [x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN] = corners.map(Number);
        return [stemOf(name), [{ x0, y0, x1, y1, unit: 'pixel', from: { file, line } }]];
      }),
    );
  } catch (error) {
    problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
    return new Map();
  }
}

async function byLine(
  tree: FileTree,
  file: string,
  lines: readonly TextLine[],
  files: readonly string[],
  pictures: readonly string[],
  words: WordNetNames,
  problems: Problem[],
): Promise<Map<string, PictureLabel>> {
  const report = (reason: string): void => {
    problems.push({ file, kind: 'bad-annotation', reason });
  };
  const labels = new Map<string, PictureLabel>();
  let { byNumber } = words;
  if (byNumber.size === 0 && lines.some(({ text }) => /^\d+$/.test(text))) {
    byNumber = await readMetaMat(tree, files, problems);
    if (byNumber.size === 0) {
      report('Its numbers cannot be read: the file meta.mat or map_clsloc.txt that explains them is missing.');
      return labels;
    }
  }
  const numbered = pictures.map((path) => /_val_(\d{8})\./.exec(path)?.[1]);
  if (numbered.includes(undefined) && lines.length !== pictures.length) {
    report(`It has ${counted(lines.length, 'line')} for ${counted(pictures.length, 'picture')}.`);
    return labels;
  }
  pictures.forEach((path, i) => {
    const number = numbered[i] === undefined ? i : Number(numbered[i]) - 1;
    const text = lines[number]?.text ?? '';
    const id = isWordNetId(text) ? text : byNumber.get(Number(text));
    if (id !== undefined && text !== '') labels.set(stemOf(path), { id, boxes: [] });
  });
  return labels;
}
