/** The figures of heatmaps and predictions of another program, as they are printed and stored. */
import type { Figure } from '../../contract/run.ts';
import type { OutsideLocalization } from '../../evaluation/outside-maps.ts';
import type { MultiLabelFigures } from '../../evaluation/multi-label.ts';
import type { OutsideRecognition } from '../../evaluation/outside-predictions.ts';

/** Figures with intervals by their keys, and everything that is printed beside them. */
export interface FigureSet {
  readonly figures: Readonly<Record<string, Figure>>;
  /** As `--json` prints it: figures are plain numbers, null where they could not be measured. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface OutsideResult {
  /** By key, in the order in which they are shown. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** One object for programs: every figure as a plain number, intervals, seed, notes. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Plain sentences. */
  readonly notes: readonly string[];
}

const plain = ({ value, low, high, n }: Figure): Figure => ({ value, low, high, n });

/**
 * Every figure under the name that reports use; the names of the published reference beside them where they differ.
 * @param count        of maps that were judged
 * @param correctKnown whether it is known of the pictures whether their class was right
 */
export function localizationSet(
  { summary, targeted }: OutsideLocalization,
  count: number,
  correctKnown: boolean,
): FigureSet {
  const { details } = summary;
  const unknown = new Set([
    ...(correctKnown ? [] : ['top1_loc']),
    ...(targeted.length > 0 ? [] : ['pointing', 'pointing_15', 'energy', 'uniform_energy', 'pxap']),
  ]);
  const known = Object.entries(summary.figures).filter(([key]) => !unknown.has(key));
  const figures = Object.fromEntries(known.map(([key, figure]) => [key, plain(figure)]));
  const value = (key: string): number | null => (key in figures ? figures[key].value : null);
  return {
    figures,
    values: {
      n: count,
      boxed: details.boxed,
      targeted: details.targeted,
      target: details.target,
      maxboxacc: value('maxboxacc'),
      maxboxacc_threshold: details.threshold,
      threshold: details.threshold,
      threshold_from: details.thresholdFrom === 'val' ? 'validation' : 'the maps themselves',
      maxboxacc_best: details.best,
      maxboxacc_v2: value('maxboxacc_v2'),
      maxboxacc_v2_parts: details.v2Parts,
      v2_parts: details.v2Parts,
      maxboxacc_v2_best: details.v2Best,
      top1_loc: value('top1_loc'),
      pxap: value('pxap'),
      pointing: value('pointing'),
      pointing_15: value('pointing_15'),
      energy: value('energy'),
      energy_in_mask: details.target === 'mask' ? value('energy') : null,
      iou: value('iou'),
      centre_box: value('centre_box'),
      centre_box_size: details.centreBoxSize,
      uniform_energy: value('uniform_energy'),
      curve: details.curve,
    },
  };
}

/** @param count of pictures with predictions */
export function recognitionSet(
  { figures, confusion, perClass }: OutsideRecognition,
  classes: readonly string[],
  count: number,
): FigureSet {
  const value = (key: string): number | null => (key in figures ? figures[key].value : null);
  return {
    figures,
    values: {
      n: count,
      classes,
      top1: value('top1'),
      top5: value('top5'),
      balanced_accuracy: value('balanced_accuracy'),
      ece: value('ece'),
      confusion,
      accuracy_per_class: perClass.map((figure) => figure?.value ?? null),
    },
  };
}

/** @param count of pictures with predictions */
export function severalSet(
  { perClass, mean }: MultiLabelFigures,
  classes: readonly string[],
  count: number,
): FigureSet {
  const figures: Record<string, Figure> = mean === null ? {} : { mAP: mean };
  perClass.forEach((figure, c) => {
    if (figure !== null) figures[`average_precision ${classes[c]}`] = figure;
  });
  return {
    figures,
    values: {
      n: count,
      classes,
      mAP: mean?.value ?? null,
      mean_average_precision: mean?.value ?? null,
      average_precision: perClass.map((figure) => figure?.value ?? null),
    },
  };
}
