/**
 * Products with few rows, where a large matrix is read (or written) once and for all: each of its values meets so few
 * others that bringing it here from memory takes longer than multiplying it. So it is read where it lies, in the order
 * that it lies in, and never packed.
 *
 * Addresses are bytes from the beginning of the memory; all matrices are whole, one row after the other.
 */

/** Columns that are worked on down to the last row of b, so that their sums stay in the cache. Narrow strips are slow. */
const STRIP: i32 = 4096;

/**
 * out [rows,columns] = a [rows,depth] b [depth,columns]: b is read once, by four rows at a time.
 * @param room for `rows` times the columns of a strip, rounded up to a multiple of 8, and 4 more floats a row. Rows of a
 * and of out themselves can lie so that the cache has no room for many of them at once.
 */
export function multiplyThin(
  a: usize,
  b: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  room: usize,
  out: usize,
): void {
  const aBytes = <usize>depth * 4;
  const bBytes = <usize>columns * 4;
  const sums = room + <usize>rows * 16;
  for (let first: i32 = 0; first < columns; first += STRIP) {
    const width = min(STRIP, columns - first);
    memory.fill(sums, 0, <usize>(rows * ((width + 7) & ~7)) * 4);
    let from = b + <usize>first * 4;
    let values = a;
    let k: i32 = 0;
    for (; k + 4 <= depth; k += 4) {
      for (let m: i32 = 0; m < rows; m++) {
        v128.store(room + <usize>m * 16, v128.load(values + <usize>m * aBytes));
      }
      addFourRows(room, from, bBytes, rows, width, sums);
      from += 4 * bBytes;
      values += 16;
    }
    for (; k < depth; k++) {
      addRow(values, aBytes, from, rows, width, sums);
      from += bBytes;
      values += 4;
    }
    giveSums(sums, rows, width, out + <usize>first * 4, bBytes);
  }
}

/**
 * Adds four rows of b, times four columns of a.
 * @param a those alone, row by row
 * @param sums the first 8 columns of all rows, then the next 8
 */
function addFourRows(a: usize, b: usize, bBytes: usize, rows: i32, width: i32, sums: usize): void {
  const second = b + bBytes;
  const third = second + bBytes;
  const fourth = third + bBytes;
  const all = <usize>width * 4;
  const wide = <usize>(width & ~7) * 4;
  let at: usize = 0;
  for (; at < wide; at += 32) {
    const b00 = v128.load(b + at);
    const b01 = v128.load(b + at, 16);
    const b10 = v128.load(second + at);
    const b11 = v128.load(second + at, 16);
    const b20 = v128.load(third + at);
    const b21 = v128.load(third + at, 16);
    const b30 = v128.load(fourth + at);
    const b31 = v128.load(fourth + at, 16);
    let values = a;
    for (let m: i32 = 0; m < rows; m++) {
      let low = v128.load(sums);
      let high = v128.load(sums, 16);
      let v = v128.load_splat<f32>(values);
      low = f32x4.relaxed_madd(v, b00, low);
      high = f32x4.relaxed_madd(v, b01, high);
      v = v128.load_splat<f32>(values, 4);
      low = f32x4.relaxed_madd(v, b10, low);
      high = f32x4.relaxed_madd(v, b11, high);
      v = v128.load_splat<f32>(values, 8);
      low = f32x4.relaxed_madd(v, b20, low);
      high = f32x4.relaxed_madd(v, b21, high);
      v = v128.load_splat<f32>(values, 12);
      low = f32x4.relaxed_madd(v, b30, low);
      high = f32x4.relaxed_madd(v, b31, high);
      v128.store(sums, low);
      v128.store(sums, high, 16);
      values += 16;
      sums += 32;
    }
  }
  for (; at < all; at += 4) {
    let values = a;
    let to = sums;
    for (let m: i32 = 0; m < rows; m++) {
      addProduct(values, b + at, to);
      addProduct(values + 4, second + at, to);
      addProduct(values + 8, third + at, to);
      addProduct(values + 12, fourth + at, to);
      values += 16;
      to += 32;
    }
    sums += 4;
  }
}

/** The same of one row of b. */
function addRow(a: usize, aBytes: usize, b: usize, rows: i32, width: i32, sums: usize): void {
  const all = <usize>width * 4;
  const wide = <usize>(width & ~7) * 4;
  let at: usize = 0;
  for (; at < wide; at += 32) {
    const b0 = v128.load(b + at);
    const b1 = v128.load(b + at, 16);
    let values = a;
    for (let m: i32 = 0; m < rows; m++) {
      const v = v128.load_splat<f32>(values);
      v128.store(sums, f32x4.relaxed_madd(v, b0, v128.load(sums)));
      v128.store(sums, f32x4.relaxed_madd(v, b1, v128.load(sums, 16)), 16);
      values += aBytes;
      sums += 32;
    }
  }
  for (; at < all; at += 4) {
    let values = a;
    let to = sums;
    for (let m: i32 = 0; m < rows; m++) {
      addProduct(values, b + at, to);
      values += aBytes;
      to += 32;
    }
    sums += 4;
  }
}

