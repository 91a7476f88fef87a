/** A data set in a few numbers and one sentence: what `steadygaze inspect` prints. */
import { SHORTCUT_KINDS, SPLITS } from './dataset.ts';
import type { Dataset, Problem, Split } from './dataset.ts';

export interface DatasetSummary {
  readonly format: string;
  readonly images: number;
  readonly classes: readonly { readonly name: string; readonly count: number }[];
  readonly splits: Readonly<Record<Split, number>>;
  /** Pictures with at least one box, and pictures with a mask. */
  readonly boxes: number;
  readonly masks: number;
  readonly problems: readonly Problem[];
  /** One plain sentence. */
  readonly description: string;
}

const count = (value: number, one: string, many: string): string =>
  `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;

export function summarise(dataset: Dataset): DatasetSummary {
  const { samples, problems } = dataset;
  const perClass = dataset.classes.map(() => 0);
  // A picture of several classes counts for each of them.
  for (const { label, labels = [label] } of samples) {
    for (const each of labels) perClass[each] = (perClass[each] ?? 0) + 1;
  }
  const [train, val, test] = SPLITS.map((split) => samples.filter((sample) => sample.split === split).length);
  const splits = { train: train ?? 0, val: val ?? 0, test: test ?? 0 };
  const boxes = samples.filter((sample) => sample.boxes.length > 0).length;
  const masks = samples.filter((sample) => sample.mask !== null).length;
  const share = samples.length === 0 ? 0 : Math.round((100 * splits.test) / samples.length);
  const size = `${count(samples.length, 'picture', 'pictures')} in ${count(dataset.classes.length, 'class', 'classes')}`;
  const warnings = problems.filter(({ kind }) => SHORTCUT_KINDS.has(kind)).length;
  const wrong = problems.length - warnings;
  const parts = [
    `${size}, ${splits.test === 0 ? 'none' : `${share}%`} kept aside for testing`,
    ...(boxes > 0 ? [`boxes found for ${boxes.toLocaleString('en-US')}`] : []),
    ...(masks > 0 ? [`masks found for ${masks.toLocaleString('en-US')}`] : []),
    ...(wrong > 0 ? [count(wrong, 'problem', 'problems')] : []),
    ...(warnings > 0 ? [count(warnings, 'warning of a shortcut', 'warnings of shortcuts')] : []),
  ];
  return {
    format: dataset.format,
    images: samples.length,
    classes: dataset.classes.map((name, label) => ({ name, count: perClass[label] ?? 0 })),
    splits,
    boxes,
    masks,
    problems,
    description: `${parts.join('; ')}.`,
  };
}
