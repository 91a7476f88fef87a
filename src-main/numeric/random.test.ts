import { describe, expect, it } from 'vitest';
import { hashSeed, Random } from './random.ts';

describe('seeded random numbers', () => {
  it('derive different seeds from different parts, order and borders included', () => {
    const seeds = [
      hashSeed('a', 1),
      hashSeed(1, 'a'),
      hashSeed('ab', 'c'),
      hashSeed('a', 'bc'),
      hashSeed('1'),
      hashSeed(1),
      hashSeed(),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(new Set(Array.from({ length: 5000 }, (_, i) => hashSeed('sample', i))).size).toBe(5000);
  });

  it('repeat for the same seed, and neighbouring seeds are not alike', () => {
    const first = Array.from({ length: 200 }, (_, i) => new Random(i).uniform());
    expect(first).toEqual(Array.from({ length: 200 }, (_, i) => new Random(i).uniform()));
    const mean = first.reduce((sum, value) => sum + value, 0) / 200;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.08);
  });

  it('have the moments of their distributions', () => {
    const random = new Random(3);
    const normals = Array.from({ length: 20000 }, () => random.normal());
    const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
    const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    const uniform = random.fillUniform(new Float32Array(20000), -2, 6);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...uniform)).toBeLessThan(6);
    expect(Math.abs(uniform.reduce((sum, value) => sum + value, 0) / 20000 - 2)).toBeLessThan(0.1);
  });

  it('shuffle without losing anything', () => {
    const shuffled = new Random(9).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled]).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});
