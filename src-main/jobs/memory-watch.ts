/**
 * Noticing that the system has ended a compute process because memory was full. A process that somebody else ended
 * stays ended: that may have been meant.
 */
import { readFileSync } from 'node:fs';
import type { JobEvent } from '../contract/run.ts';
import type { Job } from './host.ts';

/** Of what an engine takes for a batch by itself: what the process gets that goes on. */
export const SHARE_AFTERWARDS = 0.5;

/** Where Linux counts what it has ended for want of memory: for the container, in both kinds, and for all of it. */
const COUNTERS = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control', '/proc/vmstat'] as const;

/** Notices processes that were ended for want of memory, until one has been answered: the next would be one too many. */
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

  /** Whether a process was ended for want of memory, and nothing has been done about it yet. */
  get isDue(): boolean {
    return this.#ended && !this.#answered;
  }

  /** The work goes on with less memory. */
  answer(): void {
    this.#answered = true;
  }

  /** Whether this event only says what is going to be put right. */
  tellsOfEnd(event: JobEvent): boolean {
    return this.isDue && event.type === 'failed' && event.error.code === 'job-crashed';
  }
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
