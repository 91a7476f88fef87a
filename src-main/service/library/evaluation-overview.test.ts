import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { EVALUATION_PARTS, EvaluationSettings } from '../../contract/evaluation.ts';
import type { EvaluationPart, PartResult } from '../../contract/evaluation.ts';
import type { RunRecord } from '../../contract/run.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { keyOf } from '../../evaluation/measure-parts.ts';
import { PARTS } from '../../evaluation/parts.ts';
import { beginning, exampleDataset } from '../../workspace/records.fixture.ts';
import { evaluationOverview, type StoredRun } from './evaluation-overview.ts';

/** Two training pictures and two for testing, with boxes. */
const boxed = exampleDataset('/pictures');
const bare: Dataset = { ...boxed, samples: boxed.samples.map((sample) => ({ ...sample, boxes: [] })) };
const settings = v.parse(EvaluationSettings, {});

interface Stored {
  readonly seconds?: number;
  readonly judges?: readonly string[];
  readonly seed?: number;
}

function run(
  id: string,
  stored: Partial<Record<EvaluationPart, Stored>> = {},
  changes: Partial<RunRecord> = {},
): StoredRun {
  const record: RunRecord = {
    ...beginning,
    ...{ format: 'steadygaze-run', version: 1, id, created: '', state: 'finished', rounds: [], figures: null },
    ...{ eps: null, epsSurvival: null, seconds: 1, error: null, weightsHash: `weights of ${id}` },
    dataFingerprint: boxed.fingerprint,
    ...changes,
  };
  const results = Object.entries(stored).map(([name, { seconds = 1, judges = [], seed = 0 }]) => {
    const part = name as EvaluationPart;
    const identity = {
      ...{ weightsHash: record.weightsHash ?? '', dataFingerprint: record.dataFingerprint, split: 'test' as const },
      ...{ judges, settings: { ...settings, seed } },
    };
    return [part, { part, key: keyOf(PARTS[part], identity), seconds } as PartResult] as const;
  });
  return { record, results: Object.fromEntries(results) };
}

const look = (runs: readonly StoredRun[], dataset = boxed, picturesThere = true) => {
  const overview = evaluationOverview(dataset, runs, runs, picturesThere);
  const part = (wanted: EvaluationPart) => {
    const found = overview.parts.find((each) => each.part === wanted);
    if (found === undefined) throw new Error(wanted);
    return found;
  };
  return { ...overview, part, states: (wanted: EvaluationPart) => part(wanted).runs.map(({ state }) => state) };
};
const obstacles = (view: ReturnType<typeof look>) =>
  view.parts.filter(({ obstacle }) => obstacle !== null).map(({ part }) => part);

describe('what has been measured', () => {
  it('is told of every part and run', () => {
    const view = look([run('a', { stability: {} }), run('b')]);
    expect(view).toMatchObject({ pictures: 2, split: 'test' });
    expect(view.parts.map(({ part }) => part)).toEqual([...EVALUATION_PARTS]);
    expect(view.states('stability')).toEqual(['measured', 'missing']);
    expect(view.states('recognition')).toEqual(['missing', 'missing']);
  });

  it('is outdated where weights or settings are others', () => {
    const before = run('a', { stability: {}, recognition: { seed: 7 } });
    const after: StoredRun = { ...before, record: { ...before.record, weightsHash: 'trained again' } };
    expect(look([before]).states('stability')).toEqual(['measured']);
    expect(look([before]).states('recognition')).toEqual(['outdated']);
    expect(look([after]).states('stability')).toEqual(['outdated']);
  });

  it('is outdated where other models said what the objects are, but only where models do', () => {
    const judges = ['weights of b', 'weights of a'];
    const runs = [run('a', { challenge: { judges }, stability: {} }), run('b')];
    expect(look(runs, bare).states('challenge')).toEqual(['measured', 'missing']);
    expect(look([...runs, run('c')], bare).states('challenge')).toEqual(['outdated', 'missing', 'missing']);
    expect(look([...runs, run('c')], bare).states('stability')).toEqual(['measured', 'missing', 'missing']);
    expect(look(runs, boxed).states('challenge')).toEqual(['outdated', 'missing']);
  });
});

describe('what stands in the way', () => {
  it('is nothing where objects are drawn, and that they are not where they are not', () => {
    expect(obstacles(look([run('a')]))).toEqual([]);
    expect(obstacles(look([run('a')], bare))).toEqual(['localization', 'debiasing', 'challenge', 'groups']);
    expect(obstacles(look([run('a'), run('b')], bare))).toEqual(['localization']);
    // The same weights twice are one judge.
    expect(obstacles(look([run('a'), run('b', {}, { weightsHash: 'weights of a' })], bare))).toContain('debiasing');
  });

  it('is a run that is not finished, unless another one is', () => {
    const half = run('b', {}, { state: 'stopped' });
    expect(obstacles(look([half]))).toEqual([...EVALUATION_PARTS]);
    expect(look([run('a'), half]).part('stability').runs).toEqual([{ run: 'a', state: 'missing' }]);
    expect(obstacles(look([run('a'), half]))).toEqual([]);
  });

  it('is that there are no pictures to measure on, here or at all', () => {
    const train = { ...boxed, samples: boxed.samples.filter(({ split }) => split === 'train') };
    expect(look([run('a')], train).part('stability').obstacle).toMatch(/used for training/);
    expect(look([run('a')], boxed, false).part('stability').obstacle).toMatch(/folder of the pictures/);
    const other = run('a', {}, { dataFingerprint: 'of other pictures' });
    expect(look([other]).part('stability').obstacle).toMatch(/other pictures/);
  });
});

describe('how long it takes', () => {
  it('is not known before something has been measured', () => {
    expect(look([run('a')]).parts.map(({ seconds }) => seconds)).toEqual(EVALUATION_PARTS.map(() => null));
  });

  it('follows from the passes that each part takes, and from its own time where there is one', () => {
    // Recognition takes one pass a picture and took 3 s for 2 pictures: 1.5 s a pass.
    const view = look([run('a', { recognition: { seconds: 3 } }), run('b')]);
    expect(PARTS.recognition.passes(settings, 2)).toBe(1);
    expect(view.part('recognition').seconds).toBeCloseTo(3, 10);
    expect(view.part('stability').seconds).toBeCloseTo(3 * PARTS.stability.passes(settings, 2), 10);
    // The mean of two runs.
    const both = look([run('a', { stability: { seconds: 10 } }), run('b', { stability: { seconds: 20 } })]);
    expect(both.part('stability').seconds).toBeCloseTo(15, 10);
  });
});
