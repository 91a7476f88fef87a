/** From planned arrays (array-plan.ts) to a listing: pictures by number, each with what its label says. */
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import type { Choice, ListedPicture, Listing } from '../format.ts';
import { pictureId } from './array-reader.ts';
import type { ArrayPlan, PicturePart } from './array-plan.ts';
import { partFor } from './families.ts';
import { readLabels } from './label-values.ts';
import type { ArrayLabels, PictureLabel } from './label-values.ts';
import type { ArrayStore, StoredArray } from './stored-array.ts';

export interface ListArrays {
  /** "NumPy arrays". */
  readonly title: string;
  /** Names of classes 0, 1, ... from elsewhere; those in the arrays win. */
  readonly names?: readonly string[];
  /** Further questions of the format. */
  readonly choices?: readonly Choice[];
  readonly signal?: AbortSignal;
}

/** @throws SteadygazeError `data-unreadable`, `cancelled` */
export async function listArrays(store: ArrayStore, plan: ArrayPlan, options: ListArrays): Promise<Listing> {
  const problems: Problem[] = [...store.problems];
  const labelled = labelledParts(plan, problems);
  const names = await classNames(plan, options.names ?? []);
  throwIfCancelled(options.signal);
  const { task, classes, labels } = await labelsOf(plan, labelled, names);
  throwIfCancelled(options.signal);
  const pictures = labelled.flatMap(({ part }, i) => {
    const masks = plan.masks.find(({ split }) => split === part.split);
    return listPart(part, masks ?? null, labels[i], problems);
  });
  return {
    task,
    classes,
    pictures,
    sentence: sentenceOf(options.title, plan, pictures.length, task === 'multi-label'),
    choices: [...plan.choices, ...(options.choices ?? [])],
    problems,
  };
}

interface LabelledPart {
  readonly part: PicturePart;
  /** null: the array is the class. */
  readonly labels: StoredArray | null;
}

function labelledParts({ parts, labels }: ArrayPlan, problems: Problem[]): LabelledPart[] {
  return parts.flatMap((part): LabelledPart[] => {
    if (labels === null) return [{ part, labels: null }];
    const found = partFor(labels, part.split)?.array;
    if (found !== undefined) return [{ part, labels: found }];
    const reason = `The ${part.array.shape[0]} pictures in this array have no labels and are left out.`;
    problems.push({ file: part.array.name, kind: 'unlabelled', reason });
    return [];
  });
}

async function classNames({ names }: ArrayPlan, given: readonly string[]): Promise<readonly string[]> {
  if (names?.content !== 'texts' || names.shape[0] > 20_000) return given;
  return (await names.read(0, names.shape[0])).map((name) => name.trim().normalize('NFC'));
}

function labelsOf(plan: ArrayPlan, parts: readonly LabelledPart[], names: readonly string[]): Promise<ArrayLabels> {
  const arrays = parts.flatMap(({ labels }) => labels ?? []);
  if (plan.labels !== null) return readLabels(arrays, names);
  const own = parts.map(({ part }) => className(part.array.name));
  const label = (name: string): PictureLabel => ({ classNames: [name], unsure: [] });
  return Promise.resolve({
    task: 'single-label',
    classes: [...new Set(own)].sort(),
    labels: parts.map(({ part }, i) => new Array<PictureLabel>(part.array.shape[0]).fill(label(own[i]))),
  });
}

/** `full_numpy_bitmap_cat.npy` of "Quick, Draw!" is of cats. */
const className = (array: string): string =>
  array
    .slice(array.lastIndexOf('#') + 1)
    .replace(/^.*\//, '')
    .replace(/\.[a-z0-9]+$/i, '')
    .replace(/^full_numpy_bitmap_/, '')
    .normalize('NFC');

function listPart(
  { array, split }: PicturePart,
  masks: PicturePart | null,
  labels: readonly PictureLabel[],
  problems: Problem[],
): ListedPicture[] {
  const count = array.shape[0];
  if (labels.length !== count) {
    const reason = `It holds ${count} pictures, but there are ${labels.length} labels for them: what has no counterpart is left out.`;
    problems.push({ file: array.name, kind: 'bad-annotation', reason });
  }
  const pictures: ListedPicture[] = [];
  const without: number[] = [];
  for (let at = 0; at < Math.min(count, labels.length); at++) {
    const label = labels[at];
    if (label === null) without.push(at);
    else {
      const mask = masks && pictureId(masks.array.name, at);
      const { classNames, unsure } = label;
      pictures.push({
        id: pictureId(array.name, at),
        split,
        classNames,
        ...(unsure.length > 0 ? { unsure } : {}),
        ...(mask === null ? {} : { mask }),
      });
    }
  }
  if (without.length > 0) {
    const reason = `${without.length} of its pictures have no label and are left out; the first is number ${without[0]}.`;
    problems.push({ file: array.name, kind: 'unlabelled', reason });
  }
  return pictures;
}

function sentenceOf(title: string, { parts, labels, masks }: ArrayPlan, count: number, several: boolean): string {
  const [{ layout, array, brightness }] = parts;
  const colour = layout.channels === 1 ? 'grey' : layout.channels === 3 ? 'coloured' : 'coloured, with transparency';
  const classes =
    labels === null
      ? 'each array is a class'
      : `${several ? 'several classes a picture' : 'labels'} from ${labels.key}`;
  const scaled =
    brightness.key === 'sample'
      ? ` Its numbers are shown from ${Number(brightness.black.toPrecision(4))} (black) to ${Number(brightness.white.toPrecision(4))} (white), the smallest and largest of a sample.`
      : '';
  const marked = masks.length > 0 ? '; with masks' : '';
  const from = parts.length > 1 ? `${parts.length} arrays` : array.name;
  return `${title}: ${count} pictures of ${layout.width} x ${layout.height} pixels, ${colour}, in ${from}; ${classes}${marked}.${scaled}`;
}
