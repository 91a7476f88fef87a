/** Making one shard of an assessment: what each task of an array job does. */
import type { EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import type { AssessShardRequest } from '../jobs/protocol.ts';
import type { Shard } from '../method/shards.ts';
import { openStudy } from '../workspace/study.ts';
import { assessedRun, NO_RUN } from './assessed-run.ts';
import { engineOf } from './resume-run.ts';
import { work } from './work.ts';
import type { WorkOptions, WorkResult } from './work.ts';

export interface AssessShardOptions extends WorkOptions {
  /** Absolute path of the study. */
  readonly study: string;
  /** Without it the only run that has not finished. */
  readonly run?: string;
  /** Without it the engine of the run. */
  readonly engine?: EngineChoice;
  readonly shard: Shard;
}

/**
 * Takes no lock of the study: any number of them work at once.
 * @throws SteadygazeError `bad-argument` for a shard that does not exist; `refused` where no assessment is due
 */
export async function assessShard(options: AssessShardOptions): Promise<WorkResult> {
  const { shard } = options;
  const study = (await openStudy(options.study)).folder;
  refuseImpossible(shard);
  const record = await assessedRun(study, options.run);
  if (record === null) throw new SteadygazeError('not-found', NO_RUN.notDue, NO_RUN.hint);
  const requestFor = (engine: EngineId): AssessShardRequest => ({
    kind: 'assess-shard',
    ...{ study, engine, shard },
    run: record.id,
  });
  return work(options.engine ?? engineOf(record), requestFor, options);
}

function refuseImpossible({ index, of }: Shard): void {
  if (of >= 1 && index >= 1 && index <= of) return;
  throw new SteadygazeError(
    'bad-argument',
    of < 1 ? 'An assessment is divided into at least one shard.' : `There is no shard ${index} of ${of}.`,
    of < 1
      ? 'Write 3/8 for the third of eight.'
      : `Shards are counted from 1: 1/${of} to ${of}/${of}. Where your scheduler counts from 0, add 1.`,
  );
}
