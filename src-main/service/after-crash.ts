/**
 * Going on after the system has ended a compute process because memory was full: once, from the last checkpoint, with
 * half the memory for each batch. A process that somebody else ended stays ended: that may have been meant.
 */
import { readFileSync } from 'node:fs';
import type { EngineId } from '../compute/engine.ts';
import type { JobEvent } from '../contract/run.ts';
import type { Job, JobOutcome } from '../jobs/host.ts';
import type { JobRequest, ResumeRequest } from '../jobs/protocol.ts';

/** Of what an engine takes for a batch by itself. */
const SHARE_AFTERWARDS = 0.5;

/** Where Linux counts what it has ended for want of memory: for the container, in both kinds, and for all of it. */
const COUNTERS = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control', '/proc/vmstat'] as const;

/** Notices processes that were ended for want of memory. */
export class MemoryWatch {
  readonly #count: () => number;
  readonly #before: number;
  #ended = false;
  #answered = false;

  /** @param count processes that the system has ended for want of memory so far */
  constructor(count: () => number = endedForMemory) {
    this.#count = count;
    this.#before = count();
  }

  /** @param job before it can end */
  watch(job: Job): void {
    job.once('crash', ({ signal }) => {
      this.#ended = signal === 'SIGKILL' && this.#count() > this.#before;
    });
  }

  /** Whether this event only says what {@link after} is going to put right. */
  tellsOfEnd(event: JobEvent): boolean {
    return this.#ended && !this.#answered && event.type === 'failed' && event.error.code === 'job-crashed';
  }

  /**
   * What goes on with the run, once; null where the job did not end for want of memory, or has no run.
   * @param request that the job was begun with
   */
  after(outcome: JobOutcome, request: (engine: EngineId) => JobRequest, engine: EngineId): LessMemory | null {
    if (!this.#ended || this.#answered || outcome.kind !== 'failed' || outcome.run === null) return null;
    const asked = request(engine);
    if (asked.kind !== 'train' && asked.kind !== 'resume') return null;
    this.#answered = true;
    const { study, until } = asked;
    const resume: ResumeRequest = {
      ...{ kind: 'resume', study, engine, run: outcome.run },
      ...(until === undefined ? {} : { until }),
    };
    const message =
      'The memory was full, and the system ended the computing process. The run goes on from its last checkpoint with half the memory for each batch.';
    return {
      request: { ...resume, memoryShare: SHARE_AFTERWARDS },
      warning: { type: 'warning', run: outcome.run, message },
    };
  }
}

export interface LessMemory {
  readonly request: ResumeRequest & { readonly memoryShare: number };
  /** What is told of it. */
  readonly warning: JobEvent;
}

/** 0 where nobody counts: other systems than Linux rather ask a person. */
function endedForMemory(): number {
  return Math.max(...COUNTERS.map(countOf));
}

function countOf(path: string): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
