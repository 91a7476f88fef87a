/** What the columns of a table of predictions mean, by their names alone. */
import { SteadygazeError } from '../../contract/errors.ts';
import { columnNamed } from './cells.ts';

/** Columns that are no class. */
const RESERVED = ['label', 'prediction', 'probability', 'picture', 'index'] as const;

/** A class and the place of its column. */
export interface ClassColumn {
  readonly name: string;
  readonly at: number;
}

export interface PredictionColumns {
  /** Places of the columns; -1 where they are missing. */
  readonly label: number;
  readonly prediction: number;
  readonly probability: number;
  readonly picture: number;
  readonly index: number;
  /**
   * - `first`: the predicted class alone (`prediction`, perhaps with `probability`)
   * - `scores`: a probability or logit of every class
   * - `several`: a picture may show several classes: `y_<class>` and `p_<class>`
   */
  readonly kind: 'first' | 'scores' | 'several';
  /** Of `scores` and `several`, in the order of the file (numbered ones by their number). */
  readonly classes: readonly ClassColumn[];
  /** Of `several`: the place of `y_<class>` for each of `classes`. */
  readonly shown: readonly number[];
  /** Names of columns that mean nothing here. */
  readonly ignored: readonly string[];
}

/**
 * @param columns as the first line names them
 * @param known   classes of the study, or null
 * @throws SteadygazeError `data-unreadable` where they do not fit together
 */
export function predictionColumns(columns: readonly string[], known: readonly string[] | null): PredictionColumns {
  const [label, prediction, probability, picture, index] = RESERVED.map((name) => columnNamed(columns, name));
  const reserved = { label, prediction, probability, picture, index };
  const free: ClassColumn[] = columns
    .map((name, at) => ({ name, at }))
    .filter(({ name, at }) => name !== '' && !Object.values(reserved).includes(at));
  const shown = free.filter(({ name }) => /^y_./i.test(name));
  if (shown.length > 0) {
    const { classes, truths, ignored } = severalColumns(shown, free);
    return { ...reserved, kind: 'several', classes, shown: truths, ignored };
  }
  const classes = scoreColumns(free, prediction >= 0, known);
  if (classes.length === 0 && prediction < 0) {
    throw refused('The first line names neither a column "prediction" nor columns of classes.');
  }
  if (classes.length === 1) throw refused(`There is only one column of a class: "${classes[0].name}".`);
  const taken = new Set(classes.map(({ at }) => at));
  const ignored = free.filter(({ at }) => !taken.has(at)).map(({ name }) => name);
  return { ...reserved, kind: classes.length > 0 ? 'scores' : 'first', classes, shown: [], ignored };
}

/** `y_cat` and `p_cat` belong together. */
function severalColumns(shown: readonly ClassColumn[], free: readonly ClassColumn[]) {
  const scores = new Map(free.filter(({ name }) => /^p_./i.test(name)).map(({ name, at }) => [name.slice(2), at]));
  const classes = shown.map(({ name: column }) => {
    const name = column.slice(2);
    const at = scores.get(name);
    if (at === undefined)
      throw refused(`There is a column "y_${name}", but no column "p_${name}" with its probability.`);
    return { name, at };
  });
  const names = new Set(classes.map(({ name }) => name));
  const alone = [...scores.keys()].find((name) => !names.has(name));
  if (alone !== undefined) throw refused(`There is a column "p_${alone}", but no column "y_${alone}" with the truth.`);
  const taken = new Set([...shown, ...classes].map(({ at }) => at));
  const ignored = free.filter(({ at }) => !taken.has(at)).map(({ name }) => name);
  return { classes, truths: shown.map(({ at }) => at), ignored };
}

/** The columns of scores: `p0`, `p1`, ...; else `p_<class>`; else columns that are called like classes. */
function scoreColumns(
  free: readonly ClassColumn[],
  hasPrediction: boolean,
  known: readonly string[] | null,
): readonly ClassColumn[] {
  const numbered = free
    .map(({ name, at }) => ({ digits: /^p(\d+)$/i.exec(name)?.[1], at }))
    .filter(({ digits }) => digits !== undefined)
    .map(({ digits, at }) => ({ number: Number(digits), at }))
    .sort((a, b) => a.number - b.number);
  if (numbered.length > 0) {
    const gap = numbered.findIndex(({ number }, i) => number !== i);
    if (gap >= 0)
      throw refused(`The columns p0, p1, ... must number the classes from 0 on without a gap; p${gap} is missing.`);
    if (known !== null && numbered.length !== known.length) {
      throw refused(`There are ${numbered.length} columns p0, p1, ..., but the study has ${known.length} classes.`);
    }
    return numbered.map(({ number, at }) => ({ name: known?.[number] ?? String(number), at }));
  }
  const prefixed = free.filter(({ name }) => /^p_./i.test(name)).map(({ name, at }) => ({ name: name.slice(2), at }));
  if (prefixed.length > 0) return ofStudy(prefixed, known);
  if (known !== null) {
    const named = free.filter(({ name }) => known.includes(name));
    return named.length === 0 ? [] : ofStudy(named, known);
  }
  // Beside a prediction, other columns are remarks; without one, they are what there is to rank.
  return hasPrediction ? [] : free;
}

/** The columns in the order of the study's classes, each of which must be there. */
function ofStudy(columns: readonly ClassColumn[], known: readonly string[] | null): readonly ClassColumn[] {
  if (known === null) return columns;
  const stranger = columns.find(({ name }) => !known.includes(name) && !isIndexOf(name, known));
  if (stranger !== undefined) throw refused(`The study has no class "${stranger.name}".`);
  return known.map((name, i) => {
    const column =
      columns.find((candidate) => candidate.name === name) ??
      columns.find((candidate) => !known.includes(candidate.name) && candidate.name === String(i));
    if (column === undefined) throw refused(`There is no column for the class "${name}".`);
    return { name, at: column.at };
  });
}

const isIndexOf = (name: string, known: readonly string[]): boolean =>
  /^\d+$/.test(name) && Number(name) < known.length;

const refused = (reason: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    reason,
    'Name the columns label and prediction (and probability), or label and p_<class> for every class; see --help.',
  );
