/** Arrays as NumPy writes them, for tests. */

export interface NpyContent {
  /** As in the header: `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Values in the order of the file. */
  readonly values: readonly number[];
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
}

/** The bytes of an NPY file (numpy.lib.format). */
export function npyBytes({ descr, shape, values, fortran = false, version = 1 }: NpyContent): Buffer {
  const sizes = shape.map((size) => `${String(size)},`).join(' ');
  const literal = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }\n`;
  const lead = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]);
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(literal.length);
  else length.writeUInt32LE(literal.length);
  return Buffer.concat([lead, length, Buffer.from(literal), numbers(descr, values)]);
}

function numbers(descr: string, values: readonly number[]): Buffer {
  const little = !descr.startsWith('>');
  const kind = descr.slice(-2);
  const size = Number(kind[1]);
  const bytes = Buffer.alloc(values.length * size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  values.forEach((value, i) => {
    if (kind === 'f4') view.setFloat32(4 * i, value, little);
    else if (kind === 'f8') view.setFloat64(8 * i, value, little);
    // Half floats are given as their bits.
    else if (kind === 'f2') view.setUint16(2 * i, value, little);
    else view.setUint8(i, value);
  });
  return bytes;
}
