import { expect, it } from 'vitest';
import { readNumber } from './setting-input.ts';

const eps = { kind: 'number', min: 0.0001, max: 1, whole: false, auto: true } as const;
const rounds = { kind: 'number', min: 0, max: 100, whole: true, auto: false } as const;

it('reads numbers as people write them', () => {
  expect(readNumber(eps, ' 0.05 ')).toEqual({ ok: true, value: 0.05 });
  expect(readNumber(eps, '0,05')).toEqual({ ok: true, value: 0.05 });
  expect(readNumber(eps, '8/255')).toEqual({ ok: true, value: 8 / 255 });
  expect(readNumber(eps, 'Auto')).toEqual({ ok: true, value: 'auto' });
  expect(readNumber(rounds, '3')).toEqual({ ok: true, value: 3 });
});

it.each(['', 'three', '101', '-1', '1.5', 'auto', '1/0', 'NaN', '1e999'])('refuses "%s" and says the range', (text) => {
  expect(readNumber(rounds, text)).toEqual({ ok: false, reason: 'A whole number from 0 to 100' });
});
