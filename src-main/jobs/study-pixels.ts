/**
 * The pictures of a study as training and evaluation want them: square, decoded once, read by index. Only the
 * pictures of the training split are trained on; masks are decoded for evaluation alone.
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { Box, Dataset, Problem, Sample, Split } from '../datasets/dataset.ts';
import { PixelCache } from '../datasets/cache/pixel-cache.ts';
import { FRAME } from '../evaluation/heatmap-frame.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import type { TrainingData } from '../method/data.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { ThreadLoader } from './loader.ts';

export interface FillOptions {
  /** Awaited before each picture. */
  readonly control: () => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
  /** Plain sentences: masks that could not be read. */
  readonly onWarning: (message: string) => void;
}

export class StudyPixels {
  readonly size: number;
  readonly #dataset: Dataset;
  readonly #pictures: PixelCache;
  /** By side: the network's size, and the frame that localization measures in. */
  readonly #masks: ReadonlyMap<number, PixelCache>;
  readonly #folder: string;
  #loader: ThreadLoader | null = null;

  private constructor(
    dataset: Dataset,
    size: number,
    folder: string,
    pictures: PixelCache,
    masks: ReadonlyMap<number, PixelCache>,
  ) {
    this.size = size;
    this.#folder = folder;
    this.#dataset = dataset;
    this.#pictures = pictures;
    this.#masks = masks;
  }

  /** @param folder where decoded pixels are kept between runs */
  static async open(dataset: Dataset, size: number, folder: string): Promise<StudyPixels> {
    const pictures = await PixelCache.open(folder, { kind: 'picture', size });
    const masks = new Map<number, PixelCache>();
    if (dataset.samples.some(({ split, maskHash }) => split !== 'train' && maskHash !== null)) {
      for (const side of new Set([size, FRAME])) {
        masks.set(side, await PixelCache.open(folder, { kind: 'mask', size: side }));
      }
    }
    return new StudyPixels(dataset, size, folder, pictures, masks);
  }

  /**
   * Decodes what is not in the cache yet.
   * @throws SteadygazeError `data-changed` when a picture of the study is not there any more, or is another one
   */
  async fill({ control, onProgress, onWarning }: FillOptions): Promise<void> {
    const { samples } = this.#dataset;
    const masked = samples.filter((sample) => sample.split !== 'train' && sample.maskHash !== null);
    const caches = [{ cache: this.#pictures, of: samples }];
    for (const cache of this.#masks.values()) caches.push({ cache, of: masked });
    const totals = caches.map(({ of }) => of.length);
    const done = totals.map(() => 0);
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    const unreadable = new Map<string, Problem>();
    for (const [i, { cache, of }] of caches.entries()) {
      const problems = await cache.fill(this.#dataset, of, {
        control,
        // The cache counts files of different content; copies among them make its total smaller.
        onProgress: (count, total) => {
          done[i] = total === 0 ? totals[i] : Math.round((count / total) * totals[i]);
          onProgress(sum(done), sum(totals));
        },
      });
      if (cache === this.#pictures && problems.length > 0) throw changed(problems);
      for (const problem of problems) unreadable.set(problem.file, problem);
    }
    for (const { file, reason } of unreadable.values()) {
      onWarning(`The mask ${file} is left out. ${reason}`);
    }
  }

  samplesOf(split: Split): Sample[] {
    return this.#dataset.samples.filter((sample) => sample.split === split);
  }

  /** The pictures that are trained on, with threads that prepare them while the engine works. */
  training(): TrainingData {
    const samples = this.samplesOf('train');
    const data: TrainingData = {
      count: samples.length,
      size: this.size,
      classCount: this.#dataset.classes.length,
      labels: Int32Array.from(samples, ({ label }) => label),
      labelSets: labelSetsOf(this.#dataset, samples),
      ids: samples.map(({ id }) => id),
      read: (indices, out) => this.#pictures.read(pick(samples, indices), out),
    };
    this.#loader ??= new ThreadLoader({ samples, folder: this.#folder, data });
    return { ...data, loader: this.#loader };
  }

  /** The pictures of a split that is never trained on, with what is known of their objects. */
  evaluation(split: Exclude<Split, 'train'>): EvaluationData {
    const samples = this.samplesOf(split);
    const hasMask = (sample: Sample) =>
      sample.maskHash !== null && [...this.#masks.values()].every((cache) => cache.has(sample));
    return {
      count: samples.length,
      size: this.size,
      labels: Int32Array.from(samples, ({ label }) => label),
      labelSets: labelSetsOf(this.#dataset, samples),
      ids: samples.map(({ id }) => id),
      hasMasks: samples.some(hasMask),
      hasBoxes: samples.some(({ boxes }) => boxes.length > 0),
      boxes: (index, label) => {
        const { boxes, width, height } = samples[index];
        const ofLabel = (box: Box) => label === undefined || box.label === label;
        const own = boxes.some((box) => box.label !== undefined) ? boxes.filter(ofLabel) : boxes;
        return own.map(({ x0, y0, x1, y1 }) => ({
          x0: x0 / width,
          y0: y0 / height,
          x1: x1 / width,
          y1: y1 / height,
        }));
      },
      readPictures: (indices, out) => this.#pictures.read(pick(samples, indices), out),
      readMask: async (index, side) => {
        const cache = this.#masks.get(side);
        if (!hasMask(samples[index])) return null;
        if (cache === undefined) throw new RangeError(`masks of side ${side} were not decoded`);
        const mask = new Uint8Array(side * side);
        await cache.read([samples[index]], mask);
        return mask;
      },
    };
  }

  async close(): Promise<void> {
    await this.#loader?.close();
    for (const cache of [this.#pictures, ...this.#masks.values()]) await cache.close();
  }
}

/** All classes of some pictures of a data set; null in single-label data. */
export function labelSetsOf(
  { task, classes }: Pick<Dataset, 'task' | 'classes'>,
  samples: readonly Sample[],
): LabelSets | null {
  if (task === 'single-label') return null;
  return new LabelSets(
    classes.length,
    samples.map(({ label, labels }) => labels ?? [label]),
    samples.map(({ unsure }) => unsure ?? []),
  );
}

function pick(samples: readonly Sample[], indices: ArrayLike<number>): Sample[] {
  return Array.from(indices, (index) => samples[index]);
}

function changed(problems: readonly Problem[]): SteadygazeError {
  const [{ file, reason }] = problems;
  const others = problems.length === 1 ? '' : ` and ${problems.length - 1} more`;
  return new SteadygazeError(
    'data-changed',
    `Pictures of this study cannot be read any more: ${file}${others}. ${reason}`,
    'Put the pictures back where they were, or create a new study from the folder as it is now.',
    problems.map((problem) => `${problem.file}: ${problem.reason}`).join('\n'),
  );
}
