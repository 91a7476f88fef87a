/** The tables that a report leaves as: every figure, and what was measured on every picture. */
import { EVALUATION_PARTS, type EvaluationPart } from '../contract/evaluation.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { pairedInterval } from '../numeric/bootstrap.ts';
import { verdictOf } from '../reports/comparison.ts';
import { figureKinds, type FigureKind } from '../reports/figure-kinds.ts';
import { figuresCsv, type TableFigure } from '../reports/figures-table.ts';
import { picturesParquet, type MeasuredPictures, type PictureColumns } from '../reports/pictures-table.ts';
import { readPerPicture } from '../workspace/evaluation-store.ts';
import { runFolder } from '../workspace/study-layout.ts';
import type { BuiltReport } from './report-build.ts';
import type { MeasuredRunInput } from './report-input.ts';

/**
 * What was measured on every test picture of the report's runs, outdated measurements left out.
 * @returns null where nothing was measured
 * @throws SteadygazeError `study-corrupt`
 */
export async function measuredPictures(
  study: string,
  { samples, classes }: Dataset,
  { input }: BuiltReport,
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

/** Every figure of every run of the report, with its change to the plain run, or to the first where there is none. */
export function figuresTable({ input }: BuiltReport): string {
  const { runs } = input;
  const first = runs.find(({ record }) => record.settings.arm === 'plain') ?? runs[0];
  const kinds = new Map(figureKinds(runs.map(({ evaluation }) => evaluation)).map((kind) => [kind.key, kind]));
  const figures = EVALUATION_PARTS.flatMap((part) => {
    const keys = new Set(runs.flatMap(({ evaluation }) => Object.keys(evaluation.parts[part]?.figures ?? {})));
    return [...keys].map((key): TableFigure => {
      const kind = kinds.get(key);
      return {
        ...{ key, part, term: kind?.term ?? key },
        values: runs.map(({ evaluation }) => evaluation.parts[part]?.figures[key] ?? null),
        differences: runs.map((run) => (run === first ? null : differenceOf(first, run, part, key, kind?.better))),
      };
    });
  });
  const named = runs.map(({ record: { id, settings } }) => ({ id, arm: settings.arm, seed: settings.seed }));
  return figuresCsv(named, figures, first.record.id);
}

/** Null where one of the two was not measured; without an interval where they cannot be paired. */
function differenceOf(
  a: MeasuredRunInput,
  b: MeasuredRunInput,
  part: EvaluationPart,
  key: string,
  better: FigureKind['better'] | undefined,
): TableFigure['differences'][number] {
  const [before, after] = [a.evaluation.parts[part], b.evaluation.parts[part]];
  const [from, to] = [before?.figures[key], after?.figures[key]];
  if (before === undefined || after === undefined || from === undefined || to === undefined) return null;
  const change = to.value - from.value;
  const [x, y] = [a, b].map(({ evaluation }) => evaluation.resampled[key] as Float32Array | undefined);
  const alike =
    before.picturesHash === after.picturesHash && before.key.settings['seed'] === after.key.settings['seed'];
  if (!alike || x === undefined || y?.length !== x.length) return { change, low: null, high: null, verdict: 'unknown' };
  const { low, high } = pairedInterval(x, y);
  return { change, low, high, verdict: better === undefined ? 'unknown' : verdictOf(low, high, better) };
}
