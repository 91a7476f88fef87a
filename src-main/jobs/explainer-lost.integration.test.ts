import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../compute/choose.ts';
import { SteadygazeError } from '../contract/errors.ts';
import { explainJob } from './explain-job.ts';
import { ExplainQueue } from './explain-queue.ts';
import { Explainer } from './explainer.ts';
import type { ExplainerOptions } from './explainer.ts';
import { listen, newStudy, trainRequest } from './job.fixture.ts';
import type { ExplainAnswer, Question, Report } from './protocol.ts';
import { FINE, KILLED, REFUSED, scriptedHost, up } from './scripted-processes.fixture.ts';
import type { Part } from './scripted-processes.fixture.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
const RUN = '001-consistency-s0';

beforeAll(async () => {
  root = await temporaryFolder();
  await writeShapes(join(root.path, 'data'));
  study = await newStudy(root.path, join(root.path, 'data'));
  await listen(trainRequest(study, 'wasm', TINY)).job.outcome;
});
afterAll(() => root.remove());

const explained = ({ id, rows }: Question): Report => ({ type: 'explained', id, run: RUN, round: 1, rows });
const engine = up('webgpu');
/** Loses its graphics card at the first question, after so many that it answers. */
function losesCard(after = 0): Part {
  let asked = 0;
  return { says: [engine], answers: (question) => (asked++ < after ? explained(question) : null) };
}
const works: Part = { says: [engine], answers: explained };

function explainerOn(played: readonly Part[], options: Partial<ExplainerOptions> = {}) {
  const host = scriptedHost(played);
  const explainer = new Explainer({ study, engine: 'webgpu', host, rest: 0, ...options });
  return { explainer, requests: host.requests };
}

describe('explaining pictures on a graphics card that is lost', () => {
  it('is begun anew by itself, on the same engine, each time that something came of it', async () => {
    const { explainer, requests } = explainerOn([losesCard(), losesCard(1), works]);
    await explainer.explain(RUN, 1, [0, 1]);
    await explainer.explain(RUN, 1, [2]);
    const request = { kind: 'explain', study, engine: 'webgpu' };
    expect(requests).toEqual([request, request, request]);
    explainer.close();
  });

  it('is told where it is lost again, and tried anew when somebody asks again', async () => {
    const { explainer, requests } = explainerOn([losesCard(), losesCard(), works]);
    const [first, second] = [explainer.explain(RUN, 1, [0]), explainer.explain(RUN, 0, [1])];
    const told = {
      code: 'engine-lost',
      message: 'The graphics card was lost, and lost again after a new start.',
      hint: expect.stringContaining('again in a moment') as string,
    };
    await Promise.all([expect(first).rejects.toMatchObject(told), expect(second).rejects.toMatchObject(told)]);
    expect(requests).toHaveLength(2);
    await explainer.explain(RUN, 1, [0]);
    expect(requests).toHaveLength(3);
    explainer.close();
  });

  it('says so where the card does not come back, as of an engine that cannot be used', async () => {
    const { explainer, requests } = explainerOn([losesCard(), { says: [REFUSED], ends: FINE }]);
    await expect(explainer.explain(RUN, 1, [0])).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: 'The graphics card was lost and did not come back.',
    });
    expect(requests).toHaveLength(4);
    explainer.close();
  });

  it('ends when the study is closed while the card is waited for', async () => {
    const { explainer, requests } = explainerOn([losesCard(), works], { rest: 60_000 });
    const waiting = expect(explainer.explain(RUN, 1, [0])).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    explainer.close();
    await waiting;
    expect(requests).toHaveLength(1);
  });

  it('gets half the memory after the system has ended it for want of memory', async () => {
    let counted = 7;
    const killed: Part = { says: [engine], ends: KILLED, before: () => void (counted += 1) };
    const { explainer, requests } = explainerOn([killed, works], { endedForMemory: () => counted });
    await explainer.explain(RUN, 1, [0]);
    expect(requests.map(({ memoryShare }) => memoryShare)).toEqual([undefined, 0.5]);
    explainer.close();
  });
});

it('ends its process with the card, instead of failing at every picture from then on', async () => {
  const lost = new SteadygazeError('engine-lost', 'The graphics card was lost while it computed.');
  const wasm = await startEngine('wasm');
  const questions = new ExplainQueue();
  const answers: ExplainAnswer[] = [];
  // It is asked for where the batches are settled, with the network in memory.
  const losing = Object.defineProperty({ ...wasm }, 'memoryBudget', {
    get() {
      throw lost;
    },
  });
  questions.add({ type: 'explain', id: 1, run: 'none', round: 1, rows: [0] });
  questions.add({ type: 'explain', id: 2, run: RUN, round: 1, rows: [0] });
  const job = explainJob(losing, { kind: 'explain', study, engine: 'wasm' }, questions, (answer) =>
    answers.push(answer),
  );
  await expect(job).rejects.toBe(lost);
  // What is wrong with a question alone is its answer.
  expect(answers).toMatchObject([{ type: 'explain-failed', id: 1, error: { code: 'not-found' } }]);
});
