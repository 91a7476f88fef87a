/** Which arrays are pictures, which their labels, and how numbers become pictures: guesses, and a person's answers. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Split } from '../dataset.ts';
import type { Choice } from '../format.ts';
import { layoutsOf } from './axes.ts';
import type { Layout } from './axes.ts';
import { brightnessLabel, brightnessRules } from './brightness.ts';
import type { Brightness } from './brightness.ts';
import { familiesOf, partFor, roleOf } from './families.ts';
import type { Family } from './families.ts';
import { canBeLabels } from './label-values.ts';
import type { ArrayStore, NumberArray, StoredArray } from './stored-array.ts';

/** One array of pictures, or of their masks. */
export interface PicturePart {
  readonly array: NumberArray;
  readonly split: Split | null;
  readonly layout: Layout;
  readonly brightness: Brightness;
}

export interface ArrayPlan {
  readonly parts: readonly PicturePart[];
  /** For some or all of the parts: item i is the mask of picture i. */
  readonly masks: readonly PicturePart[];
  /** null: each array is a class, and called so. */
  readonly labels: Family | null;
  /** Names of classes 0, 1, ... that the arrays themselves hold. */
  readonly names: StoredArray | null;
  readonly choices: readonly Choice[];
}

/** Value of the choices that take every array for a class. */
const EACH = 'each-array-a-class';
/** Value of the choice of masks that takes none. */
const NONE = 'none';
/** What a format knows beforehand. */
export interface PlanHints {
  /** Orders of axes to propose, where the array allows one of them: `wh`. */
  readonly axes?: readonly string[];
}

/** Which arrays are used. */
interface ChosenArrays {
  readonly pictures: Family;
  readonly pictureOptions: readonly Family[];
  readonly labels: Family | null;
  readonly labelOptions: readonly Family[];
  readonly families: readonly Family[];
}

/**
 * Chooses by names and shapes alone, without reading an array.
 * @throws SteadygazeError `data-unreadable` where nothing can be pictures or labels
 */
export function chooseArrays(store: ArrayStore, answers: Readonly<Record<string, string>>): ChosenArrays {
  const families = familiesOf(store.arrays);
  const candidates = pictureFamilies(families);
  if (candidates.length === 0) throw noPictures(store);
  const each = eachAClass(candidates);
  const guess = each !== null && labelFamilies(families, candidates[0]).length === 0 ? each : candidates[0];
  const pictureOptions = each === null ? candidates : [...candidates, each];
  const pictures = pictureOptions.find(({ key }) => key === answers['pictures']) ?? guess;
  const labelOptions = pictures.key === EACH ? [] : labelFamilies(families, pictures);
  const labels = labelOptions.find(({ key }) => key === answers['labels']) ?? labelOptions[0] ?? null;
  if (labels === null && pictures.key !== EACH) throw noLabels(pictures, store);
  return { pictures, pictureOptions, labels, labelOptions, families };
}

/** @throws SteadygazeError `data-unreadable` as {@link chooseArrays}, or where an array cannot be read */
export async function planArrays(
  store: ArrayStore,
  answers: Readonly<Record<string, string>>,
  hints: PlanHints = {},
): Promise<ArrayPlan> {
  const { pictures, pictureOptions, labels, labelOptions, families } = chooseArrays(store, answers);
  const layouts = layoutsOf(pictures.parts[0].array.shape);
  const proposed = layouts.find(({ key }) => hints.axes?.includes(key) === true) ?? layouts[0];
  const { key: order } = layouts.find(({ key }) => key === answers['axes']) ?? proposed;
  const laidOut = (family: Family, keys: readonly string[]): Omit<PicturePart, 'brightness'>[] =>
    family.parts.flatMap(({ array, split }) => {
      const layout = layoutsOf(array.shape).find(({ key }) => keys.includes(key));
      return layout === undefined || array.content === 'texts' ? [] : [{ array, split, layout }];
    });
  const parts = laidOut(pictures, [order]);
  const rules = await brightnessRules(parts[0].array);
  const brightness = rules.find(({ key }) => key === answers['brightness']) ?? rules[0];
  const maskOptions = maskFamilies(families, pictures);
  const masks =
    answers['masks'] === NONE
      ? null
      : (maskOptions.find(({ key }) => key === answers['masks']) ?? maskOptions[0] ?? null);
  const maskParts =
    masks === null ? [] : laidOut(masks, order.includes('wh') ? ['wh', 'whc', 'cwh'] : ['hw', 'hwc', 'chw']);
  return {
    parts: parts.map((part) => ({ ...part, brightness })),
    masks: await Promise.all(
      maskParts.map(async (part) => ({ ...part, brightness: (await brightnessRules(part.array))[0] })),
    ),
    labels,
    names: namesOf(families, labels),
    choices: [
      asked(
        'pictures',
        'Pictures',
        pictures.key,
        pictureOptions.map(familyOption),
        'The array that holds the pictures.',
      ),
      ...(labels === null
        ? []
        : [asked('labels', 'Labels', labels.key, labelOptions.map(familyOption), 'The array that tells the class.')]),
      ...(maskOptions.length === 0 ? [] : [maskChoice(masks, maskOptions)]),
      asked(
        'axes',
        'Order of the numbers of a picture',
        order,
        layouts.map(({ key, label }) => ({ value: key, label })),
        'If pictures look mirrored along the diagonal, exchange row and column.',
      ),
      asked(
        'brightness',
        'Brightness',
        brightness.key,
        rules.map((rule) => ({ value: rule.key, label: brightnessLabel(rule) })),
        'Guessed from some of the pictures.',
      ),
    ],
  };
}

