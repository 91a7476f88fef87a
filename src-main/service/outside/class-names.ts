/** Which class a text in a table means. */
import { numberOf } from './cells.ts';

/** One spelling for one whole number: tables of other programs write class 3 as "3", "3.0" or "03". */
function canonical(text: string): string {
  const value = numberOf(text);
  return Number.isSafeInteger(value) ? String(value) : text;
}

/** Looks classes up by name, or by number where no class is called like a number. */
export class ClassNames {
  readonly names: readonly string[];
  readonly #byName: ReadonlyMap<string, number>;
  readonly #numbered: boolean;

  constructor(names: readonly string[]) {
    this.names = names;
    this.#byName = new Map([
      ...names.map((name, i) => [canonical(name), i] as const),
      // Last, so that what is really written counts where two names are one number.
      ...names.map((name, i) => [name, i] as const),
    ]);
    this.#numbered = names.some((name) => Number.isFinite(numberOf(name)));
  }

  /** -1 where it is none of the classes. */
  indexOf(text: string): number {
    const named = this.#byName.get(text) ?? this.#byName.get(canonical(text));
    if (named !== undefined) return named;
    const index = numberOf(text);
    return !this.#numbered && Number.isInteger(index) && index >= 0 && index < this.names.length ? index : -1;
  }
}

/** The classes that occur in texts, numbers in their order, else in the order of their letters. */
export function classesAmong(texts: Iterable<string>): string[] {
  const names = [...new Set([...texts].map(canonical))];
  if (names.every((name) => Number.isSafeInteger(numberOf(name)))) return names.sort((a, b) => Number(a) - Number(b));
  // In code units, the same on every computer.
  return names.sort();
}
