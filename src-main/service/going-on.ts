/** How a run goes on after what ended its process through no fault of its own. */
import type { JobEvent } from '../contract/run.ts';
import type { Mishap } from '../jobs/lasting-job.ts';
import type { JobRequest } from '../jobs/protocol.ts';
import { appendEvent } from '../workspace/events.ts';
import { lockRun, updateRun } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';

type Tell = (event: JobEvent) => void;

const CAUSES: Readonly<Record<Mishap['kind'], string>> = {
  'engine-lost': 'The graphics card was lost.',
  'memory-full': 'The memory was full, and the system ended the computing process.',
};

/**
 * What goes on with a run, after it was told and written into the run's own log; a shard of an assessment, which keeps
 * nothing before its end, is made anew.
 * @returns null where nothing can go on
 */
export async function goingOn(request: JobRequest, { kind, run }: Mishap, tell?: Tell): Promise<JobRequest | null> {
  const less = kind === 'memory-full' ? ' with half the memory for each batch' : '';
  if (request.kind === 'assess-shard') {
    const { index, of } = request.shard;
    const message = `${CAUSES[kind]} Shard ${index} of ${of} is made anew${less}.`;
    tell?.({ type: 'warning', run: request.run, message });
    return request;
  }
  if (run === null || (request.kind !== 'train' && request.kind !== 'resume')) return null;
  const { study, engine, until } = request;
  const message = `${CAUSES[kind]} The run goes on from its last checkpoint${less}.`;
  const warning: JobEvent = { type: 'warning', run, message };
  tell?.(warning);
  await inLogOf(study, run, () => appendEvent(runFolder(study, run), warning));
  return { kind: 'resume', study, engine, run, ...(until === undefined ? {} : { until }) };
}

/** A run that was stopped while nothing worked on it: its record says what ended it before. */
export async function markStopped(request: JobRequest, run: string, tell?: Tell): Promise<void> {
  if (request.kind !== 'train' && request.kind !== 'resume') return;
  const { study } = request;
  const event: JobEvent = { type: 'stopped', run };
  await inLogOf(study, run, async () => {
    await updateRun(study, run, { state: 'stopped', error: null });
    await appendEvent(runFolder(study, run), event);
  });
  tell?.(event);
}

/** Where that fails, the run's failure will say so soon enough. */
async function inLogOf(study: string, run: string, write: () => Promise<void>): Promise<void> {
  try {
    const lock = await lockRun(study, run);
    try {
      await write();
    } finally {
      lock.release();
    }
  } catch {
    return;
  }
}
