/**
 * Matrix products at the heart of convolutions, on tiles that fit the 16 vector registers of x64:
 * 6 rows by 8 columns are 12 sums, 2 vectors of the right matrix and 1 spread value of the left one.
 * `relaxed_madd` is one fused instruction where the processor has it.
 *
 * Addresses are bytes from the beginning of the memory; lengths and counts are in floats.
 */

/** Rows of a tile. */
const ROWS: i32 = 6;
/** Columns of a tile: of a panel of the right matrix. */
const WIDTH: i32 = 8;

/** The first `width` of eight values. */
function storePart(to: usize, low: v128, high: v128, width: i32): void {
  let rest = width;
  let values = low;
  if (rest >= 4) {
    v128.store(to, low);
    to += 16;
    values = high;
    rest -= 4;
  }
  if (rest >= 2) {
    v128.store64_lane(to, values, 0);
    to += 8;
    values = v128.shuffle<u32>(values, values, 2, 3, 2, 3);
    rest -= 2;
  }
  if (rest >= 1) v128.store32_lane(to, values, 0);
}

// @ts-ignore: decorator
@inline
function store(to: usize, low: v128, high: v128, width: i32): void {
  if (width >= WIDTH) {
    v128.store(to, low);
    v128.store(to, high, 16);
  } else {
    storePart(to, low, high, width);
  }
}

/**
 * 6 rows by one panel. A row of the left matrix is `runs` runs of `runLength` floats, each `runStep` bytes after the
 * end of the one before.
 */
