/** A small file of the app itself (what was opened, how the window looks): losing it must never be a reason to fail. */
import { rename } from 'node:fs/promises';
import * as v from 'valibot';
import { writeJsonAtomic } from '../../workspace/atomic-file.ts';
import { readVersioned } from '../../workspace/json-file.ts';
import type { JsonFormat } from '../../workspace/json-file.ts';

export interface KeptFileOptions<T> {
  /** Absolute. */
  readonly path: string;
  /** Says in the file what it is: "recent". */
  readonly kind: string;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly fresh: T;
  readonly log: (text: string) => void;
}

export class KeptFile<T> {
  readonly #options: KeptFileOptions<T>;
  #value: T;
  #writing: Promise<void> = Promise.resolve();
  #written: T;

  private constructor(options: KeptFileOptions<T>, value: T) {
    this.#options = options;
    this.#value = value;
    this.#written = value;
  }

  /** Reads the file. One that is damaged, or of a newer version, is put aside, and everything begins afresh. */
  static async open<T>(options: KeptFileOptions<T>): Promise<KeptFile<T>> {
    const { path, kind, schema, fresh, log } = options;
    const format: JsonFormat<{ value: T }> = {
      format: `steadygaze-${kind}`,
      version: 1,
      migrations: {},
      schema: v.object({ value: schema }),
      noun: kind,
    };
    try {
      const parsed = await readVersioned(path, format);
      if (parsed?.state === 'good') return new KeptFile(options, parsed.value.value);
      if (parsed !== null) {
        log(`The file ${path} cannot be used (${parsed.state}) and was put aside.`);
        await rename(path, `${path}.${parsed.state === 'newer' ? 'newer' : 'damaged'}`);
      }
    } catch (error) {
      log(`The file ${path} cannot be read: ${String(error)}`);
    }
    return new KeptFile(options, fresh);
  }

  get value(): T {
    return this.#value;
  }

  /** Keeps the value at once, and writes it soon. */
  set(value: T): void {
    this.#value = value;
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** Resolves when everything is written that can be. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /** Several changes while one is written become one. */
  async #write(): Promise<void> {
    const { path, kind, log } = this.#options;
    const value = this.#value;
    if (value === this.#written) return;
    try {
      await writeJsonAtomic(path, { format: `steadygaze-${kind}`, version: 1, value });
      this.#written = value;
    } catch (error) {
      log(`The file ${path} cannot be written: ${String(error)}`);
    }
  }
}
