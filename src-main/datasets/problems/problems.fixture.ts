/** Made-up samples with what would have been found in their files, for tests of problems. */
import { Random } from '../../numeric/random.ts';
import type { Inspected } from '../build-dataset.ts';
import type { Problem, Sample } from '../dataset.ts';
import { lookOfPixels } from '../pictures/picture-look.ts';
import { findContentProblems } from './content-problems.ts';

const WIDTH = 36;
const HEIGHT = 32;

/** What a made-up picture is like; the rest is chance. */
export interface Made {
  readonly label: number;
  readonly id?: string;
  readonly hash?: string;
  readonly split?: Sample['split'];
  readonly group?: number;
  readonly width?: number;
  readonly height?: number;
  readonly camera?: string | null;
  /** Mean RGB of the whole picture, and of its outer third. */
  readonly colour?: readonly number[];
  readonly ground?: readonly number[];
  /** Deviation of the noise, in levels. */
  readonly noise?: number;
}

export function problemsOf(made: readonly Made[], classes: readonly string[], seed = 0): Problem[] {
  const random = new Random(seed);
  const samples = made.map(({ label, group, ...rest }, i): Sample => ({
    id: rest.id ?? `${classes[label]}/${String(i).padStart(5, '0')}.jpg`,
    label,
    split: rest.split ?? 'train',
    width: rest.width ?? 640,
    height: rest.height ?? 480,
    hash: rest.hash ?? `hash ${i}`,
    boxes: [],
    mask: null,
    maskHash: null,
    ...(group === undefined ? {} : { group }),
  }));
  const pictures = made.map((one, i): Inspected => {
    const { id, hash, width, height } = samples[i];
    const facts = { hash, width, height, camera: one.camera ?? null, look: lookOfPixels(paint(one, random), 3) };
    return { listed: { id, classNames: [classes[one.label] ?? ''], split: null }, facts };
  });
  return findContentProblems(samples, classes, 'single-label', 'seeded', pictures);
}

/** Without what is said, every picture has colours of its own. */
function paint({ colour, ground, noise = 40 }: Made, random: Random): Uint8Array {
  const any = (): number[] => [random.integer(256), random.integer(256), random.integer(256)];
  const inner = colour ?? any();
  const outer = ground ?? colour ?? any();
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      const edge = Math.min(row, column, HEIGHT - 1 - row, WIDTH - 1 - column);
      for (let channel = 0; channel < 3; channel++) {
        const value = (edge < 5 ? outer : inner)[channel] + noise * random.normal();
        pixels[(row * WIDTH + column) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return pixels;
}

/** `count` pictures of each class. */
export const eachClass = (classes: number, count: number, make: (label: number, i: number) => Omit<Made, 'label'>) =>
  Array.from({ length: classes * count }, (_, i): Made => {
    const label = i % classes;
    return { label, ...make(label, Math.floor(i / classes)) };
  });
