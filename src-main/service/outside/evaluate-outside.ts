/** Evaluates heatmaps and predictions that another program made, with the figures of the app's own models. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Figure } from '../../contract/run.ts';
import { multiLabelFigures } from '../../evaluation/multi-label.ts';
import type { OutsideLocalization } from '../../evaluation/outside-maps.ts';
import { measureMaps } from '../../evaluation/outside-maps.ts';
import type { OutsidePredictions } from '../../evaluation/outside-predictions.ts';
import { predictionFigures } from '../../evaluation/outside-predictions.ts';
import { upTo } from '../../evaluation/passes.ts';
import { objectsOfFiles, objectsOfStudy, rowsOfMaps } from './judged-maps.ts';
import type { Objects } from './judged-maps.ts';
import { openMaps } from './map-file.ts';
import type { MapFile } from './map-file.ts';
import { readCorrect, refuseUnknownCorrect } from './outside-boxes.ts';
import type { FigureSet, OutsideResult } from './outside-figures.ts';
import { localizationSet, recognitionSet, severalSet } from './outside-figures.ts';
import { writeOutside } from './outside-files.ts';
import type { PerPictureInput } from './outside-files.ts';
import { readPredictions } from './read-predictions.ts';
import type { PredictionTable } from './read-predictions.ts';
import { StudyPictures } from './study-pictures.ts';

/** Resamples of every interval. */
const RESAMPLES = 1000;

export interface OutsideOptions {
  /** Folder of a study that knows classes, boxes and masks. */
  readonly study?: string;
  /** NPY file [pictures, height, width]. */
  readonly maps?: string;
  /** Tables and folder beside the maps; not with a study. */
  readonly boxes?: string;
  readonly masks?: string;
  /** Table index,correct. */
  readonly correct?: string;
  readonly predictions?: string;
  /** Folder for figures.json, figures.csv and per-picture.parquet. */
  readonly out?: string;
  /** Of the bootstrap. */
  readonly seed: number;
}

/** @throws SteadygazeError `bad-argument`, `not-found`, `data-unreadable`, `study-unwritable`; as opening a study */
export async function evaluateOutside(options: OutsideOptions): Promise<OutsideResult> {
  refuseUnfitting(options);
  const study = options.study === undefined ? null : await StudyPictures.open(options.study);
  const table = options.predictions === undefined ? null : await readPredictions(options.predictions, study);
  if (study !== null && table !== null) refuseOtherPictures(study, table);
  const notes = [...(table?.notes ?? [])];
  const sets: FigureSet[] = [];
  const maps = options.maps === undefined ? null : await openMaps(options.maps);
  let judged: Judged | null = null;
  try {
    if (maps !== null) judged = await judge(maps, options, study, table);
  } finally {
    await maps?.close();
  }
  if (judged !== null) {
    sets.push(localizationSet(judged.localization, judged.count, judged.correctKnown));
    notes.push(...judged.notes);
  }
  const rows = table === null ? [] : measuredRows(table, study);
  if (table !== null) {
    sets.push(predictionSet(table, rows, options.seed));
    if (rows.length < table.count) {
      notes.push(`Predictions of ${table.count - rows.length} validation pictures are not part of the figures.`);
    }
  }
  const figures: Record<string, Figure> = {};
  let values: Record<string, unknown> = {};
  for (const set of sets) {
    Object.assign(figures, set.figures);
    // Where both are measured, `n` stays the number of maps.
    values = { ...values, ...set.values, ...('n' in values ? { n: values['n'], n_predictions: set.values['n'] } : {}) };
  }
  const intervals = Object.fromEntries(Object.entries(figures).map(([key, { low, high }]) => [key, [low, high]]));
  const result = { figures, values: { ...values, intervals, seed: options.seed, resamples: RESAMPLES, notes }, notes };
  if (options.out !== undefined) await writeOutside(options.out, result, perPicture(judged, table, study));
  return result;
}

function refuseUnfitting({ study, maps, boxes, masks, correct, predictions }: OutsideOptions): void {
  const refuse = (reason: string, hint: string): never => {
    throw new SteadygazeError('bad-argument', reason, hint);
  };
  if (maps === undefined && predictions === undefined) {
    refuse('There is nothing to evaluate.', 'Give heatmaps with --maps, or predictions with --predictions.');
  }
  if (maps === undefined && (boxes ?? masks ?? correct) !== undefined) {
    refuse('Boxes, masks and correct.csv belong to heatmaps, but none are given.', 'Give them with --maps.');
  }
  if (study !== undefined && (boxes ?? masks) !== undefined) {
    refuse('The study itself says where the objects are.', 'Leave out --boxes and --masks, or the study.');
  }
  if (study === undefined && maps !== undefined && (boxes ?? masks) === undefined) {
    refuse('Heatmaps are judged against boxes or masks, but none are given.', 'Give --boxes, --masks, or a study.');
  }
}

