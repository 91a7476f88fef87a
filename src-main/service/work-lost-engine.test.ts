import { describe, expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import type { JobRequest, Report } from '../jobs/protocol.ts';
import { FINE, lostReport, REFUSED, up } from '../jobs/scripted-processes.fixture.ts';
import { workOfScripted } from './scripted-processes.fixture.ts';

const run = '001-consistency-s0';
const lost = new SteadygazeError('engine-lost', 'The graphics card was lost while it computed.').toValue();
const engine = up('webgpu');
const started: Report = { type: 'event', event: { type: 'started', run, engine: 'webgpu', arm: 'plain', seed: 0 } };
const checkpoint = (step: number): Report => ({ type: 'event', event: { type: 'checkpoint', run, step } });
const LOST: readonly Report[] = [{ type: 'event', event: { type: 'failed', run, error: lost } }, lostReport(run)];
const DONE: readonly Report[] = [{ type: 'done', run, stopped: false }];

async function outcomeOf(parts: readonly (readonly Report[])[], request?: JobRequest) {
  const played = parts.map((says) => ({ says, ends: FINE }));
  return workOfScripted('webgpu', played, { job: { rest: 0 } }, request);
}

describe('a run whose graphics card is lost', () => {
  it('goes on from its last checkpoint and says so', async () => {
    const { ended, said, events, requests } = await outcomeOf([
      [engine, started, checkpoint(4), ...LOST],
      [engine, started, ...DONE],
    ]);
    expect(ended).toEqual({ run, stopped: false });
    expect(requests.slice(1)).toEqual([{ kind: 'resume', study: '/nowhere', engine: 'webgpu', run }]);
    // No failure: there was none in the end.
    expect(said).toEqual(['started', 'checkpoint', 'warning', 'started']);
    expect(events[2]).toMatchObject({ message: expect.stringMatching(/graphics card was lost.*checkpoint/) as string });
  });

  it('is given up after three losses in a row that came no further', async () => {
    // Every attempt stores the step it began at once more, which is no progress.
    const { ended, said, requests } = await outcomeOf([[engine, checkpoint(4), ...LOST]]);
    expect(ended).toMatchObject({ code: 'engine-lost' });
    expect(requests).toHaveLength(4);
    expect(said.filter((type) => type === 'warning')).toHaveLength(3);
    expect(said.filter((type) => type === 'failed')).toHaveLength(1);
  });

  it('goes on as long as it comes further', async () => {
    const attempts = Array.from({ length: 9 }, (_, step) => [engine, checkpoint(step), ...LOST]);
    const { ended, requests } = await outcomeOf([...attempts, [engine, ...DONE]]);
    expect(ended).toEqual({ run, stopped: false });
    expect(requests).toHaveLength(10);
  });

  it('waits for a card that takes longer to come back, but not for ever', async () => {
    const refused = [REFUSED];
    expect((await outcomeOf([[engine, checkpoint(1), ...LOST], refused, [engine, ...DONE]])).ended).toEqual({
      run,
      stopped: false,
    });
    expect((await outcomeOf([[engine, checkpoint(1), ...LOST], refused])).ended).toMatchObject({ code: 'engine-lost' });
  });

  it('stops where it is stopped while the card is waited for', async () => {
    const stop = new AbortController();
    const { ended, said, requests } = await workOfScripted(
      'webgpu',
      [{ says: [engine, checkpoint(4), ...LOST], ends: FINE }],
      {
        job: { rest: 60_000 },
        stop: stop.signal,
        onEvent: ({ type }) => void (type === 'warning' && stop.abort()),
      },
    );
    expect(ended).toEqual({ run, stopped: true });
    expect(requests).toHaveLength(1);
    expect(said).toEqual(['checkpoint', 'warning', 'stopped']);
  });

  it('fails as before where something else is wrong', async () => {
    const error = new SteadygazeError('training-diverged', 'The loss is not a number any more.').toValue();
    const { ended, requests } = await outcomeOf([[engine, { type: 'failed', run, error }]]);
    expect(ended).toMatchObject({ code: 'training-diverged' });
    expect(requests).toHaveLength(1);
  });

  it('is a shard that is made anew, as it keeps nothing before its end', async () => {
    const shard: JobRequest = {
      ...{ kind: 'assess-shard', study: '/nowhere', engine: 'webgpu', run },
      shard: { index: 3, of: 8 },
    };
    const { ended, events, requests } = await outcomeOf(
      [
        [engine, lostReport(run)],
        [engine, ...DONE],
      ],
      shard,
    );
    expect(ended).toEqual({ run, stopped: false });
    expect(requests).toEqual([shard, shard]);
    expect(events).toEqual([
      { type: 'warning', run, message: 'The graphics card was lost. Shard 3 of 8 is made anew.' },
    ]);
  });
});
