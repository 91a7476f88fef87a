import { expect, it } from 'vitest';
import { formatAddress, parseAddress } from './places.ts';

it('reads back every address that it writes', () => {
  const address = { view: 'inspect', params: { run: 'a-1', text: 'a & b = ü' } } as const;
  expect(parseAddress(formatAddress(address))).toEqual(address);
  expect(formatAddress({ view: 'train', params: {} })).toBe('#train');
});

it.each(['', '#', '#elsewhere', '#__proto__', '#/etc'])('%j is no address', (hash) => {
  expect(parseAddress(hash)).toBeNull();
});
