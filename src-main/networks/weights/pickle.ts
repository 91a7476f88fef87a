/**
 * Python's pickle format (docs of the module pickletools; protocols 2 to 5), read without running anything. A pickle
 * is a small program: among others it can name any function of Python and call it. Here it is carried out on plain
 * values; every function or class it names goes to {@link PickleWorld}, which knows a few and refuses the others.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { quoted, refuseWeights } from './weights-file.ts';

/** A tuple; a list is an array, a dictionary a Map. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A function or class by its full name, which {@link PickleWorld.knows}. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What the pickle may ask of the world outside it. */
export interface PickleWorld {
  /** Whether the pickle may name this function or class ("collections.OrderedDict"). */
  knows(name: string): boolean;
  /** What calling it gives. @throws SteadygazeError where it cannot be called so */
  call(name: string, args: readonly unknown[]): unknown;
  /** What lies outside the pickle under this sign. @throws SteadygazeError */
  persistent(id: unknown): unknown;
}

/** A pickle of a thousand arrays takes 40,000 steps. */
const MOST_STEPS = 4_000_000;
const MOST_ON_STACK = 1_000_000;
const MOST_LISTS_OPEN = 1000;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Mark on the stack from which a list or tuple is gathered. */
const MARK = Symbol('mark');

/** The refusal of a pickle that asks for more than numbers. @param name of what it asks for, not trusted */
export function refuseToRun(name: string): SteadygazeError {
  return new SteadygazeError(
    'weights-invalid',
    `This file asks to run ${quoted(name)}; it was not opened.`,
    'Weights are numbers, and reading them needs to run nothing. If you trust where the file comes from, save its ' +
      'weights anew in Python: torch.save(model.state_dict(), "weights.pth"), or as safetensors.',
  );
}

/**
 * Reads one pickle from `start`.
 * @returns the value, and where the pickle ends
 * @throws SteadygazeError `weights-invalid`
 */
export function readPickle(bytes: Uint8Array, start: number, world: PickleWorld): { value: unknown; end: number } {
  const machine = new Machine(bytes, start, world);
  return { value: machine.run(), end: machine.at };
}

