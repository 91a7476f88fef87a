/** Versioned JSON files: read with suspicion, migrated forward step by step, checked by a schema. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';

/** Turns the record of version n into that of version n + 1. */
export type Migration = (record: Record<string, unknown>) => Record<string, unknown>;

export interface JsonFormat<T> {
  /** The value of the field `format`. */
  readonly format: string;
  /** The version that this program writes. */
  readonly version: number;
  /** `migrations[n]` leads from version n to n + 1. */
  readonly migrations: Readonly<Record<number, Migration>>;
  readonly schema: v.GenericSchema<unknown, T>;
  /** What the file is, for messages: "study", "run". */
  readonly noun: string;
}

export type ParsedJson<T> =
  | { readonly state: 'good'; readonly value: T; readonly migrated: boolean }
  | { readonly state: 'newer'; readonly version: number }
  | { readonly state: 'corrupt'; readonly reason: string };

/** Reads the text of a versioned file. Never throws, whatever the text is. */
export function parseVersioned<T>(text: string, format: JsonFormat<T>): ParsedJson<T> {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    return { state: 'corrupt', reason: error instanceof Error ? error.message : String(error) };
  }
  if (!isRecord(record)) return { state: 'corrupt', reason: 'not an object' };
  if (record['format'] !== format.format) return { state: 'corrupt', reason: 'not the right kind of file' };
  const found = record['version'];
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 0) {
    return { state: 'corrupt', reason: 'no version' };
  }
  if (found > format.version) return { state: 'newer', version: found };
  try {
    for (let version = found; version < format.version; version++) {
      const migrate = format.migrations[version];
      if (migrate === undefined) return { state: 'corrupt', reason: `no way from version ${version}` };
      record = { ...migrate(record as Record<string, unknown>), version: version + 1 };
    }
  } catch (error) {
    return { state: 'corrupt', reason: `migration failed: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = v.safeParse(format.schema, record);
  if (!parsed.success) return { state: 'corrupt', reason: v.summarize(parsed.issues) };
  return { state: 'good', value: parsed.output, migrated: found < format.version };
}

/** Reads and parses a file; null when it does not exist. Other system errors pass through. */
export async function readVersioned<T>(path: string, format: JsonFormat<T>): Promise<ParsedJson<T> | null> {
  try {
    return parseVersioned(await readFile(path, 'utf8'), format);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** The error for a file that a newer Steadygaze wrote. */
export function newerError(noun: string, path: string, version: number): SteadygazeError {
  return new SteadygazeError(
    'study-newer',
    `This ${noun} was written by a newer Steadygaze: ${path}`,
    'Update Steadygaze to open it. Nothing was changed.',
    `version ${version}`,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