/** Rows that name no picture are those of the study in their order; then none may be missing. */
function refuseOtherPictures({ measured, listed }: StudyPictures, { pictures, indices, count }: PredictionTable): void {
  if (pictures !== null || indices !== null || count === measured || count === listed.length) return;
  throw new SteadygazeError(
    'data-unreadable',
    `There are predictions of ${count} pictures, but the study has ${measured} to measure on.`,
    'Name the pictures in a column "picture". List them with: steadygaze evaluate STUDY --list',
  );
}

interface Judged {
  readonly localization: OutsideLocalization;
  /** Maps that figures are about. */
  readonly count: number;
  readonly correctKnown: boolean;
  readonly correct: Uint8Array;
  readonly objects: Objects;
  readonly maps: MapFile;
  readonly notes: readonly string[];
}

async function judge(
  maps: MapFile,
  options: OutsideOptions,
  study: StudyPictures | null,
  table: PredictionTable | null,
): Promise<Judged> {
  const { count } = maps;
  const objects = study === null ? await objectsOfFiles(count, options) : objectsOfStudy(count, study, table);
  const { annotated, choosing } = objects;
  const given = options.correct === undefined ? null : await readCorrect(options.correct, count);
  if (given !== null) refuseUnknownCorrect(options.correct ?? '', given, annotated);
  const correct = given ?? correctOf(count, table);
  const against = { ...objects, correct: correct ?? new Uint8Array(count) };
  const localization = await measureMaps(maps, against, options.seed);
  if (localization === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'It is not known of any of the pictures where its object is.',
      'Every picture that is to be judged needs a box or a mask with an object in it.',
    );
  }
  const chosen = choosing === null ? 0 : choosing.reduce((sum, value) => sum + value, 0);
  const { boxed, thresholdFrom } = localization.summary.details;
  const notes = [...objects.notes()];
  if (boxed < count - chosen) {
    notes.unshift(
      `It is known of ${boxed} of the ${count - chosen} pictures where their object is; the others did not count.`,
    );
  }
  if (thresholdFrom === 'test')
    notes.push('The thresholds were chosen on these maps themselves, which flatters the figures.');
  return {
    localization,
    count: count - chosen,
    correctKnown: correct !== null,
    correct: against.correct,
    objects,
    maps,
    notes,
  };
}

/** Whether the class of each map's picture was right, as the predictions say; null where they do not. */
function correctOf(count: number, table: PredictionTable | null): Uint8Array | null {
  if (table === null) return null;
  const rows = rowsOfMaps(count, table);
  const { single } = table;
  return single === null
    ? null
    : Uint8Array.from(rows, (row) => Number(single.predictions[row] === single.labels[row]));
}

/** The rows that figures are about: with a study, not those of pictures that serve to choose thresholds. */
function measuredRows(table: PredictionTable, study: StudyPictures | null): number[] {
  const rows = upTo(table.count);
  if (study === null) return rows;
  return rows.filter((row) => {
    const place = table.pictures === null ? (table.indices?.[row] ?? row) : study.placeOf(table.pictures[row]);
    return place < study.measured;
  });
}

function predictionSet(
  { single, several, classes }: PredictionTable,
  rows: readonly number[],
  seed: number,
): FigureSet {
  if (several !== null) {
    const chosen = several.map(({ shown, scores }) => ({
      shown: Uint8Array.from(rows, (row) => shown[row]),
      scores: Float64Array.from(rows, (row) => scores[row]),
    }));
    return severalSet(multiLabelFigures(chosen, seed), classes, rows.length);
  }
  if (single === null) throw new Error('predictions of neither kind');
  const { labels, predictions, probabilities, ranks } = single;
  const chosen: OutsidePredictions = {
    classes: single.classes,
    labels: Int32Array.from(rows, (row) => labels[row]),
    predictions: Int32Array.from(rows, (row) => predictions[row]),
    probabilities: probabilities === null ? null : Float64Array.from(rows, (row) => probabilities[row]),
    ranks: ranks === null ? null : Int32Array.from(rows, (row) => ranks[row]),
  };
  return recognitionSet(predictionFigures(chosen, seed), classes, rows.length);
}

/** One row a map, else one a prediction. */
function perPicture(
  judged: Judged | null,
  table: PredictionTable | null,
  study: StudyPictures | null,
): PerPictureInput {
  const count = judged?.maps.count ?? table?.count ?? 0;
  const rowOf = table === null ? null : judged === null ? upTo(count) : rowsOfMaps(count, table);
  const nameOf = (index: number): string => {
    if (judged !== null && judged.objects.pictures !== null) return judged.objects.pictures[index];
    const row = rowOf?.[index] ?? index;
    const named = table?.pictures?.[row];
    return named ?? study?.listed[table?.indices?.[row] ?? row].id ?? '';
  };
  return {
    indices: upTo(count).map((i) => (judged === null ? (table?.indices?.[i] ?? i) : i)),
    pictures: upTo(count).map(nameOf),
    localization: judged?.localization ?? null,
    correct: judged?.correctKnown ? judged.correct : null,
    predictions: table?.single == null ? null : { ...table.single, names: table.classes, rowOf: rowOf ?? [] },
  };
}