function tile(
  left: usize,
  leftPlaces: usize,
  out: usize,
  outPlaces: usize,
  runs: i32,
  runStep: usize,
  runLength: i32,
  panel: usize,
  bias: usize,
  width: i32,
): void {
  let p0 = left + <usize>load<u32>(leftPlaces, 0);
  let p1 = left + <usize>load<u32>(leftPlaces, 4);
  let p2 = left + <usize>load<u32>(leftPlaces, 8);
  let p3 = left + <usize>load<u32>(leftPlaces, 12);
  let p4 = left + <usize>load<u32>(leftPlaces, 16);
  let p5 = left + <usize>load<u32>(leftPlaces, 20);
  const zero = f32x4.splat(0);
  let l0 = zero, l1 = zero, l2 = zero, l3 = zero, l4 = zero, l5 = zero;
  let h0 = zero, h1 = zero, h2 = zero, h3 = zero, h4 = zero, h5 = zero;
  let b0 = zero, b1 = zero, v = zero;
  const fours = runLength & ~3;
  for (let run: i32 = 0; run < runs; run++) {
    let k: i32 = 0;
    // Four steps at a time, so that moving the pointers costs little.
    for (; k < fours; k += 4) {
      b0 = v128.load(panel, 0);
      b1 = v128.load(panel, 16);
      v = v128.load_splat<f32>(p0, 0);
      l0 = f32x4.relaxed_madd(v, b0, l0);
      h0 = f32x4.relaxed_madd(v, b1, h0);
      v = v128.load_splat<f32>(p1, 0);
      l1 = f32x4.relaxed_madd(v, b0, l1);
      h1 = f32x4.relaxed_madd(v, b1, h1);
      v = v128.load_splat<f32>(p2, 0);
      l2 = f32x4.relaxed_madd(v, b0, l2);
      h2 = f32x4.relaxed_madd(v, b1, h2);
      v = v128.load_splat<f32>(p3, 0);
      l3 = f32x4.relaxed_madd(v, b0, l3);
      h3 = f32x4.relaxed_madd(v, b1, h3);
      v = v128.load_splat<f32>(p4, 0);
      l4 = f32x4.relaxed_madd(v, b0, l4);
      h4 = f32x4.relaxed_madd(v, b1, h4);
      v = v128.load_splat<f32>(p5, 0);
      l5 = f32x4.relaxed_madd(v, b0, l5);
      h5 = f32x4.relaxed_madd(v, b1, h5);
      b0 = v128.load(panel, 32);
      b1 = v128.load(panel, 48);
      v = v128.load_splat<f32>(p0, 4);
      l0 = f32x4.relaxed_madd(v, b0, l0);
      h0 = f32x4.relaxed_madd(v, b1, h0);
      v = v128.load_splat<f32>(p1, 4);
      l1 = f32x4.relaxed_madd(v, b0, l1);
      h1 = f32x4.relaxed_madd(v, b1, h1);
      v = v128.load_splat<f32>(p2, 4);
      l2 = f32x4.relaxed_madd(v, b0, l2);
      h2 = f32x4.relaxed_madd(v, b1, h2);
      v = v128.load_splat<f32>(p3, 4);
      l3 = f32x4.relaxed_madd(v, b0, l3);
      h3 = f32x4.relaxed_madd(v, b1, h3);
      v = v128.load_splat<f32>(p4, 4);
      l4 = f32x4.relaxed_madd(v, b0, l4);
      h4 = f32x4.relaxed_madd(v, b1, h4);
      v = v128.load_splat<f32>(p5, 4);
      l5 = f32x4.relaxed_madd(v, b0, l5);
      h5 = f32x4.relaxed_madd(v, b1, h5);
      b0 = v128.load(panel, 64);
      b1 = v128.load(panel, 80);
      v = v128.load_splat<f32>(p0, 8);
      l0 = f32x4.relaxed_madd(v, b0, l0);
      h0 = f32x4.relaxed_madd(v, b1, h0);
      v = v128.load_splat<f32>(p1, 8);
      l1 = f32x4.relaxed_madd(v, b0, l1);
      h1 = f32x4.relaxed_madd(v, b1, h1);
      v = v128.load_splat<f32>(p2, 8);
      l2 = f32x4.relaxed_madd(v, b0, l2);
      h2 = f32x4.relaxed_madd(v, b1, h2);
      v = v128.load_splat<f32>(p3, 8);
      l3 = f32x4.relaxed_madd(v, b0, l3);
      h3 = f32x4.relaxed_madd(v, b1, h3);
      v = v128.load_splat<f32>(p4, 8);
      l4 = f32x4.relaxed_madd(v, b0, l4);
      h4 = f32x4.relaxed_madd(v, b1, h4);
      v = v128.load_splat<f32>(p5, 8);
      l5 = f32x4.relaxed_madd(v, b0, l5);
      h5 = f32x4.relaxed_madd(v, b1, h5);
      b0 = v128.load(panel, 96);
      b1 = v128.load(panel, 112);
      v = v128.load_splat<f32>(p0, 12);
      l0 = f32x4.relaxed_madd(v, b0, l0);
      h0 = f32x4.relaxed_madd(v, b1, h0);
      v = v128.load_splat<f32>(p1, 12);
      l1 = f32x4.relaxed_madd(v, b0, l1);
      h1 = f32x4.relaxed_madd(v, b1, h1);
      v = v128.load_splat<f32>(p2, 12);
      l2 = f32x4.relaxed_madd(v, b0, l2);
      h2 = f32x4.relaxed_madd(v, b1, h2);
      v = v128.load_splat<f32>(p3, 12);
      l3 = f32x4.relaxed_madd(v, b0, l3);
      h3 = f32x4.relaxed_madd(v, b1, h3);
      v = v128.load_splat<f32>(p4, 12);
      l4 = f32x4.relaxed_madd(v, b0, l4);
      h4 = f32x4.relaxed_madd(v, b1, h4);
      v = v128.load_splat<f32>(p5, 12);
      l5 = f32x4.relaxed_madd(v, b0, l5);
      h5 = f32x4.relaxed_madd(v, b1, h5);
      panel += 128;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      p4 += 16;
      p5 += 16;
    }
    for (; k < runLength; k++) {
      b0 = v128.load(panel, 0);
      b1 = v128.load(panel, 16);
      v = v128.load_splat<f32>(p0, 0);
      l0 = f32x4.relaxed_madd(v, b0, l0);
      h0 = f32x4.relaxed_madd(v, b1, h0);
      v = v128.load_splat<f32>(p1, 0);
      l1 = f32x4.relaxed_madd(v, b0, l1);
      h1 = f32x4.relaxed_madd(v, b1, h1);
      v = v128.load_splat<f32>(p2, 0);
      l2 = f32x4.relaxed_madd(v, b0, l2);
      h2 = f32x4.relaxed_madd(v, b1, h2);
      v = v128.load_splat<f32>(p3, 0);
      l3 = f32x4.relaxed_madd(v, b0, l3);
      h3 = f32x4.relaxed_madd(v, b1, h3);
      v = v128.load_splat<f32>(p4, 0);
      l4 = f32x4.relaxed_madd(v, b0, l4);
      h4 = f32x4.relaxed_madd(v, b1, h4);
      v = v128.load_splat<f32>(p5, 0);
      l5 = f32x4.relaxed_madd(v, b0, l5);
      h5 = f32x4.relaxed_madd(v, b1, h5);
      panel += 32;
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      p4 += 4;
      p5 += 4;
    }
    p0 += runStep;
    p1 += runStep;
    p2 += runStep;
    p3 += runStep;
    p4 += runStep;
    p5 += runStep;
  }
  // The bias comes last, as with the other engines: sums that begin with it are rounded differently.
  b0 = v128.load(bias, 0);
  b1 = v128.load(bias, 16);
  store(out + <usize>load<u32>(outPlaces, 0), f32x4.add(l0, b0), f32x4.add(h0, b1), width);
  store(out + <usize>load<u32>(outPlaces, 4), f32x4.add(l1, b0), f32x4.add(h1, b1), width);
  store(out + <usize>load<u32>(outPlaces, 8), f32x4.add(l2, b0), f32x4.add(h2, b1), width);
  store(out + <usize>load<u32>(outPlaces, 12), f32x4.add(l3, b0), f32x4.add(h3, b1), width);
  store(out + <usize>load<u32>(outPlaces, 16), f32x4.add(l4, b0), f32x4.add(h4, b1), width);
  store(out + <usize>load<u32>(outPlaces, 20), f32x4.add(l5, b0), f32x4.add(h5, b1), width);
}

