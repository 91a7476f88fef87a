import { expect, it } from 'vitest';
import { engineExplanation } from './engine-explanation.ts';

it('says what to do first above, and the rest beside what it mends', () => {
  const text = engineExplanation({
    ...{ id: 'cuda', usable: false, summary: 'It does not start.', todo: 'Update the driver.' },
    checks: [
      { check: 'System', state: 'ok', found: 'Linux.', todo: '' },
      { check: 'Driver', state: 'missing', found: 'Too old.', todo: 'Update the driver.' },
      { check: 'Package', state: 'missing', found: 'Not installed.', todo: 'Run the setup.' },
      { check: 'CUDA', state: 'unknown', found: 'Not looked at.', todo: '' },
    ],
  });
  expect(text).toBe(`cuda: not usable. It does not start.
First: Update the driver.
  ok       System   Linux.
  MISSING  Driver   Too old.
  MISSING  Package  Not installed.
                    -> Run the setup.
  ?        CUDA     Not looked at.`);
});
