/** Values one by one, channel by channel, in single passes over the memory. Counts are in floats or pixels. */

/** Floats of each operand that are read again and again while they are in the first-level cache. */
const BLOCK: i32 = 2048;

/**
 * For each channel the sum of a and the sum of a b over all pixels, in double precision: sums and products are
 * [channels] doubles, and begin at 0.
 */
export function channelSums(a: usize, b: usize, pixels: i32, channels: i32, sums: usize, products: usize): void {
  memory.fill(sums, 0, <usize>channels * 8);
  memory.fill(products, 0, <usize>channels * 8);
  const step = <usize>channels * 4;
  const block = max(2, BLOCK / channels);
  for (let first: i32 = 0; first < pixels; first += block) {
    const count = min(block, pixels - first);
    const start = <usize>first * step;
    let c: i32 = 0;
    for (; c + 4 <= channels; c += 4) {
      fourSums(a + start + <usize>c * 4, b + start + <usize>c * 4, count, step, sums + <usize>c * 8, products + <usize>c * 8);
    }
    for (; c < channels; c++) {
      const sum = sums + <usize>c * 8;
      const product = products + <usize>c * 8;
      let s = load<f64>(sum);
      let p = load<f64>(product);
      let at = start + <usize>c * 4;
      for (let i: i32 = 0; i < count; i++) {
        const value = <f64>load<f32>(a + at);
        s += value;
        p += value * <f64>load<f32>(b + at);
        at += step;
      }
      store<f64>(sum, s);
      store<f64>(product, p);
    }
  }
}

// @ts-ignore: decorator
@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(v, v, 1, 1));
}

/** Of four neighbouring channels; every other pixel has sums of its own, so that no addition waits for the last. */
function fourSums(a: usize, b: usize, count: i32, step: usize, sums: usize, products: usize): void {
  let s0 = v128.load(sums), s1 = v128.load(sums, 16), p0 = v128.load(products), p1 = v128.load(products, 16);
  let t0 = f64x2.splat(0), t1 = t0, q0 = t0, q1 = t0;
  let i: i32 = 0;
  for (; i + 2 <= count; i += 2) {
    const va = v128.load(a), vb = v128.load(b);
    const wa = v128.load(a + step), wb = v128.load(b + step);
    const va0 = f64x2.promote_low_f32x4(va), va1 = high(va);
    const wa0 = f64x2.promote_low_f32x4(wa), wa1 = high(wa);
    s0 = f64x2.add(s0, va0);
    s1 = f64x2.add(s1, va1);
    t0 = f64x2.add(t0, wa0);
    t1 = f64x2.add(t1, wa1);
    p0 = f64x2.relaxed_madd(va0, f64x2.promote_low_f32x4(vb), p0);
    p1 = f64x2.relaxed_madd(va1, high(vb), p1);
    q0 = f64x2.relaxed_madd(wa0, f64x2.promote_low_f32x4(wb), q0);
    q1 = f64x2.relaxed_madd(wa1, high(wb), q1);
    a += 2 * step;
    b += 2 * step;
  }
  if (i < count) {
    const va = v128.load(a), vb = v128.load(b);
    const va0 = f64x2.promote_low_f32x4(va), va1 = high(va);
    s0 = f64x2.add(s0, va0);
    s1 = f64x2.add(s1, va1);
    p0 = f64x2.relaxed_madd(va0, f64x2.promote_low_f32x4(vb), p0);
    p1 = f64x2.relaxed_madd(va1, high(vb), p1);
  }
  v128.store(sums, f64x2.add(s0, t0));
  v128.store(sums, f64x2.add(s1, t1), 16);
  v128.store(products, f64x2.add(p0, q0));
  v128.store(products, f64x2.add(p1, q1), 16);
}

