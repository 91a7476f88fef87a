/** All settings of the runs side by side, one row a setting, so that a run can be repeated. */
import type { RunView } from './run-view.ts';

export interface SettingRow {
  /** Dotted name as `--set` takes it. */
  readonly name: string;
  /** One value a run. */
  readonly values: readonly string[];
  readonly differs: boolean;
}

/** {a: {b: 1}} -> [['a.b', '1']]. */
function flattenSettings(value: unknown, prefix = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flattenSettings(inner, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** What only training goes by: a model that was brought has nothing to do with it. */
const OF_TRAINING = /^(training\.|start\.(frozenStages|layerDecay|batchNorm)$)/;

/** Every setting that any of the runs has, in the order of the first run that has it. */
export function settingRows(runs: readonly RunView[]): SettingRow[] {
  const flat = runs.map(
    (run) =>
      new Map(flattenSettings(run.record.settings).filter(([name]) => run.arm !== 'given' || !OF_TRAINING.test(name))),
  );
  const names = new Set(flat.flatMap((settings) => [...settings.keys()]));
  return [...names].map((name) => {
    const values = flat.map((settings) => settings.get(name) ?? '\u2013');
    return { name, values, differs: new Set(values).size > 1 };
  });
}
