/** The paths of all pictures of a table, without a string for each of them. */

const LINE_FEED = 10;

export class SamplePaths {
  readonly #bytes: Uint8Array;
  /** Byte at which each path begins, and one past the last. */
  readonly #starts: Uint32Array;
  readonly #decoder = new TextDecoder();
  /** All paths in small letters, joined by line feeds, and where each begins; made when first searched. */
  #small: { readonly text: string; readonly starts: Uint32Array } | null = null;
  #rows: Map<string, number> | null = null;

  /** @param bytes paths joined by line feeds, in UTF-8 */
  constructor(bytes: Uint8Array, count: number) {
    this.#bytes = bytes;
    this.#starts = new Uint32Array(count + 1);
    let path = 1;
    for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) {
      if (path < count) this.#starts[path++] = at + 1;
    }
    this.#starts[count] = bytes.length + 1;
  }

  get count(): number {
    return this.#starts.length - 1;
  }

  at(row: number): string {
    const end = this.#starts[row + 1] - 1;
    return this.#decoder.decode(this.#bytes.subarray(this.#starts[row], end));
  }

  /** Row of a path, -1 where there is none. */
  rowOf(path: string): number {
    this.#rows ??= new Map(
      this.#decoder
        .decode(this.#bytes)
        .split('\n')
        .map((each, row) => [each, row]),
    );
    return this.#rows.get(path) ?? -1;
  }

  /** 1 for every row whose path contains the text, in any case of letters. */
  find(text: string): Uint8Array {
    const found = new Uint8Array(this.count);
    const wanted = text.toLowerCase();
    if (wanted.includes('\n')) return found;
    const { text: paths, starts } = this.#searchable();
    let row = 0;
    for (let at = paths.indexOf(wanted); at !== -1 && row < this.count;) {
      // From here the row can only grow: all hits together walk over the starts once.
      while ((starts[row + 1] ?? Infinity) <= at) row++;
      found[row] = 1;
      // Further hits in the same path say nothing new.
      at = paths.indexOf(wanted, starts[row + 1]);
      row++;
    }
    return found;
  }

  #searchable(): { readonly text: string; readonly starts: Uint32Array } {
    if (this.#small !== null) return this.#small;
    // Small letters may take more places than large ones, so that these starts are not those of the bytes.
    const text = this.#decoder.decode(this.#bytes).toLowerCase();
    const starts = new Uint32Array(this.count + 1);
    let path = 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      if (path < this.count) starts[path++] = at + 1;
    }
    starts[this.count] = text.length + 1;
    this.#small = { text, starts };
    return this.#small;
  }
}
