/** What the heatmaps of another program are judged against: files of its own, or the pictures of a study. */
import { SteadygazeError } from '../../contract/errors.ts';
import { annotationOf, readAnnotation } from '../../evaluation/annotation.ts';
import type { JudgedAgainst } from '../../evaluation/outside-maps.ts';
import { upTo } from '../../evaluation/passes.ts';
import { readOutsideBoxes } from './outside-boxes.ts';
import { OutsideMasks } from './outside-masks.ts';
import type { PredictionTable } from './read-predictions.ts';
import type { StudyPictures } from './study-pictures.ts';

/** {@link JudgedAgainst} as far as objects go. */
export interface Objects extends Omit<JudgedAgainst, 'correct'> {
  /** Path of each map's picture; null where they have none. */
  readonly pictures: readonly string[] | null;
  /** Plain sentences; complete when all annotations were read. */
  notes(): readonly string[];
}

/**
 * Objects from `boxes.csv` and a folder of masks, either of which may be missing.
 * @param count of maps
 * @throws SteadygazeError `not-found`, `data-unreadable`
 */
export async function objectsOfFiles(
  count: number,
  files: { readonly boxes?: string; readonly masks?: string },
): Promise<Objects> {
  const given = files.boxes === undefined ? null : await readOutsideBoxes(files.boxes, count);
  const masks = files.masks === undefined ? null : await OutsideMasks.open(files.masks, count);
  const target = masks === null ? 'box' : 'mask';
  return {
    target,
    annotated: upTo(count).filter((index) => (given?.boxes.has(index) ?? false) || (masks?.has(index) ?? false)),
    annotationOf: async (index) =>
      annotationOf(given?.boxes.get(index) ?? [], (await masks?.read(index)) ?? null, target),
    choosing: null,
    pictures: null,
    notes: () => [...(given?.notes ?? []), ...(masks?.notes() ?? [])],
  };
}

/**
 * Objects of the pictures of a study. Which picture a map belongs to, the predictions say by their column `picture`;
 * without it, the maps are in the order in which the study lists its pictures.
 * @throws SteadygazeError `data-unreadable` where maps and pictures do not belong together
 */
export function objectsOfStudy(count: number, study: StudyPictures, table: PredictionTable | null): Objects {
  const places = placesOfMaps(count, study, table);
  const target = study.hasMasks ? 'mask' : 'box';
  const choosing = Uint8Array.from(places, (place) => (place < study.measured ? 0 : 1));
  return {
    target,
    annotated: upTo(count),
    annotationOf: (index) => readAnnotation(study, places[index], target),
    choosing: choosing.includes(1) ? choosing : null,
    pictures: places.map((place) => study.listed[place].id),
    notes: () => study.notes(),
  };
}

function placesOfMaps(count: number, study: StudyPictures, table: PredictionTable | null): readonly number[] {
  const pictures = table?.pictures ?? null;
  if (table !== null && pictures !== null) {
    const places = rowsOfMaps(count, table).map((row) => study.placeOf(pictures[row]));
    if (places.some((place) => place < study.measured)) return places;
    throw new SteadygazeError('data-unreadable', 'None of the heatmaps belongs to a test picture of this study.');
  }
  const { measured, listed } = study;
  if (count === measured || count === listed.length) return upTo(count);
  const others = listed.length - measured;
  throw new SteadygazeError(
    'data-unreadable',
    `There are ${count} heatmaps, but the study has ${measured} pictures to measure on${others > 0 ? ` and ${others} to choose thresholds on` : ''}.`,
    'List the pictures with: steadygaze evaluate STUDY --list. Or name them in a column "picture" of the predictions.',
  );
}

/**
 * The row of the predictions that belongs to each map: by the column `index`, else the one of the same number.
 * @throws SteadygazeError `data-unreadable` where there is not one row a map
 */
export function rowsOfMaps(count: number, { indices, count: rows }: PredictionTable): number[] {
  if (indices === null && rows !== count) {
    throw new SteadygazeError(
      'data-unreadable',
      `There are ${count} heatmaps, but predictions of ${rows} pictures.`,
      'Both must be about the same pictures in the same order; or give the predictions a column "index".',
    );
  }
  const rowOf = new Int32Array(count).fill(-1);
  (indices ?? upTo(rows)).forEach((index, row) => {
    if (index >= count) {
      throw new SteadygazeError(
        'data-unreadable',
        `There are predictions for the index ${index}, but only ${count} heatmaps; the last has the index ${count - 1}.`,
      );
    }
    rowOf[index] = row;
  });
  const without = rowOf.indexOf(-1);
  if (without < 0) return Array.from(rowOf);
  throw new SteadygazeError('data-unreadable', `There is no prediction for the heatmap ${without}.`);
}
