/** What has been measured on the runs of a study, what could be, what stands in the way, and how long it would take. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { EVALUATION_PARTS, EvaluationSettings } from '../../contract/evaluation.ts';
import type { EvaluationPart, PartResult } from '../../contract/evaluation.ts';
import type { EvaluationOverview, PartOverview } from '../../contract/evaluation-view.ts';
import type { RunRecord } from '../../contract/run.ts';
import type { Dataset, Sample } from '../../datasets/dataset.ts';
import { keyOf } from '../../evaluation/measure-parts.ts';
import { ONE_CLASS_ONLY } from '../../evaluation/part.ts';
import { ONE_CLASS_PARTS, PARTS } from '../../evaluation/parts.ts';
import { readPartResult } from '../../workspace/evaluation-store.ts';
import { listRuns, readRun } from '../../workspace/run.ts';
import type { Study } from '../../workspace/study.ts';
import type { StudyData } from '../../workspace/study-data.ts';
import { runFolder } from '../../workspace/study-layout.ts';
import { readState } from './open-studies.ts';
import { PART_WORDS } from './part-words.ts';
import { isThere } from './study-state.ts';

/** As the window measures: everything by its default. */
const SETTINGS = v.parse(EvaluationSettings, {});

/** What is nothing without objects: they are drawn, or models say where they are. */
const NEEDS_OBJECTS: ReadonlySet<EvaluationPart> = new Set(['debiasing', 'challenge', 'groups']);

/** A run with what is stored of it, outdated or not. */
export interface StoredRun {
  readonly record: RunRecord;
  readonly results: { readonly [Part in EvaluationPart]?: PartResult };
  /** The data as the run saw them, where that is not as they are now; null where they cannot be found any more. */
  readonly dataset?: Dataset | null;
}

/** @throws SteadygazeError `not-found` for a run that is not there */
export async function readOverview(
  { folder, dataRoot }: Study,
  data: StudyData,
  dataset: Dataset,
  ids: readonly string[],
): Promise<EvaluationOverview> {
  const records = await Promise.all([...new Set(ids)].map((id) => readRun(folder, id)));
  const { runs } = await listRuns(folder);
  const all = await Promise.all(runs.map((record) => readStoredRun(folder, record)));
  const found = records.flatMap(({ id }) => all.filter(({ record }) => record.id === id));
  const chosen = await Promise.all(
    found.map(async (run): Promise<StoredRun> => {
      if (run.record.dataFingerprint === dataset.fingerprint) return run;
      return { ...run, dataset: (await readState(data, run.record))?.dataset ?? null };
    }),
  );
  return evaluationOverview(dataset, chosen, all, await isThere(dataRoot));
}

async function readStoredRun(study: string, record: RunRecord): Promise<StoredRun> {
  const folder = runFolder(study, record.id);
  const found = await Promise.all(
    EVALUATION_PARTS.map(async (part) => [part, await readPartResult(folder, part)] as const),
  );
  return { record, results: Object.fromEntries(found.filter(([, result]) => result !== null)) };
}

/**
 * @param runs that are looked at; those that are not finished cannot be measured and are left out of the answer
 * @param all  every run of the study: what was measured on any tells how long it takes
 * @param picturesThere whether the folder of the pictures is there
 */
export function evaluationOverview(
  dataset: Dataset,
  runs: readonly StoredRun[],
  all: readonly StoredRun[],
  picturesThere: boolean,
): EvaluationOverview {
  const finished = runs.filter(({ record }) => record.state === 'finished');
  const measurable = finished.filter((run) => seenBy(run, dataset) !== null);
  const measured = measuredSamples((measurable.length === 0 ? null : seenBy(measurable[0], dataset)) ?? dataset);
  const pictures = measured.samples.length;
  const annotatedFor = new Map(
    measurable.map((run) => [run, isAnnotated(measuredSamples(seenBy(run, dataset) ?? dataset).samples)]),
  );
  const annotated = measurable.length === 0 ? isAnnotated(measured.samples) : [...annotatedFor.values()].some(Boolean);
  const general =
    finished.length > 0 && measurable.length === 0
      ? otherPictures(finished)
      : generalObstacle(measurable.length, pictures, picturesThere);
  const rate = rateOf(all, pictures);
  return {
    pictures,
    split: measured.split,
    parts: EVALUATION_PARTS.map((part): PartOverview => {
      const obstacle = general ?? obstacleOf(part, dataset.task, annotated, measurable);
      return {
        part,
        ...PART_WORDS[part],
        obstacle,
        seconds: obstacle === null ? rate(part) : null,
        runs: measurable.map((run) => ({
          run: run.record.id,
          state: stateOf(
            part,
            run,
            measuredSamples(seenBy(run, dataset) ?? dataset).split,
            annotatedFor.get(run) === true ? [] : judgesOf(run, measurable),
          ),
        })),
      };
    }),
  };
}

