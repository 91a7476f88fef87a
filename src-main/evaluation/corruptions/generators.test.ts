import { describe, expect, it } from 'vitest';
import { cloud } from './fields.ts';
import { CORRUPTIONS } from './list.ts';

const corrupt = async (kind: string, picture: Uint8Array, side: number, severity: number, seed = 1) => {
  const corruption = CORRUPTIONS.find((each) => each.kind === kind);
  if (corruption === undefined) throw new Error(`no corruption ${kind}`);
  return corruption.corrupt(picture, side, severity, seed);
};
const uniform = (side: number, value: number) => new Uint8Array(3 * side * side).fill(value);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: ArrayLike<number>) => {
  const middle = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
};
/** One white pixel in the middle of a black picture. */
const point = (side: number) => {
  const picture = uniform(side, 0);
  picture.fill(255, 3 * (side * (side >> 1) + (side >> 1)), 3 * (side * (side >> 1) + (side >> 1)) + 3);
  return picture;
};
const sum = (values: Uint8Array) => values.reduce((total, value) => total + value, 0);
/** Standard deviation of the light of a picture along x and y, in pixels. */
const spread = (picture: Uint8Array, side: number) => {
  const light = Array.from({ length: side * side }, (_, p) => picture[3 * p]);
  const total = light.reduce((all, value) => all + value, 0);
  const along = (axis: (p: number) => number) => {
    const middle = light.reduce((all, value, p) => all + value * axis(p), 0) / total;
    return Math.sqrt(light.reduce((all, value, p) => all + value * (axis(p) - middle) ** 2, 0) / total);
  };
  return { x: along((p) => p % side), y: along((p) => Math.floor(p / side)) };
};

describe('noise has the strength that its table says', () => {
  it('Gaussian noise: 0.07 of white at 224, weaker by the root of the side at 56', async () => {
    const large = await corrupt('gaussian_noise', uniform(224, 128), 224, 1);
    expect(mean(large)).toBeCloseTo(128, 0);
    expect(Math.abs(deviation(large) - 0.07 * 255)).toBeLessThan(0.2);
    const small = await corrupt('gaussian_noise', uniform(56, 128), 56, 1);
    expect(Math.abs(deviation(small) - (0.07 * 255) / 2)).toBeLessThan(0.3);
  });

  it('shot noise: the light of a pixel of value v is a Poisson number of 70 v / 255 photons', async () => {
    const noisy = await corrupt('shot_noise', uniform(224, 100), 224, 1);
    expect(mean(noisy)).toBeCloseTo(100, 0);
    const photons = (70 * 100) / 255;
    expect(Math.abs(deviation(noisy) - (Math.sqrt(photons) * 255) / 70)).toBeLessThan(0.3);
    expect(sum(await corrupt('shot_noise', uniform(64, 0), 64, 5))).toBe(0);
  });

  it('dots: 0.26 of the values at severity 5, half black and half white', async () => {
    const noisy = await corrupt('impulse_noise', uniform(224, 100), 224, 5);
    expect(noisy.filter((value) => value === 0).length / noisy.length).toBeCloseTo(0.13, 2);
    expect(noisy.filter((value) => value === 255).length / noisy.length).toBeCloseTo(0.13, 2);
    expect(noisy.filter((value) => value === 100).length / noisy.length).toBeCloseTo(0.74, 2);
  });

  it('speckle: a share of the value', async () => {
    expect(Math.abs(deviation(await corrupt('speckle_noise', uniform(224, 100), 224, 1)) - 16)).toBeLessThan(0.2);
    expect(deviation(await corrupt('speckle_noise', uniform(224, 0), 224, 5))).toBe(0);
  });
});

