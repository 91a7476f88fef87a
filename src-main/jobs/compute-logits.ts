/** What a network from a file says about pictures, computed in a process of its own. */
import { SteadygazeError } from '../contract/errors.ts';
import { startEngineJob } from './engine-job.ts';
import type { EngineChoice } from './engine-job.ts';
import type { EngineInfo, JobOptions } from './host.ts';
import type { LogitsRequest, NetworkLogits } from './protocol.ts';

/** @throws SteadygazeError `engine-unavailable`, `job-crashed`, what is wrong with the files */
export async function computeLogits(
  engine: EngineChoice,
  request: Omit<LogitsRequest, 'kind' | 'engine'>,
  options?: JobOptions,
): Promise<NetworkLogits & { readonly engine: EngineInfo }> {
  let result: NetworkLogits | null = null;
  const started = await startEngineJob(
    engine,
    (id) => ({ kind: 'logits', engine: id, ...request }),
    (job) => job.on('logits', (found) => (result = found)),
    options,
  );
  const outcome = await started.job.outcome;
  if (result !== null) return { ...(result as NetworkLogits), engine: started.engine };
  if (outcome.kind === 'failed' || outcome.kind === 'refused') throw SteadygazeError.fromValue(outcome.error);
  throw new SteadygazeError('internal', 'The computing process ended without a result.');
}
