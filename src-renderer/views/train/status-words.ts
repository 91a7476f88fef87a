/** How a run stands, in a word or two. */
import type { RunStatus } from '../../../src-main/contract/app-state.ts';

export const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  waiting: 'waiting',
  running: 'running',
  paused: 'paused',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'ended early',
  interrupted: 'interrupted',
};
