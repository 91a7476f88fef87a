/**
 * The header of an NPY file (numpy.lib.format, versions 1.0, 2.0 and 3.0): which numbers follow, in which order. It is
 * a Python literal; only the three entries that NumPy writes are understood, and nothing of it is ever run.
 */

/**
 * The kinds of values that are read: numbers, truths, texts of one (`S`) or four (`U`) bytes a letter. Pickled objects
 * (`O`) are not among them, for reading them would run them.
 */
export type NpyKind = 'f2' | 'f4' | 'f8' | 'u1' | 'u2' | 'u4' | 'u8' | 'i1' | 'i2' | 'i4' | 'i8' | 'b1' | 'S' | 'U';

/** Measurements. */
export const REAL_KINDS = ['f2', 'f4', 'f8', 'u1'] as const satisfies readonly NpyKind[];
/** Everything, for pictures and labels. */
export const ALL_KINDS = [
  ...REAL_KINDS,
  'u2',
  'u4',
  'u8',
  'i1',
  'i2',
  'i4',
  'i8',
  'b1',
  'S',
  'U',
] as const satisfies readonly NpyKind[];

export interface NpyHeader {
  readonly kind: NpyKind;
  /** Of one value. */
  readonly bytes: number;
  readonly bigEndian: boolean;
  /** True: the first index runs fastest. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** Bytes before the header: magic, version, length of the header as 2 or (from version 2.0 on) 4 bytes. */
export const NPY_LEAD = 12;
/** NumPy itself refuses longer ones, for parsing them takes long. */
const LONGEST_HEADER = 10_000;

/** What is wrong with a file, as the end of a sentence that begins with its name. */
export class NpyProblem extends Error {}

const MAGIC = '\x93NUMPY';
const ENTRY = /^\s*(['"])(descr|fortran_order|shape)\1\s*:\s*/;
const DTYPE = /^(['"])([<>|=]?)([a-zA-Z])(\d*)\1/;
const SHAPE = /^\(\s*((?:\d+L?\s*,\s*)*(?:\d+L?\s*)?)\)/;

/**
 * Where the header begins and how long it is.
 * @param lead the first {@link NPY_LEAD} bytes of the file, or all where there are fewer
 * @throws NpyProblem
 */
export function npyHeaderExtent(lead: Buffer): { readonly start: number; readonly length: number } {
  const magic = lead.toString('latin1', 0, MAGIC.length);
  if (magic.startsWith('PK')) {
    throw new NpyProblem('is an NPZ archive of several arrays; save the one array of heatmaps with numpy.save');
  }
  if (magic !== MAGIC || lead.length < NPY_LEAD) throw new NpyProblem('is no NPY file');
  const major = lead[6];
  if (major < 1 || major > 3) throw new NpyProblem(`is an NPY file of version ${String(major)}, which is not known`);
  const [start, length] = major === 1 ? [10, lead.readUInt16LE(8)] : [12, lead.readUInt32LE(8)];
  if (length > LONGEST_HEADER) throw new NpyProblem('is damaged: its header is too long');
  return { start, length };
}

/**
 * @param kinds those that the caller can use
 * @throws NpyProblem
 */
export function parseNpyHeader(text: string, kinds: readonly NpyKind[] = REAL_KINDS): NpyHeader {
  const entries = new Map<string, string>();
  const literal = /^\s*\{([^]*)\}\s*$/.exec(text)?.[1];
  if (literal === undefined) throw damaged();
  let rest = literal;
  while (rest.trim() !== '') {
    const entry = ENTRY.exec(rest);
    if (entry === null || entries.has(entry[2])) throw damaged();
    rest = rest.slice(entry[0].length);
    const value = valueOf(entry[2], rest, kinds);
    entries.set(entry[2], value);
    rest = rest.slice(value.length);
    const comma = /^\s*(,|$)/.exec(rest);
    if (comma === null) throw damaged();
    rest = rest.slice(comma[0].length);
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key));
  if (descr === undefined || order === undefined || shape === undefined) throw damaged();
  const sizes = shape.match(/\d+/g) ?? [];
  return { ...valuesOf(descr, kinds), fortran: order === 'True', shape: sizes.map(Number) };
}

/** The text of an entry's value at the beginning of `rest`. */
function valueOf(key: string, rest: string, kinds: readonly NpyKind[]): string {
  // A list of fields: a table, not an array of one kind of numbers.
  if (key === 'descr' && rest.startsWith('[')) throw unreadable('a table with several fields', kinds);
  const pattern = key === 'descr' ? DTYPE : key === 'shape' ? SHAPE : /^(True|False)/;
  const value = pattern.exec(rest)?.[0];
  if (value === undefined) throw damaged();
  return value;
}

function valuesOf(descr: string, kinds: readonly NpyKind[]): Pick<NpyHeader, 'kind' | 'bytes' | 'bigEndian'> {
  const [, , order, letter, size] = DTYPE.exec(descr) ?? [];
  if (letter === 'O')
    throw unreadable('Python objects, which are never opened, for opening them would run them', kinds);
  const isText = letter === 'S' || letter === 'U';
  const kind = kinds.find((each) => each === (isText ? letter : `${letter}${size}`));
  if (kind === undefined) throw unreadable(`numbers of the type ${descr.slice(1, -1)}`, kinds);
  const native = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
  const bytes = Number(size) * (letter === 'U' ? 4 : 1);
  return { kind, bytes, bigEndian: order === '>' || (order === '=' && native) };
}

const damaged = (): NpyProblem => new NpyProblem('is damaged: its header cannot be understood');

function unreadable(what: string, kinds: readonly NpyKind[]): NpyProblem {
  const readable =
    kinds.length === REAL_KINDS.length
      ? 'float32, float64, float16 and uint8 (numpy: maps.astype("float32"))'
      : 'whole numbers, floating point numbers and texts of a fixed length';
  return new NpyProblem(`holds ${what}; what can be read are ${readable}`);
}
