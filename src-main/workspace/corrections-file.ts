/**
 * What a person changed of the training pictures before a run: `corrections.json` in its folder. The pictures
 * themselves are never touched.
 */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { Correction, RunRecord } from '../contract/run.ts';
import { writeJsonAtomic } from './atomic-file.ts';
import { hashBytes } from './file-hash.ts';
import { correctionsFile } from './study-layout.ts';

const CorrectionsFile = v.object({
  format: v.literal('steadygaze-corrections'),
  version: v.literal(1),
  corrections: v.array(v.object({ id: v.string(), label: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))) })),
});

/** What `run.json` says of a list of corrections. */
export function summaryOfCorrections(corrections: readonly Correction[]): NonNullable<RunRecord['corrections']> {
  const leftOut = corrections.filter(({ label }) => label === null).length;
  return { relabelled: corrections.length - leftOut, leftOut, hash: hashOf(corrections) };
}

/** Writes the corrections of a run, atomically. `run` is the run's folder. */
export async function writeCorrections(run: string, corrections: readonly Correction[]): Promise<void> {
  await writeJsonAtomic(correctionsFile(run), { format: 'steadygaze-corrections', version: 1, corrections });
}

/**
 * The corrections that a run was begun with; none where its record says nothing of any.
 * @throws SteadygazeError `study-corrupt` when the file is missing or is another than the run began with
 */
export async function readCorrections(run: string, record: RunRecord): Promise<readonly Correction[]> {
  const { corrections: expected } = record;
  if (expected === undefined) return [];
  const path = correctionsFile(run);
  let value: unknown = null;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError) && systemCode(error) !== 'ENOENT') throw error;
  }
  const checked = v.safeParse(CorrectionsFile, value);
  if (checked.success && hashOf(checked.output.corrections) === expected.hash) return checked.output.corrections;
  throw new SteadygazeError(
    'study-corrupt',
    `The corrected labels that the run ${record.id} began with are missing or were changed: ${path}`,
    'Put back a copy of the file, or start a new run with the corrections.',
    checked.success ? 'the hash is another one' : v.summarize(checked.issues),
  );
}

/** The same for the same corrections in any order. */
function hashOf(corrections: readonly Correction[]): string {
  const entries = corrections.map(({ id, label }) => [id, label] as const);
  return hashBytes(JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))));
}