describe('blur spreads a point and loses no light', () => {
  it('out of focus: a disk of 0.044 of the side', async () => {
    const disk = await corrupt('defocus_blur', point(224), 224, 5);
    const radius = 0.044 * 224;
    const share = 255 / (Math.PI * radius ** 2);
    // 255 spread over 305 pixels is 0.84 a pixel, which rounds to 1 inside the disk and to 0 outside.
    expect(Math.round(share)).toBe(1);
    expect(sum(disk) / 3).toBeGreaterThan(0.93 * Math.PI * radius ** 2);
    expect(sum(disk) / 3).toBeLessThan(1.07 * Math.PI * radius ** 2);
    // A disk of radius r spreads by r / 2 along each axis.
    expect(Math.abs(spread(disk, 224).x - radius / 2)).toBeLessThan(0.2);
    expect(Math.abs(spread(disk, 224).y - radius / 2)).toBeLessThan(0.2);
  });

  it('Gaussian: 0.006 of the side', async () => {
    const blurred = await corrupt('gaussian_blur', point(224), 224, 1);
    expect(Math.abs(sum(blurred) / 3 - 255)).toBeLessThan(12);
    // 1.34 pixels, and the width of a pixel itself.
    expect(Math.abs(spread(blurred, 224).x - Math.hypot(0.006 * 224, Math.sqrt(1 / 12)))).toBeLessThan(0.15);
    expect(spread(blurred, 224).x).toBeCloseTo(spread(blurred, 224).y, 6);
  });

  it('motion: a line of 0.04 of the side, in a direction that the seed chooses', async () => {
    const lengths: number[] = [];
    for (let seed = 0; seed < 6; seed++) {
      const line = await corrupt('motion_blur', point(224), 224, 1, seed);
      expect(Math.abs(sum(line) / 3 - 255)).toBeLessThan(20);
      const { x, y } = spread(line, 224);
      // A line of length l spreads by l / sqrt(12) along itself.
      lengths.push(Math.hypot(x, y) * Math.sqrt(12));
    }
    for (const length of lengths) expect(Math.abs(length - 0.04 * 224)).toBeLessThan(1.5);
    const directions = [0, 1, 2].map(
      async (seed) => spread(await corrupt('motion_blur', point(224), 224, 1, seed), 224).x,
    );
    expect(new Set(await Promise.all(directions)).size).toBe(3);
  });

  it('zoom: the middle stays, the edge moves', async () => {
    const half = uniform(64, 0).map((_, i) => (Math.floor(i / 3) % 64 < 32 ? 0 : 255));
    const zoomed = await corrupt('zoom_blur', half, 64, 5);
    const row = Array.from({ length: 64 }, (_, x) => zoomed[3 * (32 * 64 + x)]);
    // The step lies on the axis of the zoom: it stays there, and softens by less than a pixel.
    expect(row.slice(0, 31).every((value) => value === 0)).toBe(true);
    expect(row.slice(33).every((value) => value === 255)).toBe(true);
    const dot = await corrupt(
      'zoom_blur',
      half.map((_, i) => (Math.floor(i / 3) % 64 === 56 ? 255 : 0)),
      64,
      5,
    );
    const lit = Array.from({ length: 64 }, (_, x) => dot[3 * (32 * 64 + x)]).flatMap((value, x) =>
      value > 10 ? [x] : [],
    );
    // From 24.5 pixels right of the middle to 1.3 times as far.
    expect(lit[0]).toBe(56);
    expect(Math.abs((lit.at(-1) ?? 0) - (31.5 + 24.5 * 1.3))).toBeLessThan(1.5);
  });
});

it.each(['defocus_blur', 'gaussian_blur', 'motion_blur', 'zoom_blur', 'contrast', 'saturation', 'pixelate', 'elastic'])(
  '%s leaves a picture of one colour as it is, also at its edges',
  async (kind) => {
    for (const severity of [1, 5]) {
      const plain = uniform(32, 0).map((_, i) => [200, 120, 40][i % 3]);
      const grey = uniform(32, 77);
      if (kind !== 'saturation') expect(await corrupt(kind, plain, 32, severity)).toEqual(plain);
      expect(await corrupt(kind, grey, 32, severity)).toEqual(grey);
    }
  },
);

