import { describe, expect, it } from 'vitest';
import type { EngineId } from '../compute/engine.ts';
import { resultOfLasting } from './lasting-result.ts';
import type { NetworkLogits, ProbeRequest, Report } from './protocol.ts';
import { FINE, KILLED, lostReport, REFUSED, scriptedHost, up } from './scripted-processes.fixture.ts';
import type { Part } from './scripted-processes.fixture.ts';

const engine = up('webgpu');
const found = (parameters: number): Report => ({ type: 'logits', result: { logits: [], parameters } });
const DONE: Report = { type: 'done', run: null, stopped: false };
const says = (...reports: readonly Report[]): Part => ({ says: [engine, ...reports], ends: FINE });

async function resultOf(parts: readonly Part[], rest = 0, kill?: AbortSignal) {
  const host = scriptedHost(parts);
  const requestFor = (id: EngineId): ProbeRequest => ({ kind: 'probe', engine: id });
  const ended = await resultOfLasting<NetworkLogits>('webgpu', requestFor, {
    onStart: (job, tell) => job.on('logits', tell),
    ...{ kill, job: { host, rest } },
  }).catch((error: unknown) => error);
  return { ended, requests: host.requests };
}

describe('short work on a graphics card that is lost', () => {
  it('is begun anew once', async () => {
    const { ended, requests } = await resultOf([says(lostReport()), says(found(7), DONE)]);
    expect(ended).toMatchObject({ result: { parameters: 7 }, engine: { id: 'webgpu' } });
    expect(requests[1]).toEqual(requests[0]);
  });

  it('has its result also where the card is lost afterwards', async () => {
    const { ended, requests } = await resultOf([says(found(3), lostReport())]);
    expect(ended).toMatchObject({ result: { parameters: 3 } });
    expect(requests).toHaveLength(1);
  });

  it('says what happened and what to do where that did not help', async () => {
    const again = await resultOf([says(lostReport())]);
    expect(again.requests).toHaveLength(2);
    expect(again.ended).toMatchObject({
      ...{ code: 'engine-lost', message: 'The graphics card was lost, and lost again after a new start.' },
      hint: 'Try again, or choose another engine.',
    });
    const gone = await resultOf([says(lostReport()), { says: [REFUSED], ends: FINE }]);
    expect(gone.ended).toMatchObject({ message: 'The graphics card was lost and did not come back.' });
  });

  it('can be cancelled while the card is waited for', async () => {
    const kill = new AbortController();
    setTimeout(() => kill.abort(), 50);
    const { ended, requests } = await resultOf([says(lostReport())], 60_000, kill.signal);
    expect(ended).toMatchObject({ code: 'cancelled' });
    expect(requests).toHaveLength(1);
  });

  it('is not begun anew where its process was ended', async () => {
    const { ended, requests } = await resultOf([{ says: [engine], ends: KILLED }]);
    expect(ended).toMatchObject({ code: 'job-crashed' });
    expect(requests).toHaveLength(1);
  });
});
