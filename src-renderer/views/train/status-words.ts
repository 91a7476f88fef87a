/** How a run stands, in a word or two. */
import type { RunStatus } from '../../../src-main/contract/app-state.ts';

export const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  waiting: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Ended early',
  interrupted: 'Interrupted',
};
