import { expect, it } from 'vitest';
import * as v from 'valibot';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { measureEngine } from './measure-engine.ts';
import { brokenOff } from './measuring-process.ts';
import { partsOf } from './parts.ts';
import { planOf } from './plan.ts';
import type { Outcome, Task } from './task.ts';

const { network } = v.parse(RunSettings, {});
const PARTS = partsOf('wasm', network, planOf({ json: false, pictures: [10, 40], steps: 5, memory: true }));

/** An engine that takes 10 s and then 60 s for its assessments. */
function outcome({ measurement, batch }: Task): Outcome {
  return {
    ...{
      description: 'an engine',
      versions: { engine: '1' },
      idleMemory: 1,
      peakMemory: 1000 + batch,
      leakedTensors: 0,
    },
    ...{ matrixGigaflops: 100, works: {} },
    assessmentSeconds: measurement.kind === 'pictures' ? (measurement.pictures === 10 ? 10 : 60) : null,
    steps: measurement.kind === 'steps' ? [{ steps: 5, residentBytes: 7, tensors: 3 }] : null,
  };
}

/** Measures with what answers in the place of processes, and keeps what was heard of, in order. */
async function heard(answer: (task: Task) => Outcome): Promise<{ result: unknown; events: string[] }> {
  const events: string[] = [];
  const result = await measureEngine(PARTS, {
    perform: (task) => new Promise((resolve) => resolve(answer(task))),
    onBegin: ({ title }) => events.push(`begin ${title}`),
    onMeasured: ({ title }, { section }, description) => events.push(`${section} ${title} (${description})`),
  });
  return { result, events };
}

it('tells of each measurement as soon as it is there, and sums them up', async () => {
  const { result, events } = await heard(outcome);
  expect(events.slice(0, 3)).toEqual([
    'begin the memory of batches of 16 at 64x64',
    'memory the memory of batches of 16 at 64x64 (an engine)',
    'begin the memory of batches of 64 at 64x64',
  ]);
  // 1 s a picture at first, then 1.5. The largest batch is of 256 pictures.
  expect(result).toMatchObject({ engine: 'wasm', peakMemoryBytes: 1256, growth: { linearity: 1.5 }, failures: [] });
  expect(result).toMatchObject({ endurance: { batch: 8, points: [{ steps: 5, tensors: 3 }] } });
});

it('goes on after a measurement that broke off, and says which', async () => {
  const { result, events } = await heard((task) => {
    if (task.batch === 256) throw brokenOff('wasm', 'Its process ended with SIGKILL.\nand much more');
    return outcome(task);
  });
  expect(events).toHaveLength(2 * PARTS.length);
  expect(result).toMatchObject({
    growth: { linearity: 1.5 },
    failures: [
      {
        part: 'the memory of batches of 256 at 64x64',
        reason: 'The benchmark of the engine "wasm" broke off. Its process ended with SIGKILL.',
      },
    ],
  });
  expect((result as { memory: unknown[] }).memory).toHaveLength(5);
});

it('measures an engine that does not start no further', async () => {
  const { result, events } = await heard(() => {
    throw new SteadygazeError('engine-unavailable', 'There is no card.', 'Put one in.');
  });
  expect(events).toHaveLength(1);
  expect(result).toEqual({ engine: 'wasm', reason: 'There is no card.', hint: 'Put one in.' });
});

it('keeps what it has where an engine does not start any more', async () => {
  const { result } = await heard((task) => {
    if (task.measurement.kind === 'works') return outcome(task);
    throw new SteadygazeError('engine-unavailable', 'The card is lost.', 'Put it back.');
  });
  expect(result).toMatchObject({ growth: null, endurance: null, failures: [{}, {}, { reason: 'The card is lost.' }] });
  expect((result as { memory: unknown[] }).memory).toHaveLength(6);
});

it('says of every measurement that it broke off, where all do', async () => {
  const { result } = await heard(() => {
    throw brokenOff('wasm', 'Its process ended with 7.');
  });
  expect((result as { failures: unknown[] }).failures).toHaveLength(PARTS.length);
  expect(result).toMatchObject({ peakMemoryBytes: 0, growth: null, endurance: null });
});
