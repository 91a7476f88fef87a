/** The tables that a report leaves as: every figure, and what was measured on every picture. */
import { EVALUATION_PARTS } from '../contract/evaluation.ts';
import { pairedDifference } from '../reports/comparison.ts';
import { figureKinds } from '../reports/figure-kinds.ts';
import { figuresCsv, type TableFigure } from '../reports/figures-table.ts';
import { picturesParquet, type MeasuredPictures, type PictureColumns } from '../reports/pictures-table.ts';
import { readPerPicture } from '../workspace/evaluation-store.ts';
import { runFolder } from '../workspace/study-layout.ts';
import type { BuiltReport } from './report-build.ts';

/**
 * What was measured on every test picture of the report's runs, outdated measurements left out.
 * @returns null where nothing was measured
 * @throws SteadygazeError `study-corrupt`
 */
export async function measuredPictures(
  study: string,
  { input, dataset: { samples, classes } }: BuiltReport,
): Promise<Uint8Array | null> {
  const runs: MeasuredPictures[] = [];
  for (const { record, evaluation } of input.runs) {
    const parts: PictureColumns[] = [];
    for (const part of EVALUATION_PARTS) {
      if (evaluation.parts[part] === undefined) continue;
      parts.push({ part, ...(await readPerPicture(runFolder(study, record.id), part)) });
    }
    runs.push({ run: record.id, parts });
  }
  if (runs.every(({ parts }) => parts.length === 0)) return null;
  const labels = new Map(samples.map(({ id, label }) => [id, classes[label] ?? null]));
  return picturesParquet(runs, (id) => labels.get(id) ?? null);
}

/**
 * Every figure of every run of the report, with its change to the plain run, or to the first where there is none.
 * Yardsticks (a box in the middle, an even map) are told, and not compared.
 */
export function figuresTable({ input }: BuiltReport): string {
  const { runs } = input;
  const evaluations = runs.map(({ evaluation }) => evaluation);
  const baseline = runs.find(({ record }) => record.settings.arm === 'plain') ?? runs[0];
  const kinds = new Map(figureKinds(evaluations).map((kind) => [kind.key, kind]));
  const figures = EVALUATION_PARTS.flatMap((part) => {
    const keys = new Set(evaluations.flatMap(({ parts }) => Object.keys(parts[part]?.figures ?? {})));
    return [...keys].map((key): TableFigure => {
      const kind = kinds.get(key);
      return {
        ...{ key, part, term: kind?.term ?? key },
        values: evaluations.map(({ parts }) => parts[part]?.figures[key] ?? null),
        differences: runs.map((run) =>
          run === baseline || kind === undefined ? null : pairedDifference(kind, baseline.evaluation, run.evaluation),
        ),
      };
    });
  });
  const named = runs.map(({ record: { id, settings } }) => ({ id, arm: settings.arm, seed: settings.seed }));
  return figuresCsv(named, figures, baseline.record.id);
}
