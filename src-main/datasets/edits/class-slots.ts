/**
 * The classes of a data set while it is corrected. A class keeps its place for as long as it has a picture, and gets it
 * back when it has one again; new names come after all others, sorted; a class that takes over others under a new name
 * takes the first of their places. So the order of labels never depends on what is not visible in the data.
 */
import { SteadygazeError } from '../../contract/errors.ts';

interface Slot {
  readonly name: string;
  /** Label in the data as they were read; Infinity for a new name. */
  readonly place: number;
}

export class ClassSlots {
  readonly #slots: Slot[];
  readonly #byName = new Map<string, number>();

  /** @param names in label order; slot numbers begin as labels */
  constructor(names: readonly string[]) {
    this.#slots = names.map((name, place) => ({ name, place }));
    this.#slots.forEach(({ name }, slot) => this.#byName.set(name, slot));
  }

  get count(): number {
    return this.#slots.length;
  }

  name(slot: number): string {
    return this.#slots[slot]?.name ?? '';
  }

  /** A class of this name, made where there is none yet. */
  named(text: string): number {
    return this.find(text) ?? this.#add(text.normalize('NFC').trim(), Number.POSITIVE_INFINITY);
  }

  find(text: string): number | undefined {
    return this.#byName.get(text.normalize('NFC').trim());
  }

  /** The class that several become: the one of this name, else a new one in the first of their places. */
  successor(slots: readonly number[], text: string): number {
    const place = Math.min(...slots.map((slot) => this.#slots[slot]?.place ?? Number.POSITIVE_INFINITY));
    return this.find(text) ?? this.#add(text.normalize('NFC').trim(), place);
  }

  /**
   * Labels of the classes that are used.
   * @param used whether a slot has a picture
   * @returns names in label order, and the label of each slot (-1 where it is not used)
   */
  labels(used: (slot: number) => boolean): { readonly classes: string[]; readonly labelOf: Int32Array } {
    const present = [...this.#slots.keys()].filter(used).sort((a, b) => {
      const [one, other] = [this.#slots[a], this.#slots[b]];
      if (one.place !== other.place) return one.place < other.place ? -1 : 1;
      return one.name < other.name ? -1 : 1;
    });
    const labelOf = new Int32Array(this.#slots.length).fill(-1);
    present.forEach((slot, label) => (labelOf[slot] = label));
    return { classes: present.map((slot) => this.name(slot)), labelOf };
  }

  #add(name: string, place: number): number {
    if (name === '') throw new SteadygazeError('bad-argument', 'A class must have a name.', 'Give it one.');
    const slot = this.#slots.push({ name, place }) - 1;
    this.#byName.set(name, slot);
    return slot;
  }
}