describe('weather', () => {
  it('fog lets through the less the thicker the cloud is', async () => {
    const density = cloud(64, 3);
    expect([Math.min(...density), Math.max(...density)]).toEqual([0, 1]);
    const foggy = await corrupt('fog', uniform(64, 18), 64, 1, 3);
    // 0.35 of (218 - 18) where it is thickest, a third of that where it is thinnest.
    expect(foggy[3 * density.indexOf(1)]).toBe(18 + 70);
    expect(foggy[3 * density.indexOf(0)]).toBe(Math.round(18 + 70 / 3));
  });

  it('the same seed gives the same cloud at every side', () => {
    const small = cloud(64, 3);
    const large = cloud(192, 3);
    // The middle of pixel x of the small one is the middle of pixel 3 x + 1 of the large one.
    const differences = Array.from(small, (value, p) => {
      return Math.abs(value - large[(3 * Math.floor(p / 64) + 1) * 192 + 3 * (p % 64) + 1]);
    });
    expect(Math.max(...differences)).toBeLessThan(0.12);
  });

  it('snow and rain cover the more the more falls, with what fell before among it', async () => {
    for (const [kind, sky] of [
      ['snow', 0],
      ['rain', 0],
    ] as const) {
      const covers = await Promise.all([1, 3, 5].map((severity) => corrupt(kind, uniform(64, sky), 64, severity, 5)));
      for (const [less, more] of [
        [covers[0], covers[1]],
        [covers[1], covers[2]],
      ]) {
        expect(mean(more)).toBeGreaterThan(mean(less) * 1.2);
        expect(less.every((value, i) => value <= more[i])).toBe(true);
      }
    }
  });

  it('brightness adds 0.1 of white at severity 1 and clips', async () => {
    const bright = await corrupt('brightness', Uint8Array.from([0, 100, 240, 10, 20, 30, 0, 0, 0, 0, 0, 0]), 2, 1);
    expect(Array.from(bright.subarray(0, 6))).toEqual([26, 126, 255, 36, 46, 56]);
  });
});

describe('digital', () => {
  it('contrast: 0.6 of the distance to the mean of the channel', async () => {
    const picture = Uint8Array.from([0, 10, 50, 200, 10, 50, 0, 10, 50, 200, 10, 50]);
    expect(Array.from(await corrupt('contrast', picture, 2, 1))).toEqual([
      40, 10, 50, 160, 10, 50, 40, 10, 50, 160, 10, 50,
    ]);
  });

  it('faded colours end in grey', async () => {
    const picture = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
    const grey = [76, 150, 29, 9].flatMap((value) => [value, value, value]);
    expect(Array.from(await corrupt('saturation', picture, 2, 5))).toEqual(grey);
  });

  it('coarse pixels are means: 20 across at severity 5, and never more than 0.3 of the side', async () => {
    const ramp = uniform(100, 0).map((_, i) => (Math.floor(i / 3) % 100) * 2);
    const coarse = await corrupt('pixelate', ramp, 100, 5);
    // Cells of five: 0, 2, 4, 6, 8 have the mean 4.
    expect(Array.from({ length: 10 }, (_, x) => coarse[3 * x])).toEqual([4, 4, 4, 4, 4, 14, 14, 14, 14, 14]);
    const small = await corrupt('pixelate', ramp.slice(0, 3 * 400), 20, 5);
    expect(new Set(small.filter((_, i) => i % 3 === 0)).size).toBeLessThanOrEqual(36);
  });

  it('warping moves pixels but invents no values', async () => {
    const stripes = uniform(64, 0).map((_, i) => (Math.floor(i / 3) % 16 < 8 ? 60 : 180));
    const warped = await corrupt('elastic', stripes, 64, 5);
    expect([Math.min(...warped), Math.max(...warped)]).toEqual([60, 180]);
    expect(Math.abs(mean(warped) - mean(stripes))).toBeLessThan(15);
  });
});
