/** Rows that were selected to be marked together: one byte a row, for all of 100,000 can be selected at once. */
export class Selection {
  #chosen = new Uint8Array(0);
  #version = $state(0);
  #size = $state(0);

  get size(): number {
    return this.#size;
  }

  has(row: number): boolean {
    void this.#version;
    return this.#chosen[row] === 1;
  }

  /** Selected rows, in the order of the table. */
  get rows(): number[] {
    void this.#version;
    const rows: number[] = [];
    for (let row = this.#chosen.indexOf(1); row !== -1; row = this.#chosen.indexOf(1, row + 1)) rows.push(row);
    return rows;
  }

  /** Forgets everything; from now on there are so many rows. */
  reset(count: number): void {
    this.#chosen = new Uint8Array(count);
    this.#size = 0;
    this.#version++;
  }

  toggle(row: number): void {
    this.#set(row, this.#chosen[row] !== 1);
    this.#version++;
  }

  /** Selects exactly these rows. */
  replace(rows: Iterable<number>): void {
    this.#chosen.fill(0);
    this.#size = 0;
    for (const row of rows) this.#set(row, true);
    this.#version++;
  }

  clear(): void {
    if (this.#size > 0) this.replace([]);
  }

  #set(row: number, chosen: boolean): void {
    const now = this.#chosen[row] === 1;
    if (now === chosen) return;
    this.#chosen[row] = chosen ? 1 : 0;
    this.#size += chosen ? 1 : -1;
  }
}
