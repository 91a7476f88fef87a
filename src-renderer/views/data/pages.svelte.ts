/** A long list that is fetched page by page, as far as somebody looks. */
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';

const PAGE = 200;
/** Pages that are fetched side by side when many are wanted. */
const AT_ONCE = 6;

/** One page of a list and the length of the whole. */
export interface Page<T> {
  readonly total: number;
  readonly items: readonly T[];
}

export class Pages<T> {
  /** Length of the whole list; what was expected until the first page is there. */
  total = $state(0);
  error = $state.raw<ErrorValue | null>(null);
  #items = $state.raw<readonly (T | undefined)[]>([]);
  /** Which pages were asked for. */
  readonly #asked: boolean[] = [];
  readonly #fetch: (offset: number, limit: number) => Promise<Page<T>>;

  constructor(expected: number, fetch: (offset: number, limit: number) => Promise<Page<T>>) {
    this.total = expected;
    this.#fetch = fetch;
    this.want(0, 0);
  }

  /** Undefined while it is on its way. */
  at(index: number): T | undefined {
    return this.#items[index];
  }

  /** Fetches what is missing from `first` to `last`. */
  want(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!this.#asked[page]) void this.#load(page);
    }
  }

  /**
   * Some of the items, those that nobody has looked at yet fetched.
   * @param indices ascending
   * @returns none where that failed; see {@link error}
   */
  async gather(indices: readonly number[]): Promise<T[]> {
    const missing = new Set(indices.filter((i) => this.#items[i] === undefined).map((i) => Math.floor(i / PAGE)));
    const queue = [...missing];
    const fetchNext = async (): Promise<void> => {
      for (let page = queue.shift(); page !== undefined; page = queue.shift()) await this.#load(page);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
    const found = indices.map((i) => this.#items[i]).filter((item) => item !== undefined);
    return found.length === indices.length ? found : [];
  }

  async #load(page: number): Promise<void> {
    this.#asked[page] = true;
    try {
      const { total, items } = await this.#fetch(page * PAGE, PAGE);
      const all = [...this.#items];
      items.forEach((item, i) => (all[page * PAGE + i] = item));
      this.#items = all;
      this.total = total;
      this.error = null;
    } catch (error) {
      this.#asked[page] = false;
      this.error = toErrorValue(error);
    }
  }
}
