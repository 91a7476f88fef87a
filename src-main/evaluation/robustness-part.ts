/**
 * Robustness: accuracy, and how often the prediction stays what it was, under the attacks of attack-suites.ts, for the
 * whole picture and for its background alone, at each eps of the settings.
 *
 * - One item is one picture of a seeded choice; its row: whether it is right untouched, then for each attack, region and
 *   eps whether its prediction survives (1, 0, or NaN where the picture takes no part).
 * - Right under an attack is a picture that is right untouched and whose prediction survives. So a picture that is wrong
 *   untouched is wrong under every attack, and accuracy under attack is never above accuracy.
 * - The background is what is outside the object: outside the mask, else outside the boxes. Where neither is known, it
 *   is the model's own background B (its heatmap of the given label below its mean, as in the method). A picture whose
 *   object is not known, or that has no background, takes no part in the attacks on the background.
 * - A picture that may be of several classes is right where its most probable class is one of them, and its background is
 *   that of all of them.
 */
import type { AttackRegion, AttackSuite, EvaluationSettings, RobustnessDetails } from '../contract/evaluation.ts';
import { pictureBackgrounds } from '../method/label-maps.ts';
import type { Estimate, Resampled } from '../numeric/bootstrap.ts';
import { pairedInterval, resampledMeans, resampledStatistic } from '../numeric/bootstrap.ts';
import { attackPasses, rowsOf, survivors } from './attack-suites.ts';
import { chosenPictures, chosenShare } from './chosen-pictures.ts';
import { foregroundsOf } from './foregrounds.ts';
import { predictLabels } from './label-items.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { upTo } from './passes.ts';
import { readBatch } from './read-batch.ts';
import { readPrediction } from './recognition.ts';

/** Robustness: how easily is it fooled? */
export const robustnessPart: PartKind<'robustness'> = {
  part: 'robustness',
  definition: 1,
  passes: ({ robustness }, pictures) => passesOf(robustness) * chosenShare(robustness.pictures, pictures),
  prepare: async (subject) => measuredPart(subject, await backgroundsOf(subject)),
};

type Settings = EvaluationSettings['robustness'];

/** One attack, region and eps: one column of the rows. */
interface Cell {
  readonly attack: AttackSuite;
  readonly region: AttackRegion;
  readonly eps: number;
}

const keyOf = ({ attack, region, eps }: Cell): string => `${attack}_${region}_${String(eps)}`;

function cellsOf({ attacks, regions, eps }: Settings): Cell[] {
  return [...new Set(attacks)].flatMap((attack) =>
    [...new Set(regions)].flatMap((region) => [...new Set(eps)].map((each) => ({ attack, region, eps: each }))),
  );
}

function passesOf({ attacks, regions, eps, restarts }: Settings): number {
  return 2 + new Set(regions).size * new Set(eps).size * attackPasses(attacks, restarts);
}

/** Where the background of a picture is. */
interface Backgrounds {
  readonly notes: readonly string[];
  /**
   * @param pictures [n, size, size, 3] of `indices`
   * @returns [n, size, size]; zeros where it is not known
   */
  of(indices: readonly number[], pictures: Uint8Array): Promise<Uint8Array>;
}

const OWN_NOTE =
  'Where the objects are is not known from masks or boxes. The background of a picture is here what this model itself ' +
  'does not look at, so every model is attacked in other places: figures of the background do not compare two models fairly.';

async function backgroundsOf(subject: Subject): Promise<Backgrounds> {
  const { model, measured, settings } = subject;
  const { size } = measured;
  if (!settings.robustness.regions.includes('background')) {
    return { notes: [], of: (indices) => Promise.resolve(new Uint8Array(indices.length * size * size)) };
  }
  // The union of several models is not asked for: attacks need a background of some kind, and B costs one pass.
  const annotated = (measured.hasMasks || measured.hasBoxes) && settings.debiasing.foreground !== 'models';
  const foregrounds = annotated ? await foregroundsOf(subject) : null;
  if (foregrounds !== null && !('unmeasurable' in foregrounds)) {
    return {
      notes: foregrounds.note === null ? [] : [foregrounds.note],
      of: async (indices) => {
        const region = new Uint8Array(indices.length * size * size);
        const masks = await Promise.all(indices.map((index) => foregrounds.mask(index)));
        masks.forEach((mask, row) => {
          const background = mask?.map((value) => (value === 0 ? 1 : 0));
          if (background !== undefined) region.set(background, row * size * size);
        });
        return region;
      },
    };
  }
  return {
    notes: [OWN_NOTE],
    of: async (indices, pictures) => {
      const maps = await predictLabels(model, measured, indices, pictures);
      return pictureBackgrounds(maps, size, { threshold: 'mean', thresholdValue: 0 });
    },
  };
}

