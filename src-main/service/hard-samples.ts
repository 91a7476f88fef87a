/** The hard samples of a run: the training pictures whose explanation survived the attack least. */
import { SteadygazeError } from '../contract/errors.ts';
import { hardestRows } from '../jobs/hardest.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { runFolder } from '../workspace/study-layout.ts';

/** One hard sample, under the names of the method. */
export interface HardSampleRow {
  /** Relative to the data set. */
  readonly path: string;
  readonly label: string;
  readonly prediction: string;
  /** Similarity of the heatmaps, agreement of the predictions, E = S * Q. */
  readonly S: number;
  readonly Q: number;
  readonly E: number;
  /** The weight that followed from it. */
  readonly v: number;
  readonly probability: number;
  readonly attacked_prediction: string;
  readonly attacked_probability: number;
}

export interface HardSamples {
  readonly run: string;
  /** The assessment they are taken from. */
  readonly round: number;
  readonly samples: readonly HardSampleRow[];
}

/** @throws SteadygazeError `not-found` where the run, or an assessment of it, is not there */
export async function hardSamples(
  folder: string,
  { run, top = 24, round }: { readonly run: string; readonly top?: number; readonly round?: number },
): Promise<HardSamples> {
  const study = await openStudy(folder);
  const record = await readRun(study.folder, run);
  const last = record.rounds.at(-1)?.round;
  if (last === undefined) {
    throw new SteadygazeError(
      'not-found',
      `The run ${run} has not assessed its pictures yet.`,
      'Wait for its first assessment, or go on with it: "resume".',
    );
  }
  const chosen = round ?? last;
  const rows = await readRoundTable(runFolder(study.folder, run), chosen);
  const name = (label: number) => record.classes[label] ?? String(label);
  const samples = hardestRows(rows, top).map((index): HardSampleRow => {
    const row = rows[index];
    return {
      path: row.id,
      label: (row.labels ?? [row.label]).map(name).join(', '),
      prediction: name(row.prediction),
      S: row.s,
      Q: row.q,
      E: row.e,
      v: row.v,
      probability: row.probability,
      attacked_prediction: name(row.attackedPrediction),
      attacked_probability: row.attackedProbability,
    };
  });
  return { run, round: chosen, samples };
}
