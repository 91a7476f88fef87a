import { setImmediate as turn } from 'node:timers/promises';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import type { ComputeHost, ProcessExit } from '../jobs/compute-host.ts';
import type { Command, JobRequest, Report } from '../jobs/protocol.ts';
import { work } from './work.ts';

const run = '001-consistency-s0';
const begun: readonly Report[] = [
  { type: 'engine', id: 'wasm', description: 'built in', versions: {} },
  { type: 'event', event: { type: 'started', run, engine: 'wasm', arm: 'consistency', seed: 0 } },
];
const killed: ProcessExit = { code: null, signal: 'SIGKILL', errorOutput: '' };
const aborted: ProcessExit = { code: null, signal: 'SIGABRT', errorOutput: '' };
const fine: ProcessExit = { code: 0, signal: null, errorOutput: '' };
const done: Report = { type: 'done', run, stopped: false };

interface Part {
  readonly says: readonly Report[];
  readonly ends: ProcessExit;
  /** What the system counts when it has ended. */
  readonly count: number;
}

/** Carries out a run in compute processes that play these parts one after the other. */
async function outcomeOf(parts: readonly Part[]) {
  const requests: JobRequest[] = [];
  const events: JobEvent[] = [];
  let count = 7;
  const host: ComputeHost = {
    start() {
      const part = parts[requests.length];
      let hear: (report: Report) => void = () => undefined;
      let end: (exit: ProcessExit) => void = () => undefined;
      const play = async () => {
        for (const report of part.says) {
          await turn();
          hear(report);
        }
        count = part.count;
        end(part.ends);
      };
      return {
        pid: 1,
        send(command: Command) {
          if (command.type !== 'start') return;
          requests.push(command.request);
          void play();
        },
        kill: () => undefined,
        onReport: (listener) => void (hear = listener),
        onExit: (listener) => void (end = listener),
      };
    },
  };
  const train: JobRequest = {
    ...{ kind: 'train', study: '/nowhere', engine: 'wasm', preset: null },
    settings: v.parse(RunSettings, {}),
  };
  const ended = await work('wasm', () => train, {
    ...{ job: { host }, endedForMemory: () => count },
    onEvent: (event) => events.push(event),
  }).catch((error: unknown) => error);
  return { ended, said: events.map(({ type }) => type), requests };
}

describe('a run whose process was ended for want of memory', () => {
  it('goes on once with half the memory', async () => {
    const { ended, said, requests } = await outcomeOf([
      { says: begun, ends: killed, count: 8 },
      { says: [...begun, done], ends: fine, count: 8 },
    ]);
    expect(ended).toEqual({ run, stopped: false });
    expect(requests[1]).toEqual({ kind: 'resume', study: '/nowhere', engine: 'wasm', run, memoryShare: 0.5 });
    expect(said).toEqual(['started', 'warning', 'started']);
  });

  it('fails where that was too much as well', async () => {
    const { ended, said, requests } = await outcomeOf([
      { says: begun, ends: killed, count: 8 },
      { says: begun, ends: killed, count: 9 },
    ]);
    expect(ended).toMatchObject({ code: 'job-crashed' });
    expect(requests).toHaveLength(2);
    expect(said).toEqual(['started', 'warning', 'started', 'failed']);
  });

  it.each([
    ['somebody else ended it', killed, 7],
    ['it crashed by itself while another was ended', aborted, 8],
  ])('stays ended where %s', async (_, ends, count) => {
    const { ended, said, requests } = await outcomeOf([{ says: begun, ends, count }]);
    expect(ended).toMatchObject({ code: 'job-crashed' });
    expect(requests).toHaveLength(1);
    expect(said).toEqual(['started', 'failed']);
  });
});
