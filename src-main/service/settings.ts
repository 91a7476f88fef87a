/** The settings of a run or of an evaluation: from a preset, `--set` and the options, checked with sentences a person understands. */
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { EvaluationSettings } from '../contract/evaluation.ts';
import { RunSettings } from '../contract/settings.ts';
import type { RunSettingsInput } from '../contract/settings.ts';
import { EVALUATION_SETTING_NAMES, findSetting, nearestSettings, SETTING_NAMES } from './setting-names.ts';
import type { SettingName } from './setting-names.ts';

type Tree = { [key: string]: unknown };

/**
 * Settles every setting of a run.
 * @param base        of a preset
 * @param assignments "name=value"; a name may be short where it is unambiguous ("eps" for "method.eps")
 * @throws SteadygazeError `unknown-setting`, `impossible-value`
 */
export function resolveSettings(base: RunSettingsInput, assignments: readonly string[]): RunSettings {
  const tree = structuredClone(base) as Tree;
  for (const assignment of assignments) assign(tree, assignment, SETTING_NAMES);
  // The arm `noise` is the control: noise takes the attack's place. An attack that is asked for is kept.
  const method = (tree['method'] ?? {}) as Tree;
  if (tree['arm'] === 'noise') tree['method'] = { ...method, attack: method['attack'] ?? 'noise' };
  const parsed = v.safeParse(RunSettings, tree);
  if (parsed.success) return parsed.output;
  throw impossible(namedBy(parsed.issues[0]), parsed.issues[0].input, SETTING_NAMES);
}

/**
 * Settles every setting of an evaluation.
 * @param assignments "name=value"; values of a list are separated by commas
 * @throws SteadygazeError `unknown-setting`, `impossible-value`
 */
export function resolveEvaluationSettings(assignments: readonly string[]): EvaluationSettings {
  const tree: Tree = {};
  for (const assignment of assignments) assign(tree, assignment, EVALUATION_SETTING_NAMES);
  const parsed = v.safeParse(EvaluationSettings, tree);
  if (parsed.success) return parsed.output;
  throw impossible(namedBy(parsed.issues[0]), parsed.issues[0].input, EVALUATION_SETTING_NAMES);
}

/** Of a list the place of the wrong value is no part of its name. */
function namedBy(issue: v.BaseIssue<unknown>): string {
  return (v.getDotPath(issue) ?? '').replace(/\.\d+$/, '');
}

function assign(tree: Tree, assignment: string, names: readonly SettingName[]): void {
  const at = assignment.indexOf('=');
  if (at <= 0) {
    throw new SteadygazeError(
      'bad-argument',
      `A setting is given as name=value, not as "${assignment}".`,
      'For example: --set method.eps=0.01',
    );
  }
  const given = assignment.slice(0, at).trim();
  const setting = findSetting(given, names);
  if (setting === null) throw unknown(given, names);
  const text = assignment.slice(at + 1).trim();
  const value = setting.text
    ? text
    : setting.list
      ? text.split(',').map((each) => parseValue(each.trim()))
      : parseValue(text);
  const path = setting.name.split('.');
  const leaf = path.pop() ?? '';
  let node = tree;
  for (const key of path) node = (node[key] ??= {}) as Tree;
  node[leaf] = value;
}

/** Numbers and true/false as such, everything else as text: "auto", "cosine". */
function parseValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function unknown(name: string, names: readonly SettingName[]): SteadygazeError {
  const several = names.filter((setting) => setting.name.endsWith(`.${name}`)).map((setting) => setting.name);
  if (several.length > 1) {
    return new SteadygazeError(
      'unknown-setting',
      `The name "${name}" stands for more than one setting.`,
      `Say which: ${several.join(', ')}.`,
    );
  }
  return new SteadygazeError(
    'unknown-setting',
    `There is no setting "${name}".`,
    `Perhaps you meant: ${nearestSettings(name, names).join(', ')}.`,
  );
}

function impossible(name: string, value: unknown, names: readonly SettingName[]): SteadygazeError {
  const range = findSetting(name, names)?.range ?? 'something else';
  return new SteadygazeError(
    'impossible-value',
    `The setting ${name} cannot be ${JSON.stringify(value)}.`,
    `It must be ${range}.`,
  );
}