class Machine {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #world: PickleWorld;
  #stack: unknown[] = [];
  #marks = 0;
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number, world: PickleWorld) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#world = world;
    this.at = start;
  }

  run(): unknown {
    for (let step = 0; step < MOST_STEPS; step++) {
      const code = this.#byte();
      if (code === 0x2e) return this.#pop();
      this.#step(code);
      if (this.#stack.length > MOST_ON_STACK) break;
    }
    throw refuseWeights('its list of contents is too long');
  }

  #step(code: number): void {
    switch (code) {
      case 0x80: // PROTO
        if (this.#byte() > 5) throw refuseWeights('it was written by a newer Python than is known here');
        return;
      case 0x95: // FRAME: a hint for readers of streams
        this.#take(8);
        return;
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#byte());
      case 0x4d: // BININT2
        return this.#push(this.#view.getUint16(this.#take(2), true));
      case 0x4a: // BININT
        return this.#push(this.#view.getInt32(this.#take(4), true));
      case 0x8a: // LONG1
        return this.#push(this.#long(this.#byte()));
      case 0x47: // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#take(8), false));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#size4()));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#byte()));
      case 0x55: // SHORT_BINSTRING: texts of Python 2
        return this.#push(this.#text(this.#byte()));
      case 0x54: // BINSTRING
        return this.#push(this.#text(this.#size4()));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#raw(this.#byte()));
      case 0x42: // BINBYTES
        return this.#push(this.#raw(this.#size4()));
      case 0x28: // MARK
        if (++this.#marks > MOST_LISTS_OPEN) throw refuseWeights('its list of contents is nested too deeply');
        return this.#push(MARK);
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map());
      case 0x5d: // EMPTY_LIST
        return this.#push([]);
      case 0x29: // EMPTY_TUPLE
        return this.#push(new Tuple([]));
      case 0x74: // TUPLE
        return this.#push(new Tuple(this.#sinceMark()));
      case 0x85: // TUPLE1, TUPLE2, TUPLE3
      case 0x86:
      case 0x87: {
        const count = code - 0x84;
        if (this.#stack.length < count) throw damaged();
        return this.#push(new Tuple(this.#stack.splice(-count).map(unmarked)));
      }
      case 0x73: // SETITEM
      case 0x75: {
        const pairs = code === 0x73 ? [this.#pop(), this.#pop()].reverse() : this.#sinceMark();
        const dictionary = this.#top();
        if (!(dictionary instanceof Map) || pairs.length % 2 !== 0) throw damaged();
        for (let i = 0; i < pairs.length; i += 2) dictionary.set(pairs[i], pairs[i + 1]);
        return;
      }
      case 0x61: // APPEND
      case 0x65: {
        const items = code === 0x61 ? [this.#pop()] : this.#sinceMark();
        const list = this.#top();
        if (!Array.isArray(list)) throw damaged();
        for (const item of items) list.push(item);
        return;
      }
      case 0x71: // BINPUT
        return void this.#memo.set(this.#byte(), this.#top());
      case 0x72: // LONG_BINPUT
        return void this.#memo.set(this.#size4(), this.#top());
      case 0x94: // MEMOIZE
        return void this.#memo.set(this.#memo.size, this.#top());
      case 0x68: // BINGET
        return this.#recall(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#size4());
      case 0x63: // GLOBAL
        return this.#name(this.#line(), this.#line());
      case 0x93: {
        // STACK_GLOBAL
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof name !== 'string' || typeof module !== 'string') throw damaged();
        return this.#name(module, name);
      }
      case 0x69: // INST: names a class and calls it
        throw refuseToRun(`${this.#line()}.${this.#line()}`);
      case 0x52: // REDUCE: calls
      case 0x81: {
        // NEWOBJ: makes an object of a class
        const args = this.#pop();
        const called = this.#pop();
        if (!(args instanceof Tuple) || !(called instanceof Global)) throw damaged();
        return this.#push(this.#world.call(called.name, args.items));
      }
      case 0x62: // BUILD: attributes of an object. Dictionaries of PyTorch carry versions of layers so: not needed.
        this.#pop();
        if (!(this.#top() instanceof Map)) throw damaged();
        return;
      case 0x51: // BINPERSID
        return this.#push(this.#world.persistent(this.#pop()));
      case 0x82: // EXT1, EXT2, EXT4: functions by number, from a registry of the program that wrote it
      case 0x83:
      case 0x84:
        throw refuseToRun('a function that it names only by a number');
      default:
        throw refuseWeights('its list of contents holds something other than names and numbers');
    }
  }

  #name(module: string, name: string): void {
    const full = `${module}.${name}`;
    if (!this.#world.knows(full)) throw refuseToRun(full);
    this.#push(new Global(full));
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw damaged();
    this.#push(value);
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return unmarked(this.#stack.pop());
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return unmarked(this.#stack.at(-1));
  }

  #sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    this.#marks--;
    const items = this.#stack.splice(mark + 1);
    this.#stack.pop();
    return items;
  }

  /** Steps over `count` bytes. @returns where they begin */
  #take(count: number): number {
    const start = this.at;
    if (count > this.#bytes.length - start) throw refuseWeights('its list of contents ends too early');
    this.at += count;
    return start;
  }

  #byte(): number {
    return this.#bytes[this.#take(1)];
  }

  #size4(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #raw(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  #text(size: number): string {
    try {
      return UTF8.decode(this.#raw(size));
    } catch (error) {
      throw error instanceof SteadygazeError ? error : damaged();
    }
  }

  /** A line of letters, as old protocols write names. */
  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw refuseWeights('its list of contents ends too early');
    const line = this.#text(end - this.at);
    this.at++;
    return line;
  }

  /** A whole number, little endian, two's complement; beyond what is exact in a number as a bigint. */
  #long(size: number): number | bigint {
    const raw = this.#raw(size);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(raw[i]);
    if (size > 0) value = BigInt.asIntN(8 * size, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}

function unmarked(value: unknown): unknown {
  if (value === MARK) throw damaged();
  return value;
}

function damaged(): SteadygazeError {
  return refuseWeights('its list of contents is damaged');
}
