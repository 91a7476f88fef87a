import { describe, expect, it } from 'vitest';
import type { ProcessExit } from '../jobs/compute-host.ts';
import type { Report } from '../jobs/protocol.ts';
import { FINE, KILLED, up } from '../jobs/scripted-processes.fixture.ts';
import type { Part } from '../jobs/scripted-processes.fixture.ts';
import { workOfScripted } from './scripted-processes.fixture.ts';

const run = '001-consistency-s0';
const begun: readonly Report[] = [
  up('wasm'),
  { type: 'event', event: { type: 'started', run, engine: 'wasm', arm: 'consistency', seed: 0 } },
];
const aborted: ProcessExit = { code: null, signal: 'SIGABRT', errorOutput: '' };
const done: Report = { type: 'done', run, stopped: false };

/** A part, and what the system counts when it has ended. */
interface CountedPart extends Part {
  readonly count: number;
}

async function outcomeOf(parts: readonly CountedPart[]) {
  let counted = 7;
  const played = parts.map((part) => ({ ...part, before: () => void (counted = part.count) }));
  return workOfScripted('wasm', played, { job: { endedForMemory: () => counted } });
}

describe('a run whose process was ended for want of memory', () => {
  it('goes on once with half the memory', async () => {
    const { ended, said, requests } = await outcomeOf([
      { says: begun, ends: KILLED, count: 8 },
      { says: [...begun, done], ends: FINE, count: 8 },
    ]);
    expect(ended).toEqual({ run, stopped: false });
    expect(requests[1]).toEqual({ kind: 'resume', study: '/nowhere', engine: 'wasm', run, memoryShare: 0.5 });
    expect(said).toEqual(['started', 'warning', 'started']);
  });

  it('fails where that was too much as well', async () => {
    const { ended, said, requests } = await outcomeOf([
      { says: begun, ends: KILLED, count: 8 },
      { says: begun, ends: KILLED, count: 9 },
    ]);
    expect(ended).toMatchObject({ code: 'job-crashed' });
    expect(requests).toHaveLength(2);
    expect(said).toEqual(['started', 'warning', 'started', 'failed']);
  });

  it.each([
    ['somebody else ended it', KILLED, 7],
    ['it crashed by itself while another was ended', aborted, 8],
  ])('stays ended where %s', async (_, ends, count) => {
    const { ended, said, requests } = await outcomeOf([{ says: begun, ends, count }]);
    expect(ended).toMatchObject({ code: 'job-crashed' });
    expect(requests).toHaveLength(1);
    expect(said).toEqual(['started', 'failed']);
  });
});
