/**
 * What was measured on a run, part by part: `runs/<id>/evaluation/`. A part is its figures (`<part>.json`), their
 * resampled values (`<part>.bootstrap.npy`) and one row a picture (`<part>.parquet`). The figures are written last: a
 * part that has them is whole. A part that is damaged counts as not measured, for it can be measured again.
 */
import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import type { EvaluationPart, PartResult, StoredEvaluation } from '../contract/evaluation.ts';
import { EVALUATION_PARTS } from '../contract/evaluation.ts';
import type { RunRecord } from '../contract/run.ts';
import type { PartShelf } from '../evaluation/measure-parts.ts';
import type { PartSummary } from '../evaluation/part.ts';
import { PARTS } from '../evaluation/parts.ts';
import { writeJsonAtomic } from './atomic-file.ts';
import { readFloatTable, writeFloatTable } from './float-table-file.ts';
import { readVersioned } from './json-file.ts';
import type { JsonFormat } from './json-file.ts';
import { readNumberTable, writeNumberTable } from './number-table.ts';
import type { NumberTable } from './number-table.ts';
import { PartialRows } from './partial-rows.ts';
import { partResultSchema } from './record-schemas.ts';
import { partResultFile, perPictureFile, resampledFile } from './study-layout.ts';

const RESULT_FORMAT: JsonFormat<PartResult> = {
  format: 'steadygaze-evaluation',
  version: 1,
  migrations: {},
  schema: partResultSchema,
  noun: 'measurement',
};

/** What a stored result must be of to hold still. */
export type Measured = Pick<RunRecord, 'weightsHash' | 'dataFingerprint'>;

/**
 * The result of one part as it was stored, outdated or not; null where there is none that can be read.
 * @param run folder of the run
 */
export async function readPartResult<Part extends EvaluationPart>(
  run: string,
  part: Part,
): Promise<PartResult<Part> | null> {
  const parsed = await readVersioned(partResultFile(run, part), RESULT_FORMAT);
  if (parsed?.state !== 'good' || parsed.value.part !== part) return null;
  // Its details are those of its part.
  return parsed.value as PartResult<Part>;
}

/** Whether a stored result is of these weights and data, and by today's definition. */
export function holdsStill(result: PartResult, { weightsHash, dataFingerprint }: Measured): boolean {
  const { part, key } = result;
  return (
    key.weightsHash === weightsHash &&
    key.dataFingerprint === dataFingerprint &&
    key.definition === PARTS[part].definition
  );
}

/**
 * Everything that was measured on a run and holds still.
 * @param run folder of the run
 * @param of  its record
 */
export async function readEvaluation(run: string, of: Measured): Promise<StoredEvaluation> {
  const parts: { -readonly [Part in EvaluationPart]?: PartResult } = {};
  const resampled: Record<string, Float32Array> = {};
  for (const part of EVALUATION_PARTS) {
    const result = await readPartResult(run, part);
    if (result === null || !holdsStill(result, of)) continue;
    const values = await readResampled(run, result);
    if (values === null) continue;
    parts[part] = result;
    Object.assign(resampled, values);
  }
  // Every result was read as that of its part.
  return { parts: parts as StoredEvaluation['parts'], resampled };
}

/** By key of the figure; null where they are missing, damaged or of another result. */
async function readResampled(run: string, result: PartResult): Promise<Record<string, Float32Array> | null> {
  const keys = Object.keys(result.figures);
  try {
    const { rows, columns, data } = await readFloatTable(resampledFile(run, result.part));
    if (rows !== keys.length) return null;
    return Object.fromEntries(keys.map((key, i) => [key, data.subarray(i * columns, (i + 1) * columns)]));
  } catch (error) {
    if (error instanceof SteadygazeError) return null;
    throw error;
  }
}

/**
 * Stores the result of a part in place of an older one. The caller holds the run's lock.
 * @param run folder of the run
 * @throws SteadygazeError `internal` for a figure that is no number
 */
async function writePart<Part extends EvaluationPart>(
  run: string,
  result: PartResult<Part>,
  { figures, perPicture }: Pick<PartSummary<Part>, 'figures' | 'perPicture'>,
): Promise<void> {
  const checked = v.safeParse(partResultSchema, result);
  const keys = Object.keys(result.figures);
  if (!checked.success || keys.join() !== Object.keys(figures).join()) {
    throw new SteadygazeError(
      'internal',
      `What was measured (${result.part}) holds a value that cannot be saved.`,
      'Please report it with the details; nothing already saved is lost.',
      checked.success ? 'the resampled values are of other figures' : v.summarize(checked.issues),
    );
  }
  // Without its figures a part does not count, so that old figures never stand beside new tables.
  await rm(partResultFile(run, result.part), { force: true });
  const columns = Object.values(figures)[0]?.resampled.length ?? 0;
  const data = new Float32Array(keys.length * columns);
  keys.forEach((key, i) => data.set(figures[key].resampled, i * columns));
  await writeFloatTable(resampledFile(run, result.part), { rows: keys.length, columns, data });
  await writeNumberTable(perPictureFile(run, result.part), perPicture);
  await writeJsonAtomic(partResultFile(run, result.part), result);
}

/**
 * What a part measured on each picture.
 * @throws SteadygazeError `not-found` where it was not measured, `study-corrupt` when damaged
 */
export async function readPerPicture(run: string, part: EvaluationPart): Promise<NumberTable> {
  return readNumberTable(perPictureFile(run, part));
}

/**
 * The shelf of one run. The caller holds the run's lock.
 * @param run folder of the run
 */
export function shelfOf(run: string): PartShelf {
  return {
    result: async (part) => {
      const result = await readPartResult(run, part);
      return result === null || (await readResampled(run, result)) === null ? null : result;
    },
    rows: (part, identity) => PartialRows.open(run, part, identity),
    keep: (result, summary) => writePart(run, result, summary),
  };
}
