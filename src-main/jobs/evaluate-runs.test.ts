import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { EvaluationSettings } from '../contract/evaluation.ts';
import type { EvaluationPart, PartResult } from '../contract/evaluation.ts';
import { evaluateRuns } from './evaluate-runs.ts';
import type { EvaluateOptions } from './evaluate-runs.ts';
import type { LastingJobOptions } from './lasting-job.ts';
import type { EvaluateRequest, Report } from './protocol.ts';
import { FINE, KILLED, lostReport, REFUSED, scriptedHost, up } from './scripted-processes.fixture.ts';
import type { Part } from './scripted-processes.fixture.ts';

const run = '001-plain-s0';
const parts = ['recognition', 'stability', 'faithfulness'] as const;
const engine = up('webgpu');
const DONE: Report = { type: 'done', run: null, stopped: false };
const LOST = lostReport();

const result = (part: EvaluationPart): PartResult => ({
  ...{ format: 'steadygaze-evaluation', version: 1, part, engine: 'webgpu', created: '', seconds: 1 },
  ...{ pictures: 1, picturesHash: '', figures: {}, notes: [] },
  details: {} as PartResult['details'],
  key: { weightsHash: '', dataFingerprint: '', split: 'test', settings: {}, judges: [], definition: 1 },
});
const measured = (part: EvaluationPart, kept = false): Report => ({
  type: 'evaluated',
  part: { run, part, result: result(part), kept },
});
const progress = (part: EvaluationPart | null, overall: number): Report => ({
  type: 'evaluating',
  progress: { run: part === null ? null : run, part, done: 0, total: 1, overall, secondsLeft: null, memory: 0 },
});
const notice: Report = { type: 'notice', message: 'A mask cannot be read.' };
/** A process that says this, and then ends by itself. */
const says = (...reports: readonly Report[]): Part => ({ says: [engine, ...reports], ends: FINE });

interface Wishes extends Omit<EvaluateOptions, 'job'> {
  readonly again?: boolean;
  readonly job?: LastingJobOptions;
}

async function measuredBy(played: readonly Part[], { again = false, job, ...options }: Wishes = {}) {
  const host = scriptedHost(played);
  const said: string[] = [];
  const overall: number[] = [];
  const request = { runs: [run], parts, settings: v.parse(EvaluationSettings, {}), again };
  const ended = await evaluateRuns('/nowhere', 'webgpu', request, {
    ...options,
    onPart: ({ part }) => said.push(part),
    onNotice: (message) => said.push(message),
    onProgress: (told) => overall.push(told.overall),
    onRestart(message) {
      said.push(message);
      options.onRestart?.(message);
    },
    job: { host, rest: 0, ...job },
  }).catch((error: unknown) => error);
  const requests = host.requests as EvaluateRequest[];
  return { ended, said, overall, requests };
}

const RESTARTED = 'The graphics card was lost. Measuring goes on where it was.';