function otherPictures(runs: readonly StoredRun[]): string {
  return runs.every(({ record }) => record.settings.arm === 'given')
    ? 'It was brought when the study had other pictures than it has now. Bring it again, then it can be measured.'
    : 'It was trained with other pictures than the study has now. Train again with these, then it can be measured.';
}

/** The data as a run saw them; null where they cannot be found any more. @param present as they are now */
function seenBy({ record, dataset }: StoredRun, present: Dataset): Dataset | null {
  return dataset === undefined && record.dataFingerprint === present.fingerprint ? present : (dataset ?? null);
}

const isAnnotated = (samples: readonly Sample[]): boolean =>
  samples.some(({ boxes, mask }) => boxes.length > 0 || mask !== null);

/** The pictures that figures are about: those kept aside for testing, else those for validation. */
function measuredSamples({ samples }: Dataset) {
  const of = (split: 'test' | 'val') => ({ split, samples: samples.filter((sample) => sample.split === split) });
  const test = of('test');
  return test.samples.length > 0 ? test : of('val');
}

function generalObstacle(finished: number, pictures: number, picturesThere: boolean): string | null {
  if (finished === 0) return 'No run that was chosen is finished: let it finish first.';
  if (pictures === 0) {
    return 'All pictures were used for training, so there is none left to measure on: put some into a folder "test".';
  }
  if (!picturesThere) {
    return 'The folder of the pictures is not there. Put it back, or connect the drive that it lies on.';
  }
  return null;
}

function obstacleOf(
  part: EvaluationPart,
  task: Dataset['task'],
  annotated: boolean,
  runs: readonly StoredRun[],
): string | null {
  if (task === 'multi-label' && ONE_CLASS_PARTS.has(part)) return ONE_CLASS_ONLY;
  if (annotated) return null;
  if (part === 'localization') {
    return 'Nobody has drawn where the objects are. Add a folder "masks" or a file "boxes.csv" to the pictures and make a new study.';
  }
  if (NEEDS_OBJECTS.has(part) && !runs.some((run) => judgesOf(run, runs).length > 0)) {
    return 'Nobody has drawn where the objects are, and one model must not be the judge of itself. Choose a second finished run.';
  }
  return null;
}

/** Weights of the models that say where objects are when this run is measured among the others; none of one alone. */
function judgesOf({ record }: StoredRun, runs: readonly StoredRun[]): readonly string[] {
  const { settings, dataFingerprint } = record;
  // They look at the same pixels of the same pictures.
  const judges = runs.filter(
    (run) =>
      run.record.settings.network.size === settings.network.size && run.record.dataFingerprint === dataFingerprint,
  );
  const weights = [...new Set(judges.map((run) => run.record.weightsHash ?? ''))];
  return weights.length >= 2 ? weights : [];
}

function stateOf(
  part: EvaluationPart,
  { record, results }: StoredRun,
  split: 'test' | 'val',
  judges: readonly string[],
): PartOverview['runs'][number]['state'] {
  const stored = results[part];
  if (stored === undefined) return 'missing';
  const { weightsHash, dataFingerprint } = record;
  const now = keyOf(PARTS[part], {
    ...{ weightsHash: weightsHash ?? '', dataFingerprint, split, judges, settings: SETTINGS },
  });
  return isDeepStrictEqual(stored.key, now) ? 'measured' : 'outdated';
}

/** Seconds of a part on one run: by the passes that it takes, at the speed at which others were measured here. */
function rateOf(all: readonly StoredRun[], pictures: number): (part: EvaluationPart) => number | null {
  const passes = (part: EvaluationPart): number => PARTS[part].passes(SETTINGS, pictures) * pictures;
  const results = all.flatMap(({ results: of }) => Object.values(of));
  const speed = (of: readonly PartResult[]): number | null => {
    const work = of.reduce((sum, { part }) => sum + passes(part), 0);
    return work > 0 ? of.reduce((sum, { seconds }) => sum + seconds, 0) / work : null;
  };
  const general = speed(results);
  return (part) => {
    // Its own time tells best: passes leave out what is not the network.
    const rate = speed(results.filter((result) => result.part === part)) ?? general;
    return rate === null ? null : rate * passes(part);
  };
}