/** Brings the sums of a strip to where they belong. */
function giveSums(sums: usize, rows: i32, width: i32, out: usize, outBytes: usize): void {
  for (let n: i32 = 0; n < width; n += 8) {
    const bytes = <usize>min(8, width - n) * 4;
    let to = out + <usize>n * 4;
    for (let m: i32 = 0; m < rows; m++) {
      memory.copy(to, sums, bytes);
      sums += 32;
      to += outBytes;
    }
  }
}

/** out[0] += a[0] b[0], fused as the vectors are. */
// @ts-ignore: decorator
@inline
function addProduct(a: usize, b: usize, out: usize): void {
  const sum = f32x4.relaxed_madd(v128.load32_zero(a), v128.load32_zero(b), v128.load32_zero(out));
  v128.store32_lane(out, sum, 0);
}

/** Rows up to which four rows of b meet one of a at a time: four of them are read from memory faster than two. */
const SINGLE_ROWS: i32 = 2;

/**
 * out [rows,columns] = a [rows,depth] times the transpose of b [columns,depth]: rows against rows. b is read once, by
 * two rows at a time, which meet four rows of a after the other.
 */
export function multiplyThinByRows(a: usize, b: usize, rows: i32, depth: i32, columns: i32, out: usize): void {
  const rowBytes = <usize>depth * 4;
  const outBytes = <usize>columns * 4;
  let n: i32 = 0;
  if (rows <= SINGLE_ROWS) {
    for (; n + 4 <= columns; n += 4) {
      for (let m: i32 = 0; m < rows; m++) {
        meetRow(a + <usize>m * rowBytes, b + <usize>n * rowBytes, depth, out + <usize>m * outBytes + <usize>n * 4);
      }
    }
  }
  for (; n < columns; n += 2) {
    const b0 = b + <usize>n * rowBytes;
    // Where rows are missing, the last is taken again.
    const next: usize = n + 1 < columns ? 1 : 0;
    const b1 = b0 + next * rowBytes;
    for (let m: i32 = 0; m < rows; m += 4) {
      const a0 = a + <usize>m * rowBytes;
      const to = out + <usize>m * outBytes + <usize>n * 4;
      const last = rows - 1 - m;
      meetRows(a0, rowBytes, last, b0, b1, depth, to, outBytes, next * 4);
    }
  }
}

/** One row of a by four of b, which follow on each other. */
function meetRow(a: usize, b0: usize, depth: i32, out: usize): void {
  const all = <usize>depth * 4;
  const wide = <usize>(depth & ~3) * 4;
  const b1 = b0 + all;
  const b2 = b1 + all;
  const b3 = b2 + all;
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  let at: usize = 0;
  for (; at < wide; at += 16) {
    const v = v128.load(a + at);
    s0 = f32x4.relaxed_madd(v, v128.load(b0 + at), s0);
    s1 = f32x4.relaxed_madd(v, v128.load(b1 + at), s1);
    s2 = f32x4.relaxed_madd(v, v128.load(b2 + at), s2);
    s3 = f32x4.relaxed_madd(v, v128.load(b3 + at), s3);
  }
  for (; at < all; at += 4) {
    const v = v128.load32_zero(a + at);
    s0 = f32x4.relaxed_madd(v, v128.load32_zero(b0 + at), s0);
    s1 = f32x4.relaxed_madd(v, v128.load32_zero(b1 + at), s1);
    s2 = f32x4.relaxed_madd(v, v128.load32_zero(b2 + at), s2);
    s3 = f32x4.relaxed_madd(v, v128.load32_zero(b3 + at), s3);
  }
  store<f32>(out, total(s0));
  store<f32>(out, total(s1), 4);
  store<f32>(out, total(s2), 8);
  store<f32>(out, total(s3), 12);
}

