import { expect, it } from 'vitest';
import type { Mark } from '../contract/sample-view.ts';
import { parseMarks } from './marks.ts';

const mark = (id: string, changes: Partial<Mark> = {}): Mark => ({
  ...{ id, verdict: null, note: '', correction: null, time: '2026-01-01T00:00:00.000Z' },
  ...changes,
});
const lines = (...marks: readonly Mark[]) => marks.map((each) => `${JSON.stringify(each)}\n`).join('');

it('takes the last line of each picture, and forgets what was taken back', () => {
  const text = lines(
    mark('a', { verdict: 'fine' }),
    mark('b', { note: 'two\nlines' }),
    mark('a', { verdict: 'shortcut', correction: { kind: 'relabel', label: 2 } }),
    mark('c', { correction: { kind: 'leave-out' } }),
    mark('c'),
  );
  const { marks, damagedLines } = parseMarks(text);
  expect([...marks.values()]).toEqual([
    mark('b', { note: 'two\nlines' }),
    mark('a', { verdict: 'shortcut', correction: { kind: 'relabel', label: 2 } }),
  ]);
  expect(damagedLines).toBe(0);
});

it('reads around what is damaged', () => {
  const text = `${lines(mark('a', { verdict: 'fine' }))}{"id":"b","ver\n[]\n${lines(mark('c', { verdict: 'ambiguous' }))}{"id":`;
  const { marks, lines: count, damagedLines } = parseMarks(text);
  expect([[...marks.keys()], count, damagedLines]).toEqual([['a', 'c'], 5, 3]);
  expect(parseMarks('').marks.size).toBe(0);
});
