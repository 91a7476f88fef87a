import { describe, expect, test } from 'vitest';
import { bytes, count, duration, fixed, percent, signedPoints, when } from './format.ts';

/** Compared with plain spaces: where a line must not break is not what these tests are about. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers as people read them', () => {
  test('shares and differences', () => {
    expect(plain(percent(0.6343))).toBe('63.4%');
    expect(plain(percent(1, 0))).toBe('100%');
    expect(percent(NaN)).toBe('–');
    expect(plain(signedPoints(0.0212))).toBe('+2.1 points');
    expect(plain(signedPoints(-0.0212))).toBe('−2.1 points');
    expect(plain(signedPoints(-0.0001))).toBe('0.0 points');
    expect(fixed(-0.001, 2)).toBe('0.00');
    expect(fixed(-1.5, 1)).toBe('−1.5');
  });

  test('counts', () => {
    expect(count(1240)).toBe('1,240');
    expect(count(0)).toBe('0');
  });

  test.each([
    [3, 'under 10 s'],
    [42, 'about 40 s'],
    [59, 'about 1 min'],
    [184, 'about 3 min'],
    [3599, '1 h'],
    [7500, '2 h 5 min'],
    [86_400 - 1, '1 day'],
    [86_400 * 2 + 3600, '2 days 1 h'],
    [Infinity, '–'],
    [-1, '–'],
  ])('%d seconds', (seconds, text) => {
    expect(plain(duration(seconds))).toBe(text);
  });

  test.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [999_999, '1.0 MB'],
    [1_234_000_000, '1.2 GB'],
    [48_000_000, '48 MB'],
  ])('%d bytes', (n, text) => {
    expect(plain(bytes(n))).toBe(text);
  });

  test('moments, by the calendar and not by 24 hours', () => {
    const now = new Date(2025, 2, 4, 0, 30);
    const at = (...parts: [number, number, number, number, number]): string =>
      when(new Date(...parts).toISOString(), now);
    expect(at(2025, 2, 4, 0, 5)).toBe('today, 00:05');
    expect(at(2025, 2, 3, 23, 50)).toBe('yesterday, 23:50');
    expect(at(2025, 0, 15, 14, 5)).toBe('15 January, 14:05');
    expect(at(2024, 11, 31, 14, 5)).toBe('31 December 2024');
    expect(when('never')).toBe('–');
  });
});
