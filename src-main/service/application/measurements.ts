/** Which runs are being measured: two measurements of one would write the same rows, and training needs the memory. */
import { SteadygazeError } from '../../contract/errors.ts';

export class Measurements {
  readonly #keys = new Set<string>();

  /** @param key of a run; see {@link during} */
  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** @param keys of the runs that the work measures, different for every run of every study */
  async during(keys: readonly string[], work: () => Promise<void>): Promise<void> {
    for (const key of keys) this.#keys.add(key);
    try {
      await work();
    } finally {
      for (const key of keys) this.#keys.delete(key);
    }
  }

  /** @throws SteadygazeError `busy` while anything is measured */
  refuse(): void {
    if (this.#keys.size === 0) return;
    throw new SteadygazeError(
      'busy',
      'Models are being measured. Training beside it may not fit into memory, and both would be slow.',
      'Wait until that has ended, or cancel it; what was measured stays.',
    );
  }
}
