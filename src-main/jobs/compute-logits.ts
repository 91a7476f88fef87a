/** What a network from a file says about pictures, computed in a process of its own. */
import type { EngineChoice } from './engine-job.ts';
import type { EngineInfo } from './host.ts';
import { resultOfLasting } from './lasting-result.ts';
import type { LastingJobOptions } from './lasting-job.ts';
import type { LogitsRequest, NetworkLogits } from './protocol.ts';

/** @throws SteadygazeError `engine-unavailable`, `engine-lost`, `job-crashed`, what is wrong with the files */
export async function computeLogits(
  engine: EngineChoice,
  request: Omit<LogitsRequest, 'kind' | 'engine'>,
  job?: LastingJobOptions,
): Promise<NetworkLogits & { readonly engine: EngineInfo }> {
  const { result, engine: used } = await resultOfLasting<NetworkLogits>(
    engine,
    (id): LogitsRequest => ({ kind: 'logits', engine: id, ...request }),
    { onStart: (started, found) => started.on('logits', found), job },
  );
  return { ...result, engine: used };
}
