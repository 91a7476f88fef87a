/** Seeded random numbers: every picture has its own stream, so that adding one changes no other. */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Chance {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform whole number in [low, high], both ends included. */
  whole(low: number, high: number): number;
  /** One of the entries, all equally likely. */
  pick<T>(entries: readonly [T, ...T[]]): T;
  /** The same entries in random order (Fisher-Yates). */
  shuffled<T>(entries: readonly T[]): T[];
}

/** A stream of random numbers that depends on nothing but `key`. */
export function chanceOf(key: string): Chance {
  const generator = xoroshiro128plus(createHash('sha256').update(key).digest().readInt32LE(0));
  const whole = (low: number, high: number): number => uniformInt(generator, low, high);
  return {
    between: (low, high) => low + (high - low) * uniformFloat64(generator),
    whole,
    pick: <T>(entries: readonly [T, ...T[]]): T => entries[whole(0, entries.length - 1)] ?? entries[0],
    shuffled: <T>(entries: readonly T[]): T[] => {
      const order = [...entries];
      for (let last = order.length - 1; last > 0; last--) {
        const other = whole(0, last);
        const moved = order[last];
        order[last] = order[other];
        order[other] = moved;
      }
      return order;
    },
  };
}