/**
 * out = left * right + bias. Row m of the left matrix begins at `left + leftPlaces[m]`, and its result goes to
 * `out + outPlaces[m]`; both tables go on to a multiple of 6 with repetitions of their last entry.
 * @param block rows, a multiple of 6, that meet one panel after the other while they are in the cache
 * @param right panels of 8 columns: see packPanels
 * @param bias as many floats as there are columns, filled up to a multiple of 8
 */
export function multiply(
  left: usize,
  leftPlaces: usize,
  out: usize,
  outPlaces: usize,
  rows: i32,
  block: i32,
  runs: i32,
  runStep: usize,
  runLength: i32,
  right: usize,
  columns: i32,
  bias: usize,
): void {
  const panelBytes = <usize>(runs * runLength) * 32;
  for (let first: i32 = 0; first < rows; first += block) {
    const end = min(rows, first + block);
    let panel = right;
    for (let n: i32 = 0; n < columns; n += WIDTH) {
      const place = <usize>n * 4;
      for (let m: i32 = first; m < end; m += ROWS) {
        const entry = <usize>m * 4;
        tile(
          left,
          leftPlaces + entry,
          out + place,
          outPlaces + entry,
          runs,
          runStep,
          runLength,
          panel,
          bias + place,
          columns - n,
        );
      }
      panel += panelBytes;
    }
  }
}

// @ts-ignore: decorator
@inline
function add(to: usize, low: v128, high: v128, width: i32): void {
  // Both are read before either is written, as the compiler needs it to make one of two vectors.
  const sumLow = f32x4.add(v128.load(to), low);
  const sumHigh = f32x4.add(v128.load(to, 16), high);
  store(to, sumLow, sumHigh, width);
}

