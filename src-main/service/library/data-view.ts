/** A data set as the window shows it: classes with examples, and what was wrong, sorted by kind. */
import type { ClassView, DataView, PictureRef, ProblemGroup, ProblemView } from '../../contract/data-view.ts';

import type { Problem, ProblemKind, Sample, Split } from '../../datasets/dataset.ts';
import { formatOf } from '../../datasets/formats.ts';
import { summarise } from '../../datasets/describe.ts';
import { median } from '../../numeric/statistics.ts';
import { pictureRef, type Pictures } from './open-studies.ts';
import { PROBLEM_WORDS } from './problem-words.ts';
import { splitCounts } from './study-state.ts';

const EXAMPLES = 8;
const FIRST_PROBLEMS = 24;

export function describeData(pictures: Pictures): DataView {
  const { dataset } = pictures;
  const { root, format, task, samples, splitOrigin, fingerprint } = dataset;
  const summary = summarise(dataset);
  return {
    root,
    format,
    formatTitle: formatOf(format).title,
    task,
    sentence: summary.description,
    pictures: samples.length,
    counts: splitCounts(dataset),
    splitOrigin,
    classes: classViews(pictures),
    boxes: summary.boxes,
    masks: summary.masks,
    medianSize: [middle(samples.map(({ width }) => width)), middle(samples.map(({ height }) => height))],
    problems: problemGroups(pictures),
    fingerprint,
  };
}

export interface Page<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** Pictures of a class, in the order of their names. */
export function classPictures(
  { dataset }: Pictures,
  label: number,
  split: Split | null,
  offset: number,
  limit: number,
): Page<PictureRef> {
  const found = dataset.samples.filter(
    (sample) => labelsOf(sample).includes(label) && (split === null || sample.split === split),
  );
  return { total: found.length, items: found.slice(offset, offset + limit).map(pictureRef) };
}

export function problemsOfKind(pictures: Pictures, kind: string, offset: number, limit: number): Page<ProblemView> {
  const found = pictures.dataset.problems.filter((problem) => problem.kind === kind);
  return {
    total: found.length,
    items: found.slice(offset, offset + limit).map((problem) => problemView(pictures, problem)),
  };
}

function classViews({ dataset }: Pictures): ClassView[] {
  const members = dataset.classes.map((): Sample[] => []);
  for (const sample of dataset.samples) for (const label of labelsOf(sample)) members[label]?.push(sample);
  return dataset.classes.map((name, label) => {
    const samples = members[label] ?? [];
    return { label, name, counts: splitCounts({ samples }), examples: spread(samples, EXAMPLES).map(pictureRef) };
  });
}

/** `most` items, evenly spread over the list; all of a shorter one. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / most)]);
}

/** What a person should look at comes first, then by number. */
function problemGroups(pictures: Pictures): ProblemGroup[] {
  const kinds = new Map<ProblemKind, Problem[]>();
  for (const problem of pictures.dataset.problems) {
    const known = kinds.get(problem.kind);
    if (known === undefined) kinds.set(problem.kind, [problem]);
    else known.push(problem);
  }
  const groups = [...kinds].map(([kind, problems]): ProblemGroup => ({
    kind,
    ...PROBLEM_WORDS[kind],
    count: problems.length,
    problems: problems.slice(0, FIRST_PROBLEMS).map((problem) => problemView(pictures, problem)),
  }));
  return groups.sort((a, b) => Number(b.attention) - Number(a.attention) || b.count - a.count);
}

function problemView({ byId }: Pictures, { kind, file, reason, figures }: Problem): ProblemView {
  const sample = byId.get(file);
  const picture = sample === undefined ? null : pictureRef(sample);
  return { kind, file, reason, picture, ...(figures === undefined ? {} : { figures }) };
}

/** Every class of a picture: a picture of several is shown under each of them. */
const labelsOf = ({ label, labels }: Sample): readonly number[] => labels ?? [label];

const middle = (values: readonly number[]): number => (values.length === 0 ? 0 : Math.round(median(values)));
