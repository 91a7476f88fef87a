import { expect, it } from 'vitest';
import { plannedSeconds } from './planned-time.ts';

const estimate = { secondsPerRun: 100, shareOfFurtherArm: 0.4 };

it.each([
  [['plain'], 1, 100],
  [['plain', 'consistency'], 1, 140],
  [['plain', 'consistency', 'loss'], 2, 360],
  [['plain', 'noise'], 1, 200],
  [['noise'], 3, 300],
  [[], 1, 0],
] as const)('of %j over %i seeds', (arms, seeds, seconds) => {
  expect(plannedSeconds(estimate, arms, seeds)).toBeCloseTo(seconds);
});