describe('measuring on a graphics card that is lost', () => {
  it('goes on once by itself and tells of nothing twice', async () => {
    const { ended, said, requests } = await measuredBy([
      says(notice, measured('recognition'), LOST),
      says(notice, measured('recognition', true), measured('stability'), measured('faithfulness'), DONE),
    ]);
    expect(said).toEqual(['A mask cannot be read.', 'recognition', RESTARTED, 'stability', 'faithfulness']);
    // As one process would have told it: measured now, not found.
    expect(ended).toMatchObject({ parts: parts.map((part) => ({ part, kept: false })) });
    expect(requests.map((each) => each.engine)).toEqual(['webgpu', 'webgpu']);
    expect(requests[1]).toEqual(requests[0]);
  });

  it('does not measure again what it has just measured, also where all was to be measured again', async () => {
    const { requests } = await measuredBy(
      [says(measured('recognition'), LOST), says(measured('stability'), measured('faithfulness'), DONE)],
      { again: true },
    );
    expect(requests[0].measured).toBeUndefined();
    expect(requests[1]).toEqual({ ...requests[0], measured: [{ run, part: 'recognition' }] });
  });

  it('says what happened and what to do where it is lost again', async () => {
    const { ended, said, requests } = await measuredBy([
      says(measured('recognition'), LOST),
      // What was found measured is nothing that came of it.
      says(measured('stability', true), LOST),
    ]);
    expect(requests).toHaveLength(2);
    expect(said).toEqual(['recognition', RESTARTED, 'stability']);
    expect(ended).toMatchObject({
      code: 'engine-lost',
      message: 'The graphics card was lost, and lost again after a new start.',
      hint: expect.stringMatching(/What was measured is kept.*choose another engine/) as string,
    });
  });

  it('goes on once more where something was measured in between', async () => {
    const { ended, requests } = await measuredBy([
      says(measured('recognition'), LOST),
      says(measured('recognition', true), measured('stability'), LOST),
      says(measured('recognition', true), measured('stability', true), LOST),
    ]);
    expect(requests).toHaveLength(3);
    expect(ended).toMatchObject({ code: 'engine-lost' });
  });

  it('says so where the card does not come back', async () => {
    const { ended, said, requests } = await measuredBy([says(LOST), { says: [REFUSED], ends: FINE }]);
    // Three times it was waited for, which is one new start to whoever follows.
    expect(requests).toHaveLength(4);
    expect(said).toEqual([RESTARTED]);
    expect(ended).toMatchObject({
      code: 'engine-lost',
      message: 'The graphics card was lost and did not come back.',
    });
  });

  it('is further at every moment than before', async () => {
    const { overall } = await measuredBy([
      says(progress(null, 0), progress('recognition', 0.25), progress('stability', 0.5), LOST),
      // Of the half that is left a fifth was kept: 0.6 of it is half of what is to be done.
      says(
        progress(null, 0),
        progress('stability', 0.2),
        progress('stability', 0.6),
        progress('faithfulness', 1),
        DONE,
      ),
    ]);
    expect(overall).toEqual([0, 0.25, 0.5, 0.5, 0.5, 0.75, 1]);
  });

  it('can be cancelled while the card is waited for', async () => {
    const stop = new AbortController();
    const { ended, requests } = await measuredBy([says(measured('recognition'), LOST)], {
      signal: stop.signal,
      onRestart: () => setTimeout(() => stop.abort(), 20),
      job: { rest: 60_000 },
    });
    expect(requests).toHaveLength(1);
    expect(ended).toMatchObject({ code: 'cancelled', hint: expect.stringContaining('is kept') as string });
  });

  it('is cancelled where that was wished for before it began', async () => {
    const { ended } = await measuredBy([{ says: [] }], { signal: AbortSignal.abort() });
    expect(ended).toMatchObject({ code: 'cancelled' });
  });

  it('can be cancelled while the next process starts', async () => {
    const stop = new AbortController();
    // It says nothing until it is told to stop.
    const { ended, requests } = await measuredBy([says(LOST), { says: [] }], {
      signal: stop.signal,
      onRestart: () => setTimeout(() => stop.abort(), 50),
    });
    expect(requests).toHaveLength(2);
    expect(ended).toMatchObject({ code: 'cancelled' });
  });
});

describe('measuring in a process that the system ends for want of memory', () => {
  const killedOnce = () => {
    let counted = 7;
    const killed: Part = { says: [engine, measured('recognition')], ends: KILLED, before: () => void (counted += 1) };
    return { killed, job: { endedForMemory: () => counted } };
  };

  it('goes on once with half of it', async () => {
    const { killed, job } = killedOnce();
    const { said, requests } = await measuredBy([killed, says(measured('stability'), measured('faithfulness'), DONE)], {
      job,
    });
    expect(requests[1]).toEqual({ ...requests[0], memoryShare: 0.5 });
    expect(said[1]).toMatch(/memory was full.*half the memory/);
  });

  it('fails where that was too much as well, and where somebody else ended it', async () => {
    const { killed, job } = killedOnce();
    const twice = await measuredBy([killed], { job });
    expect(twice.requests).toHaveLength(2);
    expect(twice.ended).toMatchObject({ code: 'job-crashed', hint: expect.stringContaining('is kept') as string });
    const other = await measuredBy([{ says: [engine], ends: KILLED }], { job: { endedForMemory: () => 7 } });
    expect(other.requests).toHaveLength(1);
    expect(other.ended).toMatchObject({ code: 'job-crashed' });
  });
});