const asked = (key: string, label: string, value: string, options: Choice['options'], explanation: string): Choice => ({
  key,
  label,
  value,
  options,
  explanation,
});

const maskChoice = (chosen: Family | null, options: readonly Family[]): Choice =>
  asked(
    'masks',
    'Masks of the objects',
    chosen?.key ?? NONE,
    [...options.map(familyOption), { value: NONE, label: 'none' }],
    'The array that marks which pixels are the object.',
  );

function familyOption({ key, parts }: Family): Choice['options'][number] {
  if (key === EACH) return { value: EACH, label: 'each array is a class' };
  const shapes = parts.map(({ array }) => array.shape.join(' x ')).join(', ');
  return { value: key, label: `${key} (${shapes}, ${parts[0].array.type})` };
}

/** What can be pictures, the likeliest first. */
function pictureFamilies(families: readonly Family[]): Family[] {
  const score = (family: Family): number => {
    const [{ array }] = family.parts;
    const known = roleOf(family);
    const named = known === 'pictures' ? 4 : known === null ? 0 : -4;
    // One axis a picture is as often a list of measurements.
    return named + (array.shape.length > 2 ? 2 : 0) + (array.type === 'uint8' ? 1 : 0);
  };
  return families
    .flatMap((family): Family[] => {
      const parts = family.parts.filter(
        ({ array }) => array.content === 'numbers' && array.shape[0] > 0 && layoutsOf(array.shape).length > 0,
      );
      const lists = parts.some(({ array }) => array.shape.length === 2 && array.shape[1] < 64);
      return parts.length === 0 || lists ? [] : [{ ...family, parts }];
    })
    .filter((family) => score(family) > -2)
    .sort((a, b) => score(b) - score(a));
}

/** Every array a class (as "Quick, Draw!" is published): at least two of the same kind, whose names say nothing else. */
function eachAClass(candidates: readonly Family[]): Family | null {
  const [first, ...more] = candidates.filter((family) => roleOf(family) === null);
  if (first === undefined || more.length === 0) return null;
  const shape = first.parts[0].array.shape.slice(1).join();
  const same = [first, ...more].filter(({ parts }) => parts[0].array.shape.slice(1).join() === shape);
  if (same.length < 2) return null;
  return { key: EACH, parts: same.flatMap(({ parts }) => parts), words: [] };
}

/** What can be the labels of these pictures: as many values as pictures; a differing number only where the name says so. */
function labelFamilies(families: readonly Family[], pictures: Family): Family[] {
  const score = (family: Family): number => {
    const known = roleOf(family);
    const pairs = pictures.parts.map(({ array, split }) => [array, partFor(family, split)?.array] as const);
    const fitting = pairs.filter(([array, labels]) => labels?.shape[0] === array.shape[0]).length;
    const named = known === 'labels' ? 2 : known === 'names' ? 0 : known === null ? 1 : -2;
    const columns = family.parts[0].array.shape.slice(1).some((size) => size > 1);
    return fitting === 0 && named < 2 ? -1 : named + (fitting > 0 ? 2 : 0) + (columns ? 0 : 1);
  };
  return families
    .flatMap((family): Family[] => {
      const parts = family.parts.filter(({ array, split }) => canBeLabels(array) && partFor(pictures, split));
      return family.key === pictures.key || parts.length === 0 ? [] : [{ ...family, parts }];
    })
    .filter((family) => score(family) > 0)
    .sort((a, b) => score(b) - score(a));
}

/** Arrays that are called masks, with one for every picture of a split. */
function maskFamilies(families: readonly Family[], pictures: Family): Family[] {
  return families.flatMap((family): Family[] => {
    const parts = family.parts.filter(
      ({ array, split }) =>
        array.content === 'numbers' &&
        array.shape.length > 2 &&
        array.shape[0] > 0 &&
        array.shape[0] === partFor(pictures, split)?.array.shape[0] &&
        layoutsOf(array.shape).length > 0,
    );
    return roleOf(family) !== 'masks' || family.key === pictures.key || parts.length === 0
      ? []
      : [{ ...family, parts }];
  });
}

/** A list of texts that is called names or classes, and is not the labels. */
function namesOf(families: readonly Family[], labels: Family | null): StoredArray | null {
  for (const family of families) {
    const [{ array }] = family.parts;
    const called = roleOf(family);
    if (family.key === labels?.key || array.content !== 'texts' || array.shape.length !== 1) continue;
    if (called === 'names' || called === 'labels') return array;
  }
  return null;
}

function noPictures(store: ArrayStore): SteadygazeError {
  const found = store.arrays.slice(0, 8).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return new SteadygazeError(
    'data-unreadable',
    found.length === 0 ? `No array can be read. ${firstProblem(store)}` : 'None of the arrays holds pictures.',
    `${found.length > 0 ? `There are ${found.join('; ')}. ` : ''}Pictures are [pictures, height, width], or that with 1, 3 or 4 colours as a last or second axis.`,
  );
}

function noLabels({ key, parts }: Family, store: ArrayStore): SteadygazeError {
  const count = parts.reduce((sum, { array }) => sum + array.shape[0], 0);
  return new SteadygazeError(
    'data-unreadable',
    `There is no array with a label for each of the ${count} pictures in "${key}". ${firstProblem(store)}`.trim(),
    'Add an array with as many labels as there are pictures, for example labels.npy beside images.npy.',
  );
}

const firstProblem = ({ problems: [first] }: ArrayStore): string =>
  first === undefined ? '' : `${first.file}: ${first.reason}`;