/** Adds `height` rows by `width` columns of the sum over pixels of left values times right values. */
function outerTile(
  left: usize,
  leftPlaces: usize,
  panel: usize,
  count: i32,
  out: usize,
  outStep: usize,
  height: i32,
  width: i32,
): void {
  const zero = f32x4.splat(0);
  let l0 = zero, l1 = zero, l2 = zero, l3 = zero, l4 = zero, l5 = zero;
  let h0 = zero, h1 = zero, h2 = zero, h3 = zero, h4 = zero, h5 = zero;
  let b0 = zero, b1 = zero, v = zero;
  const end = leftPlaces + (<usize>count << 2);
  for (let entry = leftPlaces; entry < end; entry += 4) {
    const p = left + <usize>load<u32>(entry);
    b0 = v128.load(panel, 0);
    b1 = v128.load(panel, 16);
    v = v128.load_splat<f32>(p, 0);
    l0 = f32x4.relaxed_madd(v, b0, l0);
    h0 = f32x4.relaxed_madd(v, b1, h0);
    v = v128.load_splat<f32>(p, 4);
    l1 = f32x4.relaxed_madd(v, b0, l1);
    h1 = f32x4.relaxed_madd(v, b1, h1);
    v = v128.load_splat<f32>(p, 8);
    l2 = f32x4.relaxed_madd(v, b0, l2);
    h2 = f32x4.relaxed_madd(v, b1, h2);
    v = v128.load_splat<f32>(p, 12);
    l3 = f32x4.relaxed_madd(v, b0, l3);
    h3 = f32x4.relaxed_madd(v, b1, h3);
    v = v128.load_splat<f32>(p, 16);
    l4 = f32x4.relaxed_madd(v, b0, l4);
    h4 = f32x4.relaxed_madd(v, b1, h4);
    v = v128.load_splat<f32>(p, 20);
    l5 = f32x4.relaxed_madd(v, b0, l5);
    h5 = f32x4.relaxed_madd(v, b1, h5);
    panel += 32;
  }
  add(out, l0, h0, width);
  if (height > 1) add(out + 1 * outStep, l1, h1, width);
  if (height > 2) add(out + 2 * outStep, l2, h2, width);
  if (height > 3) add(out + 3 * outStep, l3, h3, width);
  if (height > 4) add(out + 4 * outStep, l4, h4, width);
  if (height > 5) add(out + 5 * outStep, l5, h5, width);
}

/**
 * out += sum over pixels m of (row m of left)^T (row m of right): the filter gradient. A row of the left matrix is
 * `runs` runs of `runLength` floats, each `runStep` bytes after the beginning of the one before, the first at
 * `left + leftPlaces[m]`. Reads up to 32 bytes behind the ends of left and out, writes nothing there.
 * @param block pixels that are looked at again and again while they are in the cache
 * @param right panels of 8 columns: see packPanels
 */
export function multiplyOuter(
  left: usize,
  leftPlaces: usize,
  right: usize,
  pixels: i32,
  block: i32,
  runs: i32,
  runStep: usize,
  runLength: i32,
  columns: i32,
  out: usize,
): void {
  const rowBytes = <usize>columns * 4;
  const panelBytes = <usize>pixels * 32;
  for (let first: i32 = 0; first < pixels; first += block) {
    const count = min(block, pixels - first);
    const places = leftPlaces + <usize>first * 4;
    const panels = right + <usize>first * 32;
    for (let run: i32 = 0; run < runs; run++) {
      const result = out + <usize>(run * runLength) * rowBytes;
      const start = left + <usize>run * runStep;
      for (let k: i32 = 0; k < runLength; k += ROWS) {
        let panel = panels;
        for (let n: i32 = 0; n < columns; n += WIDTH) {
          outerTile(
            start + <usize>k * 4,
            places,
            panel,
            count,
            result + <usize>k * rowBytes + <usize>n * 4,
            rowBytes,
            runLength - k,
            columns - n,
          );
          panel += panelBytes;
        }
      }
    }
  }
}
