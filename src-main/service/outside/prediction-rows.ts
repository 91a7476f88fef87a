/** Collects the rows of a table of predictions where every picture has one class. */
import { unreadable } from '../../datasets/tables/table-file.ts';
import type { TableRow } from '../../datasets/tables/table-file.ts';
import type { OutsidePredictions } from '../../evaluation/outside-predictions.ts';
import { rankScores } from '../../evaluation/outside-predictions.ts';
import { counted, numberOf } from './cells.ts';
import { classesAmong, ClassNames } from './class-names.ts';
import type { PredictionColumns } from './prediction-columns.ts';

export interface LabelledRows {
  /** @param label class of the picture where it is known without the table; else null */
  add(row: TableRow, label: number | null): void;
  finish(): { readonly classes: readonly string[]; readonly single: OutsidePredictions; readonly notes: string[] };
}

/** Probabilities are written with so many digits; also those of half precision. */
const ROUNDING = 1e-3;
/** What the probabilities of a row may miss of 1 together: a thousand of them, rounded to four digits. */
const SUM_ROUNDING = 0.02;

const disagreement = (count: number): string[] =>
  count === 0
    ? []
    : [`The column "label" contradicts the study on ${counted(count, 'picture')}; the study's classes counted.`];

/** `prediction`, perhaps with `probability`. The classes are known when all rows are. */
export class FirstPlaces implements LabelledRows {
  readonly #path: string;
  readonly #columns: PredictionColumns;
  readonly #known: ClassNames | null;
  readonly #labels: (string | number)[] = [];
  readonly #predictions: string[] = [];
  readonly #probabilities: number[] = [];
  readonly #lines: number[] = [];
  #contradicted = 0;

  constructor(path: string, columns: PredictionColumns, known: readonly string[] | null) {
    this.#path = path;
    this.#columns = columns;
    this.#known = known === null ? null : new ClassNames(known);
  }

  add({ cells, line }: TableRow, label: number | null): void {
    const { label: at, prediction, probability } = this.#columns;
    if (label === null && cells[at] === '') throw unreadable(this.#path, `Line ${line}: the label is missing.`);
    if (cells[prediction] === '') throw unreadable(this.#path, `Line ${line}: the prediction is missing.`);
    if (label !== null && at >= 0 && this.#known?.indexOf(cells[at]) !== label) this.#contradicted++;
    this.#labels.push(label ?? cells[at]);
    this.#predictions.push(cells[prediction]);
    this.#lines.push(line);
    if (probability < 0) return;
    const value = numberOf(cells[probability]);
    if (!(value >= -ROUNDING && value <= 1 + ROUNDING)) {
      throw unreadable(
        this.#path,
        `Line ${line}: the probability must lie between 0 and 1, not "${cells[probability]}".`,
      );
    }
    this.#probabilities.push(Math.min(1, Math.max(0, value)));
  }

  finish() {
    const texts = [...this.#labels.map(String), ...this.#predictions];
    const classes = this.#known ?? new ClassNames(classesAmong(texts));
    const indexOf = (text: string | number, i: number): number => {
      const index = typeof text === 'number' ? text : classes.indexOf(text);
      if (index >= 0) return index;
      throw unreadable(this.#path, `Line ${this.#lines[i]}: the study has no class "${text}".`);
    };
    const single: OutsidePredictions = {
      classes: classes.names.length,
      labels: Int32Array.from(this.#labels, indexOf),
      predictions: Int32Array.from(this.#predictions, indexOf),
      probabilities: this.#columns.probability < 0 ? null : Float64Array.from(this.#probabilities),
      ranks: null,
    };
    return { classes: classes.names, single, notes: disagreement(this.#contradicted) };
  }
}

/** A probability or a logit of every class; which of the two, all rows together say. */
export class RankedRows implements LabelledRows {
  readonly #path: string;
  readonly #columns: PredictionColumns;
  readonly #classes: ClassNames;
  readonly #scores: Float64Array;
  readonly #labels: number[] = [];
  readonly #predictions: number[] = [];
  readonly #ranks: number[] = [];
  /** Of the predicted class, if the scores are probabilities; if they are logits. */
  readonly #score: number[] = [];
  readonly #softmax: number[] = [];
  #withinOne = true;
  #sumsToOne = true;
  #contradicted = 0;
  #otherPrediction = 0;

  constructor(path: string, columns: PredictionColumns, classes: ClassNames) {
    this.#path = path;
    this.#columns = columns;
    this.#classes = classes;
    this.#scores = new Float64Array(classes.names.length);
  }

  add({ cells, line }: TableRow, known: number | null): void {
    const { label: at, prediction, classes } = this.#columns;
    const written = at < 0 ? -1 : this.#classes.indexOf(cells[at]);
    if (known === null && written < 0) {
      const names = this.#classes.names.slice(0, 5).join(', ') + (this.#classes.names.length > 5 ? ', ...' : '');
      throw unreadable(this.#path, `Line ${line}: the label "${cells[at]}" is none of the classes ${names}.`);
    }
    if (known !== null && at >= 0 && written !== known) this.#contradicted++;
    const label = known ?? written;
    let sum = 0;
    classes.forEach(({ name, at: place }, c) => {
      const score = numberOf(cells[place]);
      // Minus infinity is the logit of a class that is ruled out; nothing else may be infinite.
      if (Number.isNaN(score) || score === Infinity) {
        throw unreadable(this.#path, `Line ${line}: the score of the class "${name}" is no number: "${cells[place]}".`);
      }
      this.#scores[c] = score;
      sum += score;
      if (!(score >= -ROUNDING && score <= 1 + ROUNDING)) this.#withinOne = false;
    });
    if (Math.abs(sum - 1) > SUM_ROUNDING) this.#sumsToOne = false;
    const ranked = rankScores(this.#scores, label);
    if (this.#scores[ranked.prediction] === -Infinity) {
      throw unreadable(this.#path, `Line ${line}: at least one class must have a finite score.`);
    }
    if (prediction >= 0 && this.#classes.indexOf(cells[prediction]) !== ranked.prediction) this.#otherPrediction++;
    this.#labels.push(label);
    this.#predictions.push(ranked.prediction);
    this.#ranks.push(ranked.rank);
    this.#score.push(Math.min(1, Math.max(0, ranked.score)));
    this.#softmax.push(ranked.softmax);
  }

  finish() {
    const notes = disagreement(this.#contradicted);
    if (this.#otherPrediction > 0) {
      const where = counted(this.#otherPrediction, 'row');
      notes.push(`The column "prediction" is not the class of the highest score in ${where}; the scores counted.`);
    }
    if (!this.#withinOne) notes.push('The scores were taken for logits: their softmax gave the probabilities.');
    else if (!this.#sumsToOne)
      notes.push('The probabilities of a picture do not add up to 1; they were taken as they are.');
    const single: OutsidePredictions = {
      classes: this.#classes.names.length,
      labels: Int32Array.from(this.#labels),
      predictions: Int32Array.from(this.#predictions),
      probabilities: Float64Array.from(this.#withinOne ? this.#score : this.#softmax),
      ranks: Int32Array.from(this.#ranks),
    };
    return { classes: this.#classes.names, single, notes };
  }
}