/** Four rows of a by two of b. `last`: how many rows of a follow on the first; those beyond repeat the last. */
function meetRows(
  a: usize,
  aBytes: usize,
  last: i32,
  b0: usize,
  b1: usize,
  depth: i32,
  out: usize,
  outBytes: usize,
  outStep: usize,
): void {
  const step1: usize = last >= 1 ? 1 : 0;
  const step2: usize = step1 + (last >= 2 ? 1 : 0);
  const step3: usize = step2 + (last >= 3 ? 1 : 0);
  const a1 = a + step1 * aBytes;
  const a2 = a + step2 * aBytes;
  const a3 = a + step3 * aBytes;
  const zero = f32x4.splat(0);
  let s00 = zero, s10 = zero, s20 = zero, s30 = zero;
  let s01 = zero, s11 = zero, s21 = zero, s31 = zero;
  const all = <usize>depth * 4;
  const wide = <usize>(depth & ~3) * 4;
  let at: usize = 0;
  for (; at < wide; at += 16) {
    const v0 = v128.load(b0 + at);
    const v1 = v128.load(b1 + at);
    let v = v128.load(a + at);
    s00 = f32x4.relaxed_madd(v, v0, s00);
    s01 = f32x4.relaxed_madd(v, v1, s01);
    v = v128.load(a1 + at);
    s10 = f32x4.relaxed_madd(v, v0, s10);
    s11 = f32x4.relaxed_madd(v, v1, s11);
    v = v128.load(a2 + at);
    s20 = f32x4.relaxed_madd(v, v0, s20);
    s21 = f32x4.relaxed_madd(v, v1, s21);
    v = v128.load(a3 + at);
    s30 = f32x4.relaxed_madd(v, v0, s30);
    s31 = f32x4.relaxed_madd(v, v1, s31);
  }
  for (; at < all; at += 4) {
    // The first of four, beside zeros.
    const v0 = v128.load32_zero(b0 + at);
    const v1 = v128.load32_zero(b1 + at);
    let v = v128.load32_zero(a + at);
    s00 = f32x4.relaxed_madd(v, v0, s00);
    s01 = f32x4.relaxed_madd(v, v1, s01);
    v = v128.load32_zero(a1 + at);
    s10 = f32x4.relaxed_madd(v, v0, s10);
    s11 = f32x4.relaxed_madd(v, v1, s11);
    v = v128.load32_zero(a2 + at);
    s20 = f32x4.relaxed_madd(v, v0, s20);
    s21 = f32x4.relaxed_madd(v, v1, s21);
    v = v128.load32_zero(a3 + at);
    s30 = f32x4.relaxed_madd(v, v0, s30);
    s31 = f32x4.relaxed_madd(v, v1, s31);
  }
  const out1 = out + step1 * outBytes;
  const out2 = out + step2 * outBytes;
  const out3 = out + step3 * outBytes;
  store<f32>(out, total(s00));
  store<f32>(out + outStep, total(s01));
  store<f32>(out1, total(s10));
  store<f32>(out1 + outStep, total(s11));
  store<f32>(out2, total(s20));
  store<f32>(out2 + outStep, total(s21));
  store<f32>(out3, total(s30));
  store<f32>(out3 + outStep, total(s31));
}

// @ts-ignore: decorator
@inline
function total(sums: v128): f32 {
  const halves = f32x4.add(sums, v128.shuffle<u32>(sums, sums, 2, 3, 0, 1));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

/**
 * out [aColumns,columns] = the transpose of a [depth,aColumns] times b [depth,columns]: out is written once, by two rows
 * at a time.
 */
export function multiplyThinOuter(a: usize, b: usize, depth: i32, aColumns: i32, columns: i32, out: usize): void {
  const aBytes = <usize>aColumns * 4;
  const bBytes = <usize>columns * 4;
  const wide = <usize>(columns & ~15) * 4;
  const zero = f32x4.splat(0);
  for (let k: i32 = 0; k < aColumns; k += 2) {
    // Where the second row is missing, the first is computed twice.
    const next: usize = k + 1 < aColumns ? 1 : 0;
    const start = a + <usize>k * 4;
    const aStep = next * 4;
    const out0 = out + <usize>k * bBytes;
    const out1 = out0 + next * bBytes;
    let at: usize = 0;
    for (; at < wide; at += 64) {
      let s00 = zero, s01 = zero, s02 = zero, s03 = zero;
      let s10 = zero, s11 = zero, s12 = zero, s13 = zero;
      let values = start;
      let from = b + at;
      for (let m: i32 = 0; m < depth; m++) {
        const v0 = v128.load_splat<f32>(values);
        const v1 = v128.load_splat<f32>(values + aStep);
        let right = v128.load(from);
        s00 = f32x4.relaxed_madd(v0, right, s00);
        s10 = f32x4.relaxed_madd(v1, right, s10);
        right = v128.load(from, 16);
        s01 = f32x4.relaxed_madd(v0, right, s01);
        s11 = f32x4.relaxed_madd(v1, right, s11);
        right = v128.load(from, 32);
        s02 = f32x4.relaxed_madd(v0, right, s02);
        s12 = f32x4.relaxed_madd(v1, right, s12);
        right = v128.load(from, 48);
        s03 = f32x4.relaxed_madd(v0, right, s03);
        s13 = f32x4.relaxed_madd(v1, right, s13);
        values += aBytes;
        from += bBytes;
      }
      v128.store(out0 + at, s00);
      v128.store(out0 + at, s01, 16);
      v128.store(out0 + at, s02, 32);
      v128.store(out0 + at, s03, 48);
      v128.store(out1 + at, s10);
      v128.store(out1 + at, s11, 16);
      v128.store(out1 + at, s12, 32);
      v128.store(out1 + at, s13, 48);
    }
    for (; at < bBytes; at += 4) {
      let s0 = zero, s1 = zero;
      let values = start;
      let from = b + at;
      for (let m: i32 = 0; m < depth; m++) {
        const right = v128.load32_zero(from);
        s0 = f32x4.relaxed_madd(v128.load32_zero(values), right, s0);
        s1 = f32x4.relaxed_madd(v128.load32_zero(values + aStep), right, s1);
        values += aBytes;
        from += bBytes;
      }
      v128.store32_lane(out0 + at, s0, 0);
      v128.store32_lane(out1 + at, s1, 0);
    }
  }
}
