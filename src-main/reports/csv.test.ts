import { expect, it } from 'vitest';
import { csvText } from './csv.ts';

it('writes what every spreadsheet reads', () => {
  expect(
    csvText(
      ['a', 'b,c'],
      [
        ['x "y"', 1.5],
        ['two\nlines', null],
        [true, Number.NaN],
      ],
    ),
  ).toBe('\uFEFFa,"b,c"\r\n"x ""y""",1.5\r\n"two\nlines",\r\ntrue,\r\n');
});

it('keeps a text from being computed, and a number a number', () => {
  const text = csvText(['a'], [['=1+1'], ['+x'], ['-x'], ['@x'], ['\tx'], ['=a,"b'], [-1]]);
  expect(text.trim().split('\r\n').slice(1)).toEqual(["'=1+1", "'+x", "'-x", "'@x", "'\tx", '"\'=a,""b"', '-1']);
});
