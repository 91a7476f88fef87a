import { expect, it } from 'vitest';
import type { ProblemGroup } from '../../../src-main/contract/data-view.ts';
import { of100, ruleTrials } from './rule-trials.ts';

const group = (kind: string, ...found: [file: string, right: number, chance: number][]): ProblemGroup => ({
  kind,
  title: kind,
  explanation: '',
  count: found.length,
  attention: true,
  problems: found.map(([file, right, chance]) => ({
    ...{ kind, file, reason: '', picture: null },
    ...(right < 0 ? {} : { figures: { right, chance, clearest: file === '' ? 'fox' : file } }),
  })),
});

it('puts rules about all classes first, the furthest from guessing first, and leaves out what has no figures', () => {
  const trials = ruleTrials([
    group('size-tells-class', ['lynx', 0.9, 0.1], ['bear', 0.95, 0.4]),
    group('label-in-name', ['fox', -1, 0]),
    group('colour-tells-class', ['', 0.5, 0.2]),
    group('border-tells-class', ['', 0.71, 0.2]),
  ]);
  expect(trials.map(({ sees, about }) => [sees, about])).toEqual([
    ['Only the outermost pixels', null],
    ['Only colours, no shapes', null],
    ['Only width and height', 'lynx'],
    ['Only width and height', 'bear'],
  ]);
  expect(trials[0]?.clearest).toBe('fox');
  expect(of100(trials[0]?.right ?? 0)).toBe('71 of 100');
});
