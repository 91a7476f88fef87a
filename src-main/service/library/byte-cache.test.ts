import { expect, it } from 'vitest';
import { ByteCache } from './byte-cache.ts';

it('forgets what was not asked for the longest, and never holds more than it may', () => {
  const cache = new ByteCache<string>(10, (text) => text.length);
  cache.set('a', '1234');
  cache.set('b', '1234');
  expect(cache.get('a')).toBe('1234');
  cache.set('c', '1234');
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['1234', undefined, '1234']);
  cache.set('large', '12345678901');
  expect([cache.get('large'), cache.get('c')]).toEqual([undefined, '1234']);
  cache.set('c', '123456');
  expect([cache.get('a'), cache.get('c')]).toEqual(['1234', '123456']);
});
