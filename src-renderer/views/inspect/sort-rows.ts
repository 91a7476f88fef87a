/** Orders rows of a table by one of its columns, fast enough to do it between two key strokes. */

/** Sorts behind everything else, whichever way the order goes. */
const LAST = 0xffffffff;

/**
 * Numbers that order like the values when compared as unsigned integers; NaN comes last in both directions.
 * @param values one for every row of the table
 */
export function orderKeys(values: Float32Array, rows: Uint32Array, descending: boolean): Uint32Array {
  const keys = new Uint32Array(rows.length);
  const one = new Float32Array(1);
  const bits = new Uint32Array(one.buffer);
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i] ?? 0];
    if (Number.isNaN(value)) {
      keys[i] = LAST;
      continue;
    }
    // -0 and 0 are the same value and must not be told apart.
    one[0] = value === 0 ? 0 : value;
    const raw = bits[0];
    // IEEE 754 orders like an integer once the sign is turned round, and all bits of a negative number.
    const ascending = (raw & 0x80000000) === 0 ? (raw | 0x80000000) >>> 0 : ~raw >>> 0;
    keys[i] = descending ? ~ascending >>> 0 : ascending;
  }
  return keys;
}

/**
 * Stable radix sort, 16 bits at a time: 100,000 rows in a few milliseconds.
 * @param keys one for each of `rows`; both are used up
 * @returns the rows, smallest key first
 */
export function sortByKeys(rows: Uint32Array, keys: Uint32Array): Uint32Array {
  const n = rows.length;
  let [fromRows, fromKeys]: [Uint32Array, Uint32Array] = [rows, keys];
  let [toRows, toKeys]: [Uint32Array, Uint32Array] = [new Uint32Array(n), new Uint32Array(n)];
  const starts = new Uint32Array(65537);
  for (const shift of [0, 16]) {
    starts.fill(0);
    for (let i = 0; i < n; i++) starts[((fromKeys[i] >>> shift) & 0xffff) + 1] += 1;
    for (let digit = 0; digit < 65536; digit++) starts[digit + 1] += starts[digit];
    for (let i = 0; i < n; i++) {
      const key = fromKeys[i];
      const at = starts[(key >>> shift) & 0xffff]++;
      toKeys[at] = key;
      toRows[at] = fromRows[i];
    }
    [fromRows, fromKeys, toRows, toKeys] = [toRows, toKeys, fromRows, fromKeys];
  }
  return fromRows;
}
