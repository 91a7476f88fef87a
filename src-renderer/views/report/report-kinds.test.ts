import { expect, it } from 'vitest';
import type { EvaluationPart } from '../../../src-main/contract/evaluation.ts';
import type { EvaluationOverview, PartOverview } from '../../../src-main/contract/evaluation-view.ts';
import { REPORT_SECTIONS } from '../../../src-main/contract/report-view.ts';
import { KINDS, kindOf, sectionState } from './report-kinds.ts';

type State = PartOverview['runs'][number]['state'];
const overview = (parts: Partial<Record<EvaluationPart, readonly [State, State] | 'never'>>): EvaluationOverview => ({
  ...{ pictures: 10, split: 'test' },
  parts: Object.entries(parts).map(([part, states]) => ({
    ...{ part: part as EvaluationPart, label: '', question: '', seconds: null },
    obstacle: states === 'never' ? 'There are no masks and boxes.' : null,
    runs: (states === 'never' ? (['missing', 'missing'] as const) : states).map((state, i) => ({
      ...{ run: String(i), state },
    })),
  })),
});

it('knows a kind by its sections, in any order', () => {
  expect(kindOf([...REPORT_SECTIONS].reverse())).toBe('everything');
  expect(kindOf(['explanations', 'localization'])).toBe('localization');
  expect(kindOf(['recognition', 'robustness'])).toBeNull();
  expect(kindOf([])).toBeNull();
  for (const { sections } of Object.values(KINDS))
    expect(REPORT_SECTIONS).toEqual(expect.arrayContaining([...sections]));
});

it('says what of a section has been measured', () => {
  expect(sectionState('robustness', null)).toBe('ready');
  expect(sectionState('hard-samples', overview({ robustness: ['missing', 'missing'] }))).toBe('ready');
  const robustness = (a: readonly [State, State], b: readonly [State, State]) =>
    sectionState('robustness', overview({ robustness: a, corruptions: b, stability: ['missing', 'missing'] }));
  expect(robustness(['measured', 'measured'], ['measured', 'measured'])).toBe('ready');
  expect(robustness(['measured', 'measured'], ['measured', 'missing'])).toBe('partly');
  expect(robustness(['outdated', 'missing'], ['missing', 'missing'])).toBe('missing');
});

it('asks for nothing that cannot be measured', () => {
  expect(sectionState('localization', overview({ localization: 'never' }))).toBe('impossible');
  const some = overview({ debiasing: ['measured', 'measured'], challenge: 'never', groups: 'never' });
  expect(sectionState('debiasing', some)).toBe('ready');
});
