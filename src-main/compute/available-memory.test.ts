import { expect, it } from 'vitest';
import { availableMemory } from './available-memory.ts';

it('is what a container is held to, where that is less than there is', () => {
  expect(availableMemory(4e9, 8e9)).toBe(4e9);
  expect(availableMemory(2 ** 64, 8e9)).toBe(8e9);
  expect(availableMemory(0, 8e9)).toBe(8e9);
});
