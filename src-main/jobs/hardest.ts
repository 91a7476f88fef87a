/**
 * The hardest training pictures of a finished run, with everything that shows why: `hardest.safetensors`. Kept,
 * so that a report needs no engine, and shows exactly the attack that was measured.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { AssessmentRow } from '../contract/run.ts';
import type { Explanation } from '../method/explain.ts';
import { readFloatTensors, writeSafetensors } from '../networks/safetensors.ts';
import type { HardSample } from '../reports/input.ts';
import { writeFileAtomic } from '../workspace/atomic-file.ts';

/** How many a report shows. */
export const HARDEST = 24;

const hardestFile = (run: string): string => join(run, 'hardest.safetensors');

/**
 * Indices of the rows with the lowest E, hardest first. Among equals (E is exactly 0 for every empty map) the
 * one whose label the model believed in more comes first: its explanation is the less excusable.
 */
export function hardestRows(rows: readonly AssessmentRow[], count: number): number[] {
  return rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) => a.row.e - b.row.e || b.row.labelProbability - a.row.labelProbability || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}

/** Writes the hardest samples. `run` is the run's folder; `indices` are rows of the round's table. */
export async function writeHardest(
  run: string,
  round: number,
  indices: readonly number[],
  size: number,
  { pictures, attacked, maps, attackedMaps }: Explanation,
): Promise<void> {
  const count = indices.length;
  const tensors = new Map([
    ['rows', { shape: [count], data: Float32Array.from(indices) }],
    ['pictures', { shape: [count, size, size, 3], data: Float32Array.from(pictures) }],
    ['attacked', { shape: [count, size, size, 3], data: attacked }],
    ['maps', { shape: [count, maps.height, maps.width], data: maps.values }],
    ['attacked_maps', { shape: [count, maps.height, maps.width], data: attackedMaps.values }],
  ]);
  await writeFileAtomic(hardestFile(run), writeSafetensors(tensors, { round: String(round) }));
}

/**
 * The hardest samples of a run, hardest first, in the table of whose `round` the `rows` are.
 * @param tableOf reads the table of a round
 * @returns none where the run has not come that far
 * @throws SteadygazeError `study-corrupt` when the file is damaged or belongs to another table
 */
export async function readHardest(
  run: string,
  tableOf: (round: number) => Promise<readonly AssessmentRow[]>,
): Promise<HardSample[]> {
  const path = hardestFile(run);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    const { tensors, metadata } = readFloatTensors(bytes);
    const take = (name: string) => {
      const found = tensors.get(name);
      if (found === undefined) throw new RangeError(`no array ${name}`);
      return found;
    };
    const pictures = take('pictures');
    const [, size] = pictures.shape;
    const [, h, w] = take('maps').shape;
    const rows = await tableOf(Number(metadata['round']));
    const part = (name: string, i: number, length: number) => take(name).data.subarray(i * length, (i + 1) * length);
    return Array.from(take('rows').data, (index, i): HardSample => {
      if (!(index in rows)) throw new RangeError(`no row ${index}`);
      return {
        row: rows[index],
        size,
        picture: Uint8Array.from(part('pictures', i, size * size * 3)),
        attacked: part('attacked', i, size * size * 3),
        h,
        w,
        heatmap: part('maps', i, h * w),
        attackedHeatmap: part('attacked_maps', i, h * w),
      };
    });
  } catch (error) {
    throw new SteadygazeError(
      'study-corrupt',
      `The pictures for the report are damaged: ${path}`,
      'Delete the file; the report is then written without these pictures. Or run this arm again.',
      error instanceof Error ? error.message : String(error),
    );
  }
}
