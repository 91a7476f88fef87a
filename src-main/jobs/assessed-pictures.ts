/** The pictures of a run that its assessments are of, in their order: what its shards are slices of. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';
import { assessedSamples, assessedShare } from '../method/assessed-share.ts';
import { readCorrections } from '../workspace/corrections-file.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { applyCorrections } from './corrections.ts';

export interface AssessedPictures {
  /** With the run's corrections. */
  readonly dataset: Dataset;
  /** What is trained on. */
  readonly training: readonly Sample[];
  /** Which of these a round assesses, ascending. */
  indicesOf(round: number): Int32Array;
}

/** @throws SteadygazeError `data-changed` where the study has other pictures than the run was begun with */
export async function assessedPictures(study: string, record: RunRecord): Promise<AssessedPictures> {
  const { settings } = record;
  const studied = await readDataset(await openStudy(study), record);
  if (studied.fingerprint !== record.dataFingerprint) {
    throw new SteadygazeError(
      'data-changed',
      `The run ${record.id} was begun with other pictures than the study has now.`,
      'Start a new run.',
    );
  }
  const dataset = applyCorrections(studied, await readCorrections(runFolder(study, record.id), record));
  const training = dataset.samples.filter(({ split }) => split === 'train');
  return {
    dataset,
    training,
    indicesOf: (round) => assessedSamples(training.length, assessedShare(settings, round), settings.seed, round),
  };
}
