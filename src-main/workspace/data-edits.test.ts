import { describe, expect, it } from 'vitest';
import { parseDataEdits, stateAfter } from './data-edits.ts';
import type { DataEditLine } from './data-edits.ts';

const HEADER = '{"format":"steadygaze-data-edits","version":1}\n';
const time = '2026-11-23T07:00:00.000Z';
const leftOut = (id: string): DataEditLine => ({
  ...{ do: 'edit', time, sentence: `${id} left out.`, pictures: 1 },
  edit: { kind: 'exclude', ids: [id] },
});
const undo: DataEditLine = { do: 'undo', time };
const redo: DataEditLine = { do: 'redo', time };

/** "a b | c": in force, and taken back. */
function told(lines: readonly (DataEditLine | null)[], count?: number): string {
  const { done, undone } = stateAfter({ lines }, count);
  const names = (edits: typeof done) => edits.map(({ sentence }) => sentence[0]).join(' ');
  return `${names(done)} | ${names(undone)}`;
}

describe('the state after some lines', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(leftOut);

  it('takes back and brings again, and a new correction ends what was taken back', () => {
    expect(told([a, b, undo])).toBe('a | b');
    expect(told([a, b, undo, redo])).toBe('a b | ');
    expect(told([a, b, undo, undo, redo])).toBe('a | b');
    expect(told([a, b, undo, c, redo])).toBe('a c | ');
    expect(told([undo, redo, a])).toBe('a | ');
  });

  it('of fewer lines is what it was then, and a line that cannot be read changes nothing', () => {
    expect(told([a, b, undo, c], 2)).toBe('a b | ');
    expect(told([a, null, b])).toBe('a b | ');
  });

  it('remembers what had been read when a correction was made', () => {
    const fingerprint = '0'.repeat(64);
    const { from, done } = stateAfter({ lines: [a, { do: 'import', time, fingerprint }, b] });
    expect(from).toBe(fingerprint);
    expect(done.map(({ on, line }) => [on, line])).toEqual([
      [null, 1],
      [fingerprint, 3],
    ]);
  });
});

describe('reading', () => {
  const text = [leftOut('a'), leftOut('b')].map((line) => JSON.stringify(line)).join('\n');

  it('passes over what was being written when its writer was killed', () => {
    expect(parseDataEdits(`${HEADER}${text}\n`, 'p').lines).toHaveLength(2);
    // Also where only the line break is missing: it was never said to be saved.
    expect(parseDataEdits(HEADER + text, 'p').lines).toHaveLength(1);
    expect(parseDataEdits(`${HEADER}{"do":"nonsense"}\n`, 'p').lines).toEqual([null]);
    expect(parseDataEdits('', 'p').lines).toEqual([]);
    expect(parseDataEdits('{"format":"stea', 'p').lines).toEqual([]);
  });

  it('refuses what is something else, or of a newer version', () => {
    expect(() => parseDataEdits('{"id":1}\n', 'p')).toThrow(expect.objectContaining({ code: 'study-corrupt' }));
    const newer = '{"format":"steadygaze-data-edits","version":2}\n';
    expect(() => parseDataEdits(newer, 'p')).toThrow(expect.objectContaining({ code: 'study-newer' }));
  });
});
