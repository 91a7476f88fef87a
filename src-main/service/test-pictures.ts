/**
 * Runs that began in different states of the data are compared where their test pictures are the same: corrections of
 * training pictures change what a model learns, and not what it is measured on.
 */
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { RunRecord } from '../contract/run.ts';
import { fingerprintOf } from '../datasets/dataset-file.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { StudyData } from '../workspace/study-data.ts';
import { readState } from './library/open-studies.ts';

interface Measured {
  readonly record: RunRecord;
  readonly evaluation: StoredEvaluation;
}

/** The same runs; where they saw the data in different states, what they were measured on is named with each. */
export async function withTestPictures<Run extends Measured>(runs: readonly Run[], data: StudyData): Promise<Run[]> {
  if (new Set(runs.map(({ record }) => record.dataFingerprint)).size < 2) return [...runs];
  /** By fingerprint of the data: null where that state cannot be found any more. */
  const known = new Map<string, string | null>();
  const named: Run[] = [];
  for (const run of runs) {
    const { record, evaluation } = run;
    let fingerprint = known.get(record.dataFingerprint);
    if (fingerprint === undefined) {
      const read = await readState(data, record);
      fingerprint = read === null ? null : testFingerprint(read.dataset);
      known.set(record.dataFingerprint, fingerprint);
    }
    named.push(fingerprint === null ? run : { ...run, evaluation: { ...evaluation, testFingerprint: fingerprint } });
  }
  return named;
}

/** Thresholds are chosen on validation pictures, so these count too. */
const testFingerprint = ({ classes, samples }: Dataset): string =>
  fingerprintOf(
    classes,
    samples.filter(({ split }) => split !== 'train'),
  );
