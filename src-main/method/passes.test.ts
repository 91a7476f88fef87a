import { expect, it } from 'vitest';
import { passesPerPicture } from './passes.ts';

it.each([
  // Heatmap, there and back for each step, heatmap.
  [{ attack: 'pgd', steps: 10, randomStart: true }, 22],
  [{ attack: 'pgd-l2', steps: 3, randomStart: true }, 8],
  // The first way there is the heatmap's pass.
  [{ attack: 'pgd', steps: 10, randomStart: false }, 21],
  [{ attack: 'mi-fgsm', steps: 10, randomStart: true }, 21],
  [{ attack: 'fgsm', steps: 10, randomStart: true }, 3],
  [{ attack: 'noise', steps: 10, randomStart: false }, 2],
] as const)('counts the passes of an assessment by %j', (settings, passes) => {
  expect(passesPerPicture(settings)).toBe(passes);
});
