/** Keeps what was asked for last, up to so many bytes. */

export class ByteCache<Value> {
  readonly #most: number;
  readonly #sizeOf: (value: Value) => number;
  /** In the order of use: the first was not asked for the longest. */
  readonly #values = new Map<string, Value>();
  #bytes = 0;

  /** @param most of the sum of `sizeOf`; a value that is larger by itself is not kept */
  constructor(most: number, sizeOf: (value: Value) => number) {
    this.#most = most;
    this.#sizeOf = sizeOf;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#forget(key);
    const size = this.#sizeOf(value);
    if (size > this.#most) return;
    this.#values.set(key, value);
    this.#bytes += size;
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#most) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#bytes -= this.#sizeOf(value);
  }
}
