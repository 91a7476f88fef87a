/**
 * From objects to pictures with classes: what detection and segmentation data sets have in common. A picture is of the
 * classes of its objects; a person may want only one of them.
 */
import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../../concurrency.ts';
import type { Split, Task } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import type { Choice, ListedBox, ListedPicture } from '../../format.ts';
import { counted } from '../text-lines.ts';
import { inlineUnion, runsOf } from './outlines.ts';
import type { ObjectMask } from './outlines.ts';
import type { Reports } from './reports.ts';
import { uprightSize } from './upright-size.ts';

export interface FoundObject {
  /** Null: an object of whatever class its picture is of. */
  readonly className: string | null;
  /** None where the annotation marks a crowd, or only pixels. */
  readonly box?: Pick<ListedBox, 'x0' | 'y0' | 'x1' | 'y1' | 'unit' | 'from'>;
  readonly mask?: ObjectMask;
  /** In one unit within a picture: which class covers most. */
  readonly area: number;
}

export interface AnnotatedPicture {
  readonly id: string;
  readonly split: Split | null;
  /** The annotation file, for problems. */
  readonly source: string;
  /** Classes that are said of the picture as a whole. */
  readonly classNames?: readonly string[];
  readonly objects: readonly FoundObject[];
  readonly annotatedSize?: readonly [number, number] | null;
}

export interface LabelOptions {
  readonly tree: FileTree;
  readonly reports: Reports;
  /** Answers of a person; the one to `labels` counts. */
  readonly choices: Readonly<Record<string, string>>;
  /** Classes in the order of the format; null: sorted. Those that no picture is of are left out. */
  readonly order: readonly string[] | null;
  readonly signal?: AbortSignal;
}

export interface Labelled {
  readonly task: Task;
  readonly classes: readonly string[];
  readonly pictures: readonly ListedPicture[];
  /** The question for the classes of a picture, where there is any. */
  readonly choices: readonly Choice[];
}

type Rule = 'all' | 'largest' | 'one';

/** @throws SteadygazeError `cancelled` */
export async function labelPictures(found: readonly AnnotatedPicture[], options: LabelOptions): Promise<Labelled> {
  const { reports } = options;
  const several = found.filter((picture) => classesOf(picture).length > 1);
  const { rule, choice } = chooseRule(several, found.length, options.choices['labels']);
  const pictures: ListedPicture[] = [];
  const masks = new MaskMaker(options);
  let left = 0;
  for (const [i, picture] of found.entries()) {
    if (i % 200 === 0) {
      // Masks of 100,000 pictures take a minute, and who stops it must be heard.
      await setImmediate();
      throwIfCancelled(options.signal);
    }
    const all = classesOf(picture);
    if (all.length === 0) {
      reports.add(picture.source, 'unlabelled', 'The annotations say no class for this picture.', picture.id);
      continue;
    }
    if (rule === 'one' && all.length > 1) {
      left++;
      continue;
    }
    const classNames = rule === 'largest' ? [largestClass(picture)] : all;
    const objects = picture.objects.filter(({ className }) => className === null || classNames.includes(className));
    const boxes = objects.flatMap(({ box, className }): ListedBox[] =>
      box === undefined ? [] : [{ ...box, ...(className === null ? {} : { className }) }],
    );
    const mask = await masks.of(picture, objects);
    pictures.push({
      id: picture.id,
      classNames,
      split: picture.split,
      ...(boxes.length > 0 ? { boxes } : {}),
      ...(mask === null ? {} : { mask }),
      ...(picture.annotatedSize == null ? {} : { annotatedSize: picture.annotatedSize }),
    });
  }
  const [first] = several;
  if (left > 0 && first !== undefined) {
    reports.add(first.source, 'ignored', `${counted(left, 'picture')} of several classes are left out, as chosen.`);
  }
  masks.report();
  const present = new Set(pictures.flatMap(({ classNames }) => classNames));
  const classes = options.order?.filter((name) => present.has(name)) ?? [...present].sort();
  const multiple = pictures.some(({ classNames }) => classNames.length > 1);
  return { task: multiple ? 'multi-label' : 'single-label', classes, pictures, choices: choice ?? [] };
}

/** Every class of a picture once, in the order in which they are said. */
function classesOf({ classNames = [], objects }: AnnotatedPicture): string[] {
  return [...new Set([...classNames, ...objects.flatMap(({ className }) => className ?? [])])];
}

function chooseRule(
  several: readonly AnnotatedPicture[],
  count: number,
  answer: string | undefined,
): { readonly rule: Rule; readonly choice?: readonly Choice[] } {
  if (several.length === 0) return { rule: 'all' };
  const measured = several.some(({ objects }) => objects.some(({ className }) => className !== null));
  const options: readonly { readonly value: Rule; readonly label: string }[] = [
    { value: 'all', label: 'All classes of a picture' },
    ...(measured ? ([{ value: 'largest', label: 'Only the class that covers most of the picture' }] as const) : []),
    { value: 'one', label: 'Only pictures of one class' },
  ];
  const rule = options.find(({ value }) => value === answer)?.value ?? 'all';
  const share = `${counted(several.length, 'picture shows', 'pictures show')} several classes, of ${count.toLocaleString('en-US')}.`;
  return { rule, choice: [{ key: 'labels', label: 'Classes of a picture', value: rule, options, explanation: share }] };
}

/** The class whose objects cover most together; the first of equals. */
function largestClass(picture: AnnotatedPicture): string {
  const areas = new Map(classesOf(picture).map((name) => [name, 0]));
  for (const { className, area } of picture.objects) {
    if (className !== null) areas.set(className, (areas.get(className) ?? 0) + area);
  }
  const [first = ''] = areas.keys();
  return [...areas].reduce((best, next) => (next[1] > best[1] ? next : best), [first, areas.get(first) ?? 0])[0];
}

/** Unites the masks of the objects of a picture. */
class MaskMaker {
  readonly #tree: FileTree;
  readonly #reports: Reports;
  /** Pictures by annotation file in which only some objects have a mask. */
  readonly #partial = new Map<string, number>();

  constructor({ tree, reports }: LabelOptions) {
    this.#tree = tree;
    this.#reports = reports;
  }

  /** @returns the mask as text, or null where there is none, or one of only some of the objects: the others would count as background */
  async of(picture: AnnotatedPicture, objects: readonly FoundObject[]): Promise<string | null> {
    const masks = objects.flatMap(({ mask }) => mask ?? []);
    if (masks.length === 0) return null;
    if (masks.length < objects.length) {
      this.#partial.set(picture.source, (this.#partial.get(picture.source) ?? 0) + 1);
      return null;
    }
    const size = picture.annotatedSize ?? sizeOfRuns(masks) ?? (await uprightSize(this.#tree, picture.id));
    if (size === null) return null;
    try {
      return inlineUnion(
        masks.map((mask) => runsOf(mask, ...size)),
        ...size,
      );
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const reason = `The mask in the annotations cannot be used: ${error.message}.`;
      this.#reports.add(picture.source, 'bad-mask', reason, picture.id);
      return null;
    }
  }

  report(): void {
    for (const [source, count] of this.#partial) {
      const reason = `In ${counted(count, 'picture')} only some of the objects have an outline: only the boxes are used there.`;
      this.#reports.add(source, 'bad-mask', reason);
    }
  }
}

function sizeOfRuns(masks: readonly ObjectMask[]): readonly [number, number] | null {
  for (const mask of masks) if (mask.unit === 'runs') return [mask.width, mask.height];
  return null;
}
