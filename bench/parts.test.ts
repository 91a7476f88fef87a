import { expect, it } from 'vitest';
import * as v from 'valibot';
import { RunSettings } from '../src-main/contract/settings.ts';
import { expectedSeconds, type Part, partsOf, secondsLeft } from './parts.ts';
import { planOf } from './plan.ts';

const { network } = v.parse(RunSettings, { network: { architecture: 'resnet18', width: 64, stem: 'imagenet' } });

it('takes everything apart that a full benchmark measures', () => {
  const parts = partsOf('wasm', network, planOf({ json: false, full: true }));
  // Two sizes, six memories, three numbers of pictures, and the many steps.
  expect(parts.map(({ section }) => section).join(' ')).toBe(
    'works works memory memory memory memory memory memory growth growth growth endurance',
  );
  expect(parts.every(({ task }) => task.engine === 'wasm')).toBe(true);
  expect(parts[1].task).toMatchObject({ network: { size: 96, width: 64 }, batch: 4 });
  expect(parts[4].task).toMatchObject({ network: { size: 64 }, batch: 256 });
  expect(parts[10].task).toMatchObject({ batch: 64, measurement: { kind: 'pictures', pictures: 50_000 } });
  expect(parts[11].task).toMatchObject({ network: { size: 32, width: 8 }, batch: 8 });
});

it('expects a work to be done once, and again until its time is over', () => {
  const [part] = partsOf('native', network, { ...planOf({ json: false, memory: true }), memory: [[2, 224]] });
  // 3 s to start; (3 + 22) passes of 2 pictures of 0.025 s, each work once.
  expect(expectedSeconds(part)).toBeCloseTo(3 + 25 * 2 * 0.025);
  const timed = { ...part.task, measurement: { kind: 'works', works: ['forward', 'assessment'], seconds: 1 } } as const;
  // A forward pass takes 0.05 s, and then 1 s of repetitions; an assessment 1.1 s, which is enough.
  expect(expectedSeconds({ ...part, task: timed })).toBeCloseTo(3 + (0.05 + 1) + 1.1);
});

it('corrects what is left by what was measured with the same engine, else by all', () => {
  // 3 s to start and 7 s of steps: 10 s are expected of each.
  const part = (engine: 'native' | 'wasm'): Part => {
    const perStep = { native: 0.012, wasm: 0.005 }[engine];
    const measurement = { kind: 'steps', steps: 7 / perStep } as const;
    return { section: 'endurance', title: '', task: { engine, network, batch: 8, measurement } };
  };
  expect(expectedSeconds(part('native'))).toBeCloseTo(10);
  expect(secondsLeft([], [part('native'), part('wasm')])).toBeCloseTo(20);
  // The first engine takes twice as long as expected, and so, for all one knows, will the second.
  expect(secondsLeft([[part('native'), 20]], [part('native'), part('wasm')])).toBeCloseTo(40);
  // The second turns out to take half, whatever the first does.
  const done = [[part('native'), 20] as const, [part('wasm'), 5] as const];
  expect(secondsLeft(done, [part('wasm')])).toBeCloseTo(5);
  expect(secondsLeft(done, [part('native'), part('native')])).toBeCloseTo(40);
});
