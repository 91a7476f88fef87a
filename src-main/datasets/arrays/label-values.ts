/**
 * From arrays of labels to names of classes. Labels are one number or text a picture, or one column a class: exactly one
 * 1 a row is one class a picture, several are several classes, and what is neither 0 nor 1 (-1, not a number) is unknown.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Task } from '../dataset.ts';
import { productOf } from './stored-array.ts';
import type { StoredArray } from './stored-array.ts';

/** Classes of one picture; null: it has no label. */
export type PictureLabel = { readonly classNames: readonly string[]; readonly unsure: readonly string[] } | null;

export interface ArrayLabels {
  readonly task: Task;
  /** In label order. */
  readonly classes: readonly string[];
  /** For each array that was given, the label of each item. */
  readonly labels: readonly (readonly PictureLabel[])[];
}

/** More are no classes but measurements, numbers of pictures, or names of people. */
const MOST_CLASSES = 20_000;
const MOST_VALUES = 100_000_000;

/** Whether an array can be labels: one value a picture, or one column a class. */
export function canBeLabels({ shape, content }: StoredArray): boolean {
  const [count, ...rest] = shape;
  const sizes = rest.filter((size) => size !== 1);
  if (count === 0 || productOf(shape) > MOST_VALUES) return false;
  return sizes.length === 0 || (content === 'numbers' && sizes.length === 1 && sizes[0] <= MOST_CLASSES);
}

/**
 * @param arrays of the same kind, one a split
 * @param names  names of the classes 0, 1, ... where there are some
 * @throws SteadygazeError `data-unreadable` where the values are no classes
 */
export async function readLabels(arrays: readonly StoredArray[], names: readonly string[]): Promise<ArrayLabels> {
  const columns = Math.max(...arrays.map(({ shape }) => productOf(shape.slice(1))));
  if (columns > 1) return readColumns(arrays, columns, names);
  const values = await Promise.all(
    arrays.map(async (array) => {
      const read = await array.read(0, array.shape[0]);
      return Array.from(read as ArrayLike<number | string>, (value) =>
        typeof value === 'string' ? value.trim().normalize('NFC') : value,
      );
    }),
  );
  const distinct = new Set(values.flat());
  if (distinct.size > MOST_CLASSES) throw noClasses(arrays, `holds more than ${MOST_CLASSES} different values`);
  const numbers = [...distinct].filter((value) => typeof value === 'number' && !Number.isNaN(value)) as number[];
  const fraction = numbers.find((value) => !Number.isInteger(value));
  if (fraction !== undefined) throw noClasses(arrays, `holds measurements such as ${String(fraction)}, no classes`);
  // -1 beside 1 alone is one of two classes; below other numbers it says that nobody knows.
  const signs = numbers.every((value) => Math.abs(value) === 1);
  const known = numbers.filter((value) => value >= 0 || signs).sort((a, b) => a - b);
  const nameOf = namer(known, names);
  const label = (value: number | string): PictureLabel => {
    if (typeof value === 'string') return value === '' ? null : { classNames: [value], unsure: [] };
    return Number.isNaN(value) || (value < 0 && !signs) ? null : { classNames: [nameOf(value)], unsure: [] };
  };
  const texts = [...distinct].filter((value) => typeof value === 'string' && value !== '').sort() as string[];
  const classes = [...new Set([...known.map(nameOf), ...texts])];
  return { task: 'single-label', classes, labels: values.map((each) => each.map(label)) };
}

/** The name of a number. Names of which there are as many as the largest number, where none is 0, count from 1. */
function namer(known: readonly number[], names: readonly string[]): (value: number) => string {
  const distinct = new Set(names).size === names.length;
  const first = known.length > 0 && known[0] >= 1 && known.at(-1) === names.length ? 1 : 0;
  return (value) => (distinct ? names[value - first] : undefined) ?? String(value);
}

async function readColumns(
  arrays: readonly StoredArray[],
  columns: number,
  names: readonly string[],
): Promise<ArrayLabels> {
  const uneven = arrays.find(({ shape }) => productOf(shape.slice(1)) !== columns);
  if (uneven !== undefined) throw noClasses([uneven], 'has another number of classes than the others');
  const classes = Array.from({ length: columns }, (_, column) => names[column] ?? String(column));
  if (new Set(classes).size < columns) throw noClasses(arrays, 'has names of classes that are equal');
  let several = false;
  const labels: PictureLabel[][] = [];
  for (const array of arrays) {
    if (array.content === 'texts') throw noClasses([array], 'holds several texts a picture');
    const values = await array.read(0, array.shape[0]);
    labels.push(
      Array.from({ length: array.shape[0] }, (_, row): PictureLabel => {
        const [classNames, unsure]: [string[], string[]] = [[], []];
        for (let column = 0; column < columns; column++) {
          const value = values[row * columns + column];
          if (value === 1) classNames.push(classes[column]);
          else if (value === -1 || Number.isNaN(value)) unsure.push(classes[column]);
          else if (value !== 0) throw noClasses([array], `holds ${String(value)} where only 0 and 1 tell classes`);
        }
        several ||= classNames.length > 1 || unsure.length > 0;
        return classNames.length === 0 ? null : { classNames, unsure };
      }),
    );
  }
  return { task: several ? 'multi-label' : 'single-label', classes, labels };
}

const noClasses = ([array]: readonly StoredArray[], what: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    `The array "${array.name}" ${what}.`,
    'Choose another array of labels, with one number or name of a class for each picture, or one column of 0 and 1 for each class.',
  );
