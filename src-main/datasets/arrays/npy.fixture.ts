/** Arrays as NumPy writes them, for tests. */

export interface NpyContent {
  /** As in the header: `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Values in the order of the file. */
  readonly values: ArrayLike<number>;
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
}

/** The bytes of an NPY file (numpy.lib.format). */
export function npyBytes({ descr, shape, values, fortran = false, version = 1 }: NpyContent): Buffer {
  return Buffer.concat([header(descr, shape, fortran, version), numbers(descr, values)]);
}

/** Texts as NumPy keeps them: `<U5`, four bytes a letter, filled up with zeros. */
export function npyTexts(texts: readonly string[]): Buffer {
  const letters = Math.max(...texts.map((text) => [...text].length));
  const bytes = Buffer.alloc(texts.length * letters * 4);
  texts.forEach((text, i) => {
    [...text].forEach((letter, at) => bytes.writeUInt32LE(letter.codePointAt(0) ?? 0, (i * letters + at) * 4));
  });
  return Buffer.concat([header(`<U${letters}`, [texts.length], false, 1), bytes]);
}

function header(descr: string, shape: readonly number[], fortran: boolean, version: 1 | 2 | 3): Buffer {
  const sizes = shape.map((size) => `${String(size)},`).join(' ');
  const literal = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }\n`;
  const lead = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(literal.length);
  else length.writeUInt32LE(literal.length);
  return Buffer.concat([lead, length, Buffer.from(literal)]);
}

function numbers(descr: string, values: ArrayLike<number>): Buffer {
  const little = !descr.startsWith('>');
  const kind = descr.slice(-2);
  const size = Number(kind[1]);
  const bytes = Buffer.alloc(values.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const put: Readonly<Record<string, (at: number, value: number) => void>> = {
    f4: (at, value) => view.setFloat32(at, value, little),
    f8: (at, value) => view.setFloat64(at, value, little),
    // Half floats are given as their bits.
    f2: (at, value) => view.setUint16(at, value, little),
    u2: (at, value) => view.setUint16(at, value, little),
    i2: (at, value) => view.setInt16(at, value, little),
    i4: (at, value) => view.setInt32(at, value, little),
    i8: (at, value) => view.setBigInt64(at, BigInt(value), little),
  };
  for (let i = 0; i < values.length; i++) (put[kind] ?? view.setUint8.bind(view))(i * size, values[i]);
  return bytes;
}
