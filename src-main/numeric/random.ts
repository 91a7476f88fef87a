/**
 * Seeded random numbers. Nothing in Steadygaze calls `Math.random` where it could influence a
 * figure: every stream is derived by {@link hashSeed} from what it belongs to (run seed, epoch,
 * sample id), so that batch size, order of work and resuming cannot change it.
 */
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * A 32-bit seed from any list of numbers and strings (MurmurHash3's mixing, public domain, Austin
 * Appleby). Parts are separated, so that ("ab", "c") and ("a", "bc") differ.
 */
export function hashSeed(...parts: readonly (string | number)[]): number {
  let hash = 0x9747b28c;
  for (const part of parts) {
    const text = typeof part === 'number' ? `#${part}` : part;
    for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
    hash = mix(hash, 0x10000 + text.length);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  hash ^= Math.imul(k, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  return (Math.imul(hash, 5) + 0xe6546b64) | 0;
}

/** A stream of random numbers (xoroshiro128+). */
export class Random {
  private readonly generator: RandomGenerator;
  private spare: number | null = null;

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
    // The first outputs of neighbouring seeds are correlated.
    for (let i = 0; i < 8; i++) this.generator.next();
  }

  /** In [0, 1), 32 bits. */
  uniform(): number {
    return (this.generator.next() >>> 0) / 4294967296;
  }

  /** In [0, n), n a positive integer below 2^32. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher and Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: number }>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = array[i];
      array[i] = array[j];
      array[j] = swap;
    }
    return array;
  }

  /** Fills `out` with uniform numbers in [low, high). */
  fillUniform(out: Float32Array, low: number, high: number): Float32Array {
    const scale = (high - low) / 4294967296;
    for (let i = 0; i < out.length; i++) out[i] = low + (this.generator.next() >>> 0) * scale;
    return out;
  }
}