function measuredPart(subject: Subject, backgrounds: Backgrounds): MeasuredPart<'robustness'> {
  const { model, measured, settings } = subject;
  const { robustness, seed } = settings;
  const cells = cellsOf(robustness);
  const width = 1 + cells.length;
  const area = measured.size * measured.size;
  const sets = measured.labelSets;
  const chosen = chosenPictures(measured.ids, robustness.pictures, seed);
  return {
    part: 'robustness',
    count: chosen.length,
    width,
    passes: passesOf(robustness),
    measure: async (items, out) => {
      out.fill(NaN);
      const indices = items.map((item) => chosen[item]);
      const { pictures } = await readBatch(measured, indices);
      const logits = await model.classify(pictures);
      const clean = indices.map((index, row) => readPrediction(logits, row, model.classes, measured, index));
      clean.forEach(({ rank }, row) => (out[row * width] = rank === 0 ? 1 : 0));
      for (const region of new Set(robustness.regions)) {
        const allowed =
          region === 'all' ? new Uint8Array(indices.length * area).fill(1) : await backgrounds.of(indices, pictures);
        const takingPart = upTo(indices.length).filter((row) =>
          allowed.subarray(row * area, (row + 1) * area).includes(1),
        );
        if (takingPart.length === 0) continue;
        const attacked = {
          pictures: rowsOf(pictures, takingPart, indices.length),
          region: rowsOf(allowed, takingPart, indices.length),
          predictions: Int32Array.from(takingPart, (row) => clean[row].prediction),
          ids: takingPart.map((row) => measured.ids[indices[row]]),
          ...(sets === null ? {} : { unsure: takingPart.map((row) => sets.unsure(indices[row])) }),
        };
        for (const eps of new Set(robustness.eps)) {
          const options = { eps, seed, restarts: robustness.restarts, control: subject.control };
          const same = await survivors(model, attacked, robustness.attacks, options);
          cells.forEach((cell, c) => {
            if (cell.region !== region || cell.eps !== eps) return;
            takingPart.forEach((row, i) => (out[row * width + 1 + c] = same[cell.attack]?.[i] ?? NaN));
          });
        }
      }
    },
    summarise: (rows) => {
      const ids = chosen.map((index) => measured.ids[index]);
      return summarise(rows, ids, cells, backgrounds.notes, seed);
    },
    close: () => undefined,
  };
}

/** Accuracy and survival of one cell. */
interface CellFigures extends Cell {
  readonly accuracy: Resampled;
  readonly same: Resampled;
}

function summarise(
  rows: Float32Array,
  ids: readonly string[],
  cells: readonly Cell[],
  backgroundNotes: readonly string[],
  seed: number,
): PartSummary<'robustness'> {
  const width = 1 + cells.length;
  const column = (c: number) => Float32Array.from(ids, (_, i) => rows[i * width + c]);
  const right = column(0);
  const columns: Record<string, Float32Array> = { acc_clean: right };
  const figures: Record<string, Resampled> = { acc_clean: meanOfKnown(right, seed) };
  const measured: CellFigures[] = [];
  const without = new Set<number>();
  cells.forEach((cell, c) => {
    const same = column(1 + c);
    const accurate = same.map((value, i) => value * right[i]);
    columns[`acc_${keyOf(cell)}`] = accurate;
    columns[`same_${keyOf(cell)}`] = same;
    same.forEach((value, i) => {
      if (Number.isNaN(value)) without.add(i);
    });
    if (same.every(Number.isNaN)) return;
    const both = { accuracy: meanOfKnown(accurate, seed), same: meanOfKnown(same, seed) };
    figures[`acc_${keyOf(cell)}`] = both.accuracy;
    figures[`same_${keyOf(cell)}`] = both.same;
    measured.push({ ...cell, ...both });
  });
  const notes = [...backgroundNotes];
  if (without.size > 0) {
    notes.push(
      `${String(without.size)} of ${String(ids.length)} pictures take no part in the attacks on the background: ` +
        'where their object is is not known, or it leaves no background.',
    );
  }
  if (gradientsMislead(measured)) {
    notes.push(
      'A stronger attack fooled this model less often than a weaker one, which should not happen: its gradients may ' +
        'mislead attacks ("gradient masking"). It may be easier to fool than these figures say.',
    );
  }
  const details: RobustnessDetails = {
    rows: measured.map(({ accuracy, same, ...cell }) => ({ ...cell, accuracy: plain(accuracy), same: plain(same) })),
  };
  return { figures, details, notes, perPicture: { ids, columns } };
}

const plain = ({ value, low, high, n }: Resampled): Estimate => ({ value, low, high, n });

/**
 * The mean of the values that are not NaN. All pictures are drawn, those without a value too, so that two models stay
 * paired where they lack values of different pictures.
 */
function meanOfKnown(values: Float32Array, seed: number): Resampled {
  const known = values.filter((value) => !Number.isNaN(value)).length;
  if (known === values.length) return resampledMeans([values], { seed })[0];
  const meanDrawn = (draws: Uint32Array): number => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      sum += draws[i] * values[i];
      count += draws[i];
    }
    return count === 0 ? NaN : sum / count;
  };
  const whole = meanDrawn(new Uint32Array(values.length).fill(1));
  const statistic = (draws: Uint32Array): number => {
    const drawn = meanDrawn(draws);
    // No picture with a value was drawn: nothing is learned from this draw.
    return Number.isNaN(drawn) ? whole : drawn;
  };
  return { ...resampledStatistic(values.length, statistic, { seed }), n: known };
}

/**
 * Signs of gradient masking (Athalye et al., ICML 2018): measurably more pictures survive PGD-10 than a single step, or a
 * larger eps than a smaller one.
 */
function gradientsMislead(cells: readonly CellFigures[]): boolean {
  const stronger = (weak: CellFigures, strong: CellFigures): boolean =>
    weak.region === strong.region &&
    strong.attack === 'pgd10' &&
    ((weak.attack === 'pgd10' && weak.eps < strong.eps) || (weak.attack === 'fgsm' && weak.eps === strong.eps));
  return cells.some((weak) =>
    cells.some(
      (strong) => stronger(weak, strong) && pairedInterval(weak.same.resampled, strong.same.resampled).low > 0,
    ),
  );
}
