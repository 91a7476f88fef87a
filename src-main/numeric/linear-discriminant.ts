/**
 * A very simple classifier, and how well it does on pictures that it has not seen: linear discriminant analysis with one
 * covariance for all classes, shrunk towards a multiple of the identity (J. Friedman, "Regularized Discriminant
 * Analysis", JASA 1989). Every class counts alike, however many pictures it has. It has no settings to search and
 * needs one pass over the data, also for cross-validation: sums of a fold are taken away from the sums of all.
 */

/** Least share of the identity, for features that say the same. */
const LEAST_SHRINKAGE = 0.02;

export interface Table {
  /** [n, width] row-major, finite. */
  readonly values: Float64Array;
  readonly width: number;
  /** [n] class of each row, 0 .. classes - 1. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** Sums over some of the rows, from which a classifier is made. */
interface Sums {
  /** [classes] */
  readonly counts: Float64Array;
  /** [classes, width] */
  readonly sums: Float64Array;
  /** [width, width], lower triangle. */
  readonly products: Float64Array;
}

/**
 * The class that is named for each row by a classifier made from the rows of all other folds.
 * @param folds [n] fold of each row, 0 .. foldCount - 1; what belongs together shares a fold
 * @returns [n]
 */
export function discriminantOutOfFold(table: Table, folds: ArrayLike<number>, foldCount: number): Int32Array {
  const rows = standardised(table);
  const parts = Array.from({ length: foldCount }, (_, fold) => sumUp({ ...table, values: rows }, folds, fold));
  const all = parts.reduce((total, part) => combine(total, part, 1));
  const named = new Int32Array(table.labels.length);
  parts.forEach((part, fold) => {
    const classifier = fit(combine(all, part, -1), table.width);
    for (let i = 0; i < named.length; i++) {
      if (folds[i] === fold) named[i] = nameClass(classifier, rows, i * table.width, table.width);
    }
  });
  return named;
}

/** Mean 0 and deviation 1 in each column; a column that is always the same becomes 0. */
function standardised({ values, width }: Table): Float64Array {
  const n = values.length / width;
  const result = new Float64Array(values.length);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    let squares = 0;
    for (let i = column; i < values.length; i += width) {
      sum += values[i];
      squares += values[i] ** 2;
    }
    const mean = sum / n;
    const deviation = Math.sqrt(Math.max(0, squares / n - mean ** 2));
    if (deviation < 1e-9) continue;
    for (let i = column; i < values.length; i += width) result[i] = (values[i] - mean) / deviation;
  }
  return result;
}

function sumUp({ values, width, labels, classes }: Table, folds: ArrayLike<number>, fold: number): Sums {
  const counts = new Float64Array(classes);
  const sums = new Float64Array(classes * width);
  const products = new Float64Array(width * width);
  for (let i = 0; i < labels.length; i++) {
    if (folds[i] !== fold) continue;
    const row = i * width;
    counts[labels[i]]++;
    for (let a = 0; a < width; a++) {
      const value = values[row + a];
      sums[labels[i] * width + a] += value;
      if (value === 0) continue;
      for (let b = 0; b <= a; b++) products[a * width + b] += value * values[row + b];
    }
  }
  return { counts, sums, products };
}

function combine(a: Sums, b: Sums, sign: number): Sums {
  const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + sign * y[i]);
  return {
    counts: add(a.counts, b.counts),
    sums: add(a.sums, b.sums),
    products: add(a.products, b.products),
  };
}

/** Score of class c for a row x: weights[c] . x + offsets[c]. */
interface Classifier {
  /** [classes, width] */
  readonly weights: Float64Array;
  /** [classes]; -Infinity for a class without a row. */
  readonly offsets: Float64Array;
}

function fit({ counts, sums, products }: Sums, width: number): Classifier {
  const classes = counts.length;
  const n = counts.reduce((sum, count) => sum + count, 0);
  // Within the classes: E[x x'] less what the class means explain.
  const covariance = products.slice();
  for (let c = 0; c < classes; c++) {
    if (counts[c] === 0) continue;
    for (let a = 0; a < width; a++) {
      const scaled = sums[c * width + a] / counts[c];
      for (let b = 0; b <= a; b++) covariance[a * width + b] -= scaled * sums[c * width + b];
    }
  }
  let trace = 0;
  for (let a = 0; a < width; a++) trace += covariance[a * width + a] / n;
  // With fewer rows than features the covariance is mostly chance.
  const shrinkage = Math.max(LEAST_SHRINKAGE, width / (width + n));
  const added = shrinkage * Math.max(trace / width, 1e-6);
  for (let i = 0; i < covariance.length; i++) covariance[i] *= (1 - shrinkage) / n;
  for (let a = 0; a < width; a++) covariance[a * width + a] += added;
  const factor = cholesky(covariance, width);
  const weights = new Float64Array(classes * width);
  const offsets = new Float64Array(classes).fill(-Infinity);
  for (let c = 0; c < classes; c++) {
    if (counts[c] === 0) continue;
    const mean = sums.slice(c * width, (c + 1) * width).map((sum) => sum / counts[c]);
    const solution = solve(factor, mean, width);
    weights.set(solution, c * width);
    offsets[c] = -0.5 * mean.reduce((sum, value, a) => sum + value * solution[a], 0);
  }
  return { weights, offsets };
}

function nameClass({ weights, offsets }: Classifier, rows: Float64Array, at: number, width: number): number {
  let best = 0;
  let highest = -Infinity;
  for (let c = 0; c < offsets.length; c++) {
    let score = offsets[c];
    if (score === -Infinity) continue;
    for (let a = 0; a < width; a++) score += weights[c * width + a] * rows[at + a];
    if (score > highest) [best, highest] = [c, score];
  }
  return best;
}

/** L with L L' = A, of the lower triangle of a positive definite matrix. */
function cholesky(matrix: Float64Array, width: number): Float64Array {
  const factor = new Float64Array(width * width);
  for (let row = 0; row < width; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * width + column];
      for (let k = 0; k < column; k++) sum -= factor[row * width + k] * factor[column * width + k];
      factor[row * width + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / factor[column * width + column];
    }
  }
  return factor;
}

/** x with L L' x = b. */
function solve(factor: Float64Array, b: Float64Array, width: number): Float64Array {
  const x = b.slice();
  for (let row = 0; row < width; row++) {
    for (let k = 0; k < row; k++) x[row] -= factor[row * width + k] * x[k];
    x[row] /= factor[row * width + row];
  }
  for (let row = width - 1; row >= 0; row--) {
    for (let k = row + 1; k < width; k++) x[row] -= factor[k * width + row] * x[k];
    x[row] /= factor[row * width + row];
  }
  return x;
}