/** out = factor[c] x + shift[c] */
export function affine(x: usize, factor: usize, shift: usize, pixels: i32, channels: i32, out: usize): void {
  for (let i: i32 = 0; i < pixels; i++) {
    let c: i32 = 0;
    let at: usize = 0;
    for (; c + 4 <= channels; c += 4) {
      v128.store(
        out + at,
        f32x4.relaxed_madd(v128.load(x + at), v128.load(factor + at), v128.load(shift + at)),
      );
      at += 16;
    }
    for (; c < channels; c++) {
      store<f32>(out + at, load<f32>(x + at) * load<f32>(factor + at) + load<f32>(shift + at));
      at += 4;
    }
    x += at;
    out += at;
  }
}

/** out = ofDy[c] dy + ofX[c] x + shift[c] */
export function affineOfTwo(
  dy: usize,
  x: usize,
  ofDy: usize,
  ofX: usize,
  shift: usize,
  pixels: i32,
  channels: i32,
  out: usize,
): void {
  for (let i: i32 = 0; i < pixels; i++) {
    let c: i32 = 0;
    let at: usize = 0;
    for (; c + 4 <= channels; c += 4) {
      const inner = f32x4.relaxed_madd(v128.load(x + at), v128.load(ofX + at), v128.load(shift + at));
      v128.store(out + at, f32x4.relaxed_madd(v128.load(dy + at), v128.load(ofDy + at), inner));
      at += 16;
    }
    for (; c < channels; c++) {
      const inner = load<f32>(x + at) * load<f32>(ofX + at) + load<f32>(shift + at);
      store<f32>(out + at, load<f32>(dy + at) * load<f32>(ofDy + at) + inner);
      at += 4;
    }
    dy += at;
    x += at;
    out += at;
  }
}

/** dy where y > 0 or is not a number, else 0 */
export function rectifierGradient(dy: usize, y: usize, count: i32, out: usize): void {
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(out, v128.andnot(v128.load(dy), f32x4.le(v128.load(y), zero)));
    dy += 16;
    y += 16;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, load<f32>(y) <= 0 ? 0 : load<f32>(dy));
    dy += 4;
    y += 4;
    out += 4;
  }
}

/** The larger of a and b; NaN where either is. b moves on by `step` bytes a value: 4, or 0 for a single one. */
export function maximum(a: usize, b: usize, step: usize, count: i32, out: usize): void {
  let i: i32 = 0;
  const single = v128.load_splat<f32>(b);
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.max(v128.load(a), step === 0 ? single : v128.load(b)));
    a += 16;
    b += 4 * step;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, max(load<f32>(a), load<f32>(b)));
    a += 4;
    b += step;
    out += 4;
  }
}

/** The smaller of a and b; see maximum. */
export function minimum(a: usize, b: usize, step: usize, count: i32, out: usize): void {
  let i: i32 = 0;
  const single = v128.load_splat<f32>(b);
  for (; i + 4 <= count; i += 4) {
    v128.store(out, f32x4.min(v128.load(a), step === 0 ? single : v128.load(b)));
    a += 16;
    b += 4 * step;
    out += 16;
  }
  for (; i < count; i++) {
    store<f32>(out, min(load<f32>(a), load<f32>(b)));
    a += 4;
    b += step;
    out += 4;
  }
}

/** 1 where x > 0, -1 where x < 0, else 0. */
export function sign(x: usize, count: i32, out: usize): void {
  const zero = f32x4.splat(0);
  const above = f32x4.splat(1);
  const below = f32x4.splat(-1);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(x);
    v128.store(out, v128.or(v128.and(f32x4.gt(v, zero), above), v128.and(f32x4.lt(v, zero), below)));
    x += 16;
    out += 16;
  }
  for (; i < count; i++) {
    const v = load<f32>(x);
    store<f32>(out, v > 0 ? 1 : v < 0 ? -1 : 0);
    x += 4;
    out += 4;
  }
}

/** Each of `rows` rows of `length` floats, `times` times. */
export function repeatRows(x: usize, rows: i32, length: i32, times: i32, out: usize): void {
  const bytes = <usize>length * 4;
  for (let row: i32 = 0; row < rows; row++) {
    for (let i: i32 = 0; i < times; i++) {
      memory.copy(out, x, bytes);
      out += bytes;
    }
    x += bytes;
  }
}
