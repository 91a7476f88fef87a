import { expect, it } from 'vitest';
import { readPreparation } from './preparation.ts';

it('reads what is typed, and leaves out what is not', () => {
  expect(readPreparation({ size: '', mean: '', std: ' ' })).toEqual({
    ok: true,
    value: { size: null, mean: null, std: null },
  });
  expect(readPreparation({ size: '96', mean: '0.5, 0.5,0.5', std: '0.25 0.25 0.25' })).toEqual({
    ok: true,
    value: { size: 96, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
});

it.each([
  [{ size: '8', mean: '', std: '' }, 'size'],
  [{ size: 'large', mean: '', std: '' }, 'size'],
  [{ size: '96', mean: '0.5, 0.5', std: '' }, 'mean'],
  [{ size: '96', mean: 'a, b, c', std: '' }, 'mean'],
  [{ size: '96', mean: '', std: '0.2, 0, 0.2' }, 'std'],
])('says what is wrong with %o', (typed, wrong) => {
  expect(readPreparation(typed)).toMatchObject({ ok: false, wrong });
});
