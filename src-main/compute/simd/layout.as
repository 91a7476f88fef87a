/** Bringing pictures and filters into the order that the products read them in. */

/** The rows of a matrix as panels of 8 columns, one after the other; missing columns are zeros. */
export function packPanels(matrix: usize, rows: i32, columns: i32, out: usize): void {
  const rowBytes = <usize>columns * 4;
  for (let n: i32 = 0; n < columns; n += 8) {
    let from = matrix + <usize>n * 4;
    const width = columns - n;
    if (width >= 8) {
      for (let k: i32 = 0; k < rows; k++) {
        v128.store(out, v128.load(from));
        v128.store(out, v128.load(from, 16), 16);
        from += rowBytes;
        out += 32;
      }
    } else {
      for (let k: i32 = 0; k < rows; k++) {
        for (let i: i32 = 0; i < 8; i++) {
          store<f32>(out + <usize>i * 4, i < width ? load<f32>(from + <usize>i * 4) : 0);
        }
        from += rowBytes;
        out += 32;
      }
    }
  }
}

/**
 * The same of a matrix [columns, rows] exchanged, as rows `firstRow` and following of panels that have `panelRows` rows
 * in all.
 */
export function packExchanged(
  matrix: usize,
  rows: i32,
  columns: i32,
  out: usize,
  firstRow: i32,
  panelRows: i32,
): void {
  const rowBytes = <usize>rows * 4;
  for (let n: i32 = 0; n < columns; n += 8) {
    const from = matrix + <usize>n * rowBytes;
    let to = out + <usize>((n >> 3) * panelRows + firstRow) * 32;
    const width = columns - n;
    let k: i32 = 0;
    if (width >= 8) {
      for (; k + 4 <= rows; k += 4) {
        const at = from + <usize>k * 4;
        exchange(at, rowBytes, to);
        exchange(at + 4 * rowBytes, rowBytes, to + 16);
        to += 128;
      }
    }
    for (; k < rows; k++) {
      for (let i: i32 = 0; i < 8; i++) {
        store<f32>(to + <usize>i * 4, i < width ? load<f32>(from + <usize>i * rowBytes + <usize>k * 4) : 0);
      }
      to += 32;
    }
  }
}

/** Four by four values, rows for columns; a row of the result is 32 bytes after the one before. */
// @ts-ignore: decorator
@inline
function exchange(from: usize, rowBytes: usize, to: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + rowBytes);
  const r2 = v128.load(from + 2 * rowBytes);
  const r3 = v128.load(from + 3 * rowBytes);
  const low01 = v128.shuffle<u32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<u32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<u32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<u32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(low01, low23, 0, 2));
  v128.store(to, v128.shuffle<u64>(low01, low23, 1, 3), 32);
  v128.store(to, v128.shuffle<u64>(high01, high23, 0, 2), 64);
  v128.store(to, v128.shuffle<u64>(high01, high23, 1, 3), 96);
}

/**
 * Pictures x [count, height, width, channels] inside larger (or smaller) ones of zeros:
 * out[n, top + h, left + w] = x[n, h, w], where that lies inside of out [count, outHeight, outWidth, channels].
 */
export function place(
  x: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  out: usize,
  outHeight: i32,
  outWidth: i32,
  top: i32,
  left: i32,
): void {
  const pixel = <usize>channels * 4;
  const rowBytes = <usize>outWidth * pixel;
  const before = <usize>min(outWidth, max(0, left)) * pixel;
  const skipped = <usize>max(0, -left) * pixel;
  const copied = <usize>max(0, min(outWidth, left + width) - max(0, left)) * pixel;
  for (let n: i32 = 0; n < count; n++) {
    for (let row: i32 = 0; row < outHeight; row++) {
      const h = row - top;
      if (h < 0 || h >= height || copied == 0) {
        memory.fill(out, 0, rowBytes);
      } else {
        const from = x + <usize>((n * height + h) * width) * pixel + skipped;
        if (before > 0) memory.fill(out, 0, before);
        memory.copy(out + before, from, copied);
        if (before + copied < rowBytes) memory.fill(out + before + copied, 0, rowBytes - before - copied);
      }
      out += rowBytes;
    }
  }
}

/**
 * Where the pixels of `count` maps [height, width] lie, every `rowStep` bytes downwards, `columnStep` to the right, and
 * `mapStep` from map to map, beginning at 0; then repetitions of the last up to a multiple of 6.
 */
export function listPlaces(
  table: usize,
  count: i32,
  height: i32,
  width: i32,
  mapStep: u32,
  rowStep: u32,
  columnStep: u32,
): void {
  let last: u32 = 0;
  for (let n: i32 = 0; n < count; n++) {
    for (let h: i32 = 0; h < height; h++) {
      let at: u32 = <u32>n * mapStep + <u32>h * rowStep;
      for (let w: i32 = 0; w < width; w++) {
        store<u32>(table, at);
        table += 4;
        last = at;
        at += columnStep;
      }
    }
  }
  const rest = (6 - ((count * height * width) % 6)) % 6;
  for (let i: i32 = 0; i < rest; i++) {
    store<u32>(table, last);
    table += 4;
  }
}
