/**
 * Gives each output gradient dy to the first pixel, row by row, of its window that holds the maximum y; all maps NHWC.
 * dx is zeros at first, `pending` room for `channels` floats: what has not met its maximum yet.
 */
export function poolGradient(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  pending: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  size: i32,
  stride: i32,
  pad: i32,
): void {
  const pixel = <usize>channels * 4;
  for (let n: i32 = 0; n < count; n++) {
    for (let a: i32 = 0; a < outHeight; a++) {
      const top = max(0, a * stride - pad);
      const bottom = min(height, a * stride - pad + size);
      for (let b: i32 = 0; b < outWidth; b++) {
        const left = max(0, b * stride - pad);
        const right = min(width, b * stride - pad + size);
        memory.copy(pending, dy, pixel);
        for (let h = top; h < bottom; h++) {
          for (let w = left; w < right; w++) {
            const place = <usize>((n * height + h) * width + w) * pixel;
            giveToMaxima(x + place, y, dx + place, pending, channels);
          }
        }
        dy += pixel;
        y += pixel;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function giveToMaxima(x: usize, y: usize, dx: usize, pending: usize, channels: i32): void {
  let at: usize = 0;
  let c: i32 = 0;
  for (; c + 4 <= channels; c += 4) {
    const is = f32x4.eq(v128.load(x + at), v128.load(y + at));
    const rest = v128.load(pending + at);
    v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(rest, is)));
    v128.store(pending + at, v128.andnot(rest, is));
    at += 16;
  }
  for (; c < channels; c++) {
    if (load<f32>(x + at) == load<f32>(y + at)) {
      store<f32>(dx + at, load<f32>(dx + at) + load<f32>(pending + at));
      store<f32>(pending + at, 0);
    }
    at += 4;
  }
}
