/**
 * Which pictures are so alike that they must not be parted by a split: a copy of a training picture
 * in the test set would be recognised, not understood.
 *
 * Two pictures are near-duplicates where
 * - their difference hashes (dHash, N. Krawetz 2013: is each of 9x8 grey cells brighter than its right
 *   neighbour? 64 bits) differ in at most 3 bits, and
 * - their 18x16 grey thumbnails correlate at 0.995 or more (Pearson), because a hash of 64 bits alone
 *   takes any two objects on a white table for the same.
 * A picture without structure (standard deviation below 2 grey levels) is like nothing but its copy.
 *
 * Pairs are not compared all with all: 64 bits are cut into 4 parts, and of two hashes that differ in
 * 3 bits one part is equal (pigeonhole; Norouzi et al., CVPR 2012). A crowded part is cut again.
 */
/** Counts up whenever the same pictures may be grouped in another way: see IndexCache.recall. */
export const NEAR_DUPLICATES_VERSION = 1;

export const THUMBNAIL_WIDTH = 18;
export const THUMBNAIL_HEIGHT = 16;
const CELLS = THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT;

const MAX_DISTANCE = 3;
const MIN_CORRELATION = 0.995;
const MIN_DEVIATION = 2;
/** A neighbour must be brighter by more than this (of 255 levels), else flat areas are dice. */
const STEP = 2;
/** Up to here all pairs of a bucket are compared. */
const CROWD = 48;
/** What remains crowded after cutting twice is sorted, and each compared with so many that follow. */
const WINDOW = 32;

/** 64-bit difference hash of a thumbnail, as two 32-bit halves. */
function differenceHash(thumbnail: Uint8Array): readonly [number, number] {
  const halves: [number, number] = [0, 0];
  const cell = (row: number, column: number): number => {
    const at = row * 2 * THUMBNAIL_WIDTH + column * 2;
    return (
      (thumbnail[at] + thumbnail[at + 1] + thumbnail[at + THUMBNAIL_WIDTH] + thumbnail[at + THUMBNAIL_WIDTH + 1]) / 4
    );
  };
  for (let bit = 0; bit < 64; bit++) {
    const row = bit >> 3;
    const column = bit & 7;
    if (cell(row, column) > cell(row, column + 1) + STEP) halves[bit >> 5 ? 1 : 0] |= 1 << (bit & 31);
  }
  return [halves[0] >>> 0, halves[1] >>> 0];
}

/** Number of bits in which two 32-bit numbers differ. */
function differingBits(a: number, b: number): number {
  let x = (a ^ b) >>> 0;
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Pearson correlation of two thumbnails given their means and deviations. */
function correlation(a: Uint8Array, b: Uint8Array, meanA: number, meanB: number, product: number): number {
  let sum = 0;
  for (let i = 0; i < CELLS; i++) sum += a[i] * b[i];
  return (sum / CELLS - meanA * meanB) / product;
}

/** Union-find with path halving; the smallest index stands for its group. */
function unionFind(count: number): { find(i: number): number; join(i: number, j: number): void } {
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    for (let up = parent[at] ?? at; up !== at; up = parent[at] ?? at) {
      parent[at] = parent[up] ?? up;
      at = parent[at] ?? at;
    }
    return at;
  };
  return {
    find,
    join(i, j) {
      const a = find(i);
      const b = find(j);
      parent[Math.max(a, b)] = Math.min(a, b);
    },
  };
}

/**
 * @param thumbnails of each picture, what begins with its grey bytes [16, 18]
 * @param contents   content hash of each picture: equal ones always share a group
 * @returns [n] the smallest index of each picture's group
 */
export function groupNearDuplicates(thumbnails: readonly Uint8Array[], contents: readonly string[]): Int32Array {
  const count = thumbnails.length;
  const groups = unionFind(count);
  const firstOf = new Map<string, number>();
  const means = new Float64Array(count);
  const deviations = new Float64Array(count);
  const low = new Uint32Array(count);
  const high = new Uint32Array(count);
  const candidates: number[] = [];
  thumbnails.forEach((thumbnail, i) => {
    const content = contents[i] ?? '';
    const first = firstOf.get(content);
    if (first !== undefined) return groups.join(first, i);
    firstOf.set(content, i);
    let sum = 0;
    let squares = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const value = thumbnail[cell];
      sum += value;
      squares += value * value;
    }
    means[i] = sum / CELLS;
    deviations[i] = Math.sqrt(Math.max(0, squares / CELLS - (sum / CELLS) ** 2));
    [low[i], high[i]] = differenceHash(thumbnail);
    if (deviations[i] >= MIN_DEVIATION) candidates.push(i);
  });

  const compare = (i: number, j: number): void => {
    const distance = differingBits(low[i] ?? 0, low[j] ?? 0) + differingBits(high[i] ?? 0, high[j] ?? 0);
    if (distance > MAX_DISTANCE || groups.find(i) === groups.find(j)) return;
    const [a, b] = [thumbnails[i], thumbnails[j]];
    if (!a || !b) return;
    const product = deviations[i] * deviations[j];
    if (correlation(a, b, means[i] ?? 0, means[j] ?? 0, product) >= MIN_CORRELATION) groups.join(i, j);
  };
  const bitOf = (i: number, bit: number): number => ((bit < 32 ? low[i] : high[i]) >>> (bit & 31)) & 1;

  /** Those that are equal in some bits, where there are several; sorted in one array, not 65,536. */
  const bucketsOf = function* (members: readonly number[], part: readonly number[]): Generator<number[]> {
    const order = Float64Array.from(members, (member, at) => {
      let key = 0;
      for (const bit of part) key = (key << 1) | bitOf(member, bit);
      return (key >>> 0) * 2 ** 32 + at;
    }).sort();
    const keyAt = (at: number): number => Math.floor(order[at] / 2 ** 32);
    for (let start = 0; start < order.length;) {
      let end = start + 1;
      while (end < order.length && keyAt(end) === keyAt(start)) end++;
      if (end - start > 1) yield Array.from(order.subarray(start, end), (value) => members[value % 2 ** 32]);
      start = end;
    }
  };
  const search = (members: readonly number[], bits: readonly number[], depth: number): void => {
    if (members.length <= CROWD || depth === 2) return compareMembers(members);
    const width = Math.ceil(bits.length / (MAX_DISTANCE + 1));
    for (let start = 0; start < bits.length; start += width) {
      const part = bits.slice(start, start + width);
      const rest = bits.filter((bit) => !part.includes(bit));
      for (const bucket of bucketsOf(members, part)) search(bucket, rest, depth + 1);
    }
  };
  const compareMembers = (members: readonly number[]): void => {
    const crowded = members.length > CROWD;
    // Copies have nearly the same brightness; sorted by it they stand close together.
    const ordered = crowded ? [...members].sort((a, b) => means[a] - means[b] || a - b) : members;
    const reach = crowded ? WINDOW : members.length;
    ordered.forEach((member, at) => {
      for (const other of ordered.slice(at + 1, at + 1 + reach)) compare(member, other);
    });
  };
  search(
    candidates,
    Array.from({ length: 64 }, (_, bit) => bit),
    0,
  );
  return Int32Array.from({ length: count }, (_, i) => groups.find(i));
}
