/** The settings by name ("method.eps"), with what each may be: read off their schema, so that the two never differ. */
import { EvaluationSettings } from '../contract/evaluation.ts';
import { RunSettings } from '../contract/settings.ts';
import type { SettingView } from '../contract/train-view.ts';

/** The parts of a valibot schema that say what a value may be. */
interface Schema {
  readonly type: string;
  readonly wrapped?: Schema;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly item?: Schema;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

/** One setting. */
export interface SettingName {
  /** Dotted, as `--set` takes it. */
  readonly name: string;
  /** What it may be: "a number from 0.0001 to 1, or auto". */
  readonly range: string;
  /** It is a text, even where it looks like a number. */
  readonly text: boolean;
  /** It takes several values, separated by commas. */
  readonly list: boolean;
  /** The same for a form. */
  readonly control: SettingView['control'];
}

/** Every setting of a run, in the order of the schema. */
export const SETTING_NAMES: readonly SettingName[] = namesOf(RunSettings, '');

/** Every setting of an evaluation. */
export const EVALUATION_SETTING_NAMES: readonly SettingName[] = namesOf(EvaluationSettings, '');

function namesOf(schema: Schema, prefix: string): SettingName[] {
  const inner = schema.wrapped ?? schema;
  if (inner.entries === undefined) {
    const kind = { text: inner.type === 'string', list: inner.type === 'array' };
    return [{ name: prefix, range: rangeOf(inner), ...kind, control: controlOf(inner) }];
  }
  return Object.entries(inner.entries).flatMap(([key, entry]) =>
    namesOf(entry, prefix === '' ? key : `${prefix}.${key}`),
  );
}

function rangeOf(schema: Schema): string {
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'picklist':
      return `one of ${(schema.options ?? []).map(String).join(', ')}`;
    case 'string':
      return 'a text';
    case 'array':
      return `${schema.item === undefined ? 'a value' : rangeOf(schema.item)}; several separated by commas`;
    case 'literal':
      return String(schema.literal);
    case 'union':
      return (schema.options as readonly Schema[]).map(rangeOf).sort(numbersFirst).join(', or ');
    default: {
      const limit = (kind: string) => schema.pipe?.find(({ type }) => type === kind)?.requirement;
      const whole = schema.pipe?.some(({ type }) => type === 'integer') ?? false;
      return `a ${whole ? 'whole ' : ''}number from ${String(limit('min_value'))} to ${String(limit('max_value'))}`;
    }
  }
}

function controlOf(schema: Schema): SettingView['control'] {
  if (schema.type === 'boolean') return { kind: 'switch' };
  if (schema.type === 'picklist') return { kind: 'choice', options: schema.options as readonly (string | number)[] };
  const parts = schema.type === 'union' ? (schema.options as readonly Schema[]) : [schema];
  const number = parts.find(({ type }) => type !== 'literal') ?? schema;
  const limit = (kind: string) => Number(number.pipe?.find(({ type }) => type === kind)?.requirement);
  return {
    kind: 'number',
    min: limit('min_value'),
    max: limit('max_value'),
    whole: number.pipe?.some(({ type }) => type === 'integer') ?? false,
    auto: parts.some(({ literal }) => literal === 'auto'),
  };
}

function numbersFirst(a: string, b: string): number {
  return Number(b.includes('number')) - Number(a.includes('number'));
}

/**
 * The setting that a name means: its full name, or its last part where only one setting ends so.
 * @returns null for a name that means none, or more than one
 */
export function findSetting(name: string, names: readonly SettingName[] = SETTING_NAMES): SettingName | null {
  const exact = names.find((setting) => setting.name === name);
  if (exact !== undefined) return exact;
  const ending = names.filter((setting) => setting.name.endsWith(`.${name}`));
  return ending.length === 1 ? ending[0] : null;
}

/** A name further off than this many changed letters was not meant. */
const FARTHEST = 3;

/** The names most like one that was meant: those it abbreviates, then those it differs from least; at least one. */
export function nearestSettings(name: string, names: readonly SettingName[] = SETTING_NAMES, count = 3): string[] {
  const wanted = name.toLowerCase();
  const last = (text: string) => text.slice(text.lastIndexOf('.') + 1).toLowerCase();
  const distance = (candidate: string) =>
    candidate.toLowerCase().includes(wanted)
      ? 0
      : Math.min(edits(wanted, candidate.toLowerCase()), edits(last(wanted), last(candidate)) + 0.5);
  return names
    .map((setting) => setting.name)
    .map((candidate) => ({ candidate, far: distance(candidate) }))
    .sort((a, b) => a.far - b.far)
    .filter(({ far }, i) => i === 0 || (i < count && far < FARTHEST))
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
