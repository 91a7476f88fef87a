import { describe, expect, it } from 'vitest';
import type { PartResult, StoredEvaluation } from '../contract/evaluation.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Dataset, Sample, Split } from '../datasets/dataset.ts';
import { fingerprintOf } from '../datasets/dataset-file.ts';
import { beginning } from '../workspace/records.fixture.ts';
import { measuringPlans, partedAsReported, readRepeatable, repeatable } from './repeatable.ts';
import type { ReportedPart } from './repeatable.ts';
import { computedAlike, repeatedFigures, worstVerdict } from './repeated-figures.ts';

function sample(id: string, label: number, split: Split): Sample {
  const shape = { width: 8, height: 8, boxes: [], mask: null, maskHash: null };
  return { id, label, split, hash: id.padEnd(64, '0'), ...shape };
}

function dataset(splits: readonly Split[], splitOrigin: Dataset['splitOrigin'] = 'seeded'): Dataset {
  const samples = splits.map((split, i) => sample(`${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, i % 2, split));
  const classes = ['a', 'b'];
  const fingerprint = fingerprintOf(classes, samples);
  return {
    root: '/pictures',
    format: 'folder-per-class',
    inside: '',
    focus: null,
    choices: {},
    task: 'single-label',
    classes,
    samples,
    problems: [],
    splitOrigin,
    fingerprint,
  };
}

const record: RunRecord = {
  ...beginning,
  ...{ format: 'steadygaze-run', version: 1, id: '001-plain-s0', created: '2026-01-31T12:00:00.000Z' },
  ...{ state: 'finished', eps: null, epsSurvival: null, rounds: [], figures: null, seconds: 1, error: null },
  weightsHash: 'f'.repeat(64),
};
const top1 = { value: 0.75, low: 0.65, high: 0.8, n: 4 };
const recognition = {
  part: 'recognition',
  key: { split: 'test', settings: { seed: 3 }, judges: [], definition: 1 },
  ...{ engine: 'wasm', pictures: 4, figures: { top1 } },
} as unknown as PartResult<'recognition'>;
const evaluation: StoredEvaluation = { parts: { recognition }, resampled: {} };

describe('what a report holds to be repeated', () => {
  it('survives being written and read', () => {
    const data = dataset(['train', 'val', 'test', 'train']);
    const corrections = [{ id: 'a/0.png', label: null }];
    const block = repeatable(data, [{ record, corrections, evaluation }]);
    expect(block.data).toMatchObject({ fingerprint: data.fingerprint, pictures: 4, splits: '0120' });
    const text = JSON.stringify({ format: 'steadygaze-report', version: 1, repeat: block });
    expect(readRepeatable(text)).toEqual(block);
    expect(block.runs[0]).toMatchObject({ corrections, weightsHash: record.weightsHash, settings: record.settings });
    expect(block.runs[0].parts).toEqual([
      {
        ...{ part: 'recognition', engine: 'wasm', split: 'test', settings: { seed: 3 } },
        ...{ judges: [], definition: 1, pictures: 4, figures: { top1 } },
      },
    ]);
    // Where folders say what is what, nothing needs to be said.
    expect(repeatable(dataset(['train', 'val', 'test', 'train'], 'folders'), []).data.splits).toBeNull();
  });

  it.each([
    ['no JSON at all', /no report that a program can read/],
    ['{"format": "something"}', /no report of Steadygaze/],
    ['{"format": "steadygaze-report", "version": 1}', /before reports could be repeated/],
    ['{"format": "steadygaze-report", "repeat": {"version": 2}}', /newer version/],
    ['{"format": "steadygaze-report", "repeat": {"version": 1}}', /damaged/],
  ])('refuses %s', (text, sentence) => {
    expect(() => readRepeatable(text)).toThrow(sentence);
  });
});

describe('data read anew', () => {
  it('is parted as it was, where the pictures are the same', () => {
    const reported = dataset(['train', 'val', 'test', 'train']);
    const { data } = repeatable(reported, []);
    const other = dataset(['test', 'train', 'train', 'val']);
    expect(partedAsReported(other, data)?.samples.map(({ split }) => split)).toEqual(['train', 'val', 'test', 'train']);
    expect(partedAsReported(reported, data)).toBe(reported);
    const [first, ...rest] = other.samples;
    expect(partedAsReported({ ...other, samples: [{ ...first, hash: 'x' }, ...rest] }, data)).toBeNull();
    expect(partedAsReported({ ...other, samples: rest, fingerprint: 'fewer' }, data)).toBeNull();
  });
});

describe('how parts were measured', () => {
  const robustness = { seed: 3, eps: [1], attacks: ['fgsm'], regions: ['all'] };
  const parts = [
    { part: 'recognition', settings: { seed: 3 }, judges: [] },
    { part: 'debiasing', settings: { seed: 3 }, judges: ['x', 'y'] },
    { part: 'robustness', settings: robustness, judges: [] },
    { part: 'consistency', settings: { seed: 4, eps: 2, pictures: 10 }, judges: [] },
  ] as const;

  it('is put together by seed, and by the models that said where objects are', () => {
    const plans = measuringPlans([
      { run: 'a', parts },
      { run: 'b', parts },
      // The same settings, with other models.
      {
        run: 'c',
        parts: [
          { ...parts[1], judges: ['x', 'z'] },
          { ...parts[1], part: 'groups' },
        ],
      },
    ]);
    expect(plans.map((plan) => [plan.runs, plan.parts])).toEqual([
      [
        ['a', 'b'],
        ['debiasing', 'recognition', 'robustness'],
      ],
      [['a', 'b'], ['consistency']],
      [['c'], ['debiasing']],
      [['c'], ['groups']],
    ]);
    expect(plans[0].settings).toMatchObject({ seed: 3, robustness: { eps: [1], attacks: ['fgsm'], restarts: 2 } });
    expect(plans[1].settings).toMatchObject({ seed: 4, consistency: { eps: 2, pictures: 10 } });
  });

  it('is refused where this version does not know it', () => {
    const unknown = [{ ...parts[2], settings: { eps: ['much'] } }];
    expect(() => measuringPlans([{ run: 'a', parts: unknown }])).toThrow(/does not know/);
  });
});

describe('figures beside each other', () => {
  const reported: readonly ReportedPart[] = [
    {
      ...{ part: 'recognition', engine: 'wasm', split: 'test', settings: {}, judges: [], definition: 1, pictures: 4 },
      figures: { top1 },
    },
  ];
  const repeated = (value: number, n = 4) => [
    { part: 'recognition' as const, engine: 'wasm', figures: { top1: { ...top1, value, n } } },
  ];
  const verdicts = (value: number, alike: boolean) =>
    repeatedFigures(reported, repeated(value), alike).map(({ verdict }) => verdict);

  it('are the same, within the interval, or different', () => {
    // Half of the interval is 0.075.
    expect(verdicts(0.75, true)).toEqual(['same']);
    expect(verdicts(0.7505, true)).toEqual(['within its interval']);
    expect(verdicts(0.7505, false)).toEqual(['same']);
    expect(verdicts(0.68, false)).toEqual(['within its interval']);
    expect(verdicts(0.82, false)).toEqual(['within its interval']);
    expect(verdicts(0.83, false)).toEqual(['different']);
    const [figure] = repeatedFigures(reported, repeated(0.5), true);
    expect(figure).toMatchObject({ reported: 0.75, repeated: 0.5, difference: -0.25, allowed: 1e-9 });
    expect(figure.halfInterval).toBeCloseTo(0.075, 12);
    expect(repeatedFigures(reported, repeated(0.75, 5), true)[0].verdict).toBe('different');
    expect(repeatedFigures(reported, [], true)[0]).toMatchObject({ repeated: null, verdict: 'different' });
  });

  it('must be equal to the last digit only where the arithmetic is the same', () => {
    const computed = { engine: 'wasm', engineDescription: 'WebAssembly', versions: { node: '24.0.0' } };
    expect(computedAlike(computed, computed)).toBe(true);
    expect(computedAlike(computed, { ...computed, versions: { node: '24.0.1' } })).toBe(false);
    expect(computedAlike(computed, { ...computed, versions: { node: '24.0.0', tfjs: '4' } })).toBe(false);
    expect(computedAlike({ ...computed, engine: 'native' }, { ...computed, engine: 'native' })).toBe(false);
  });

  it('are as bad as the worst of them', () => {
    expect(worstVerdict([])).toBe('same');
    expect(worstVerdict(['same', 'within its interval'])).toBe('within its interval');
    expect(worstVerdict(['same', 'different', 'within its interval'])).toBe('different');
  });
});
