/** A {@link Dataset} as JSON, for `study.json`; its fingerprint; and whether its files are still the same. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { forEachConcurrently } from './concurrency.ts';
import { SPLITS } from './dataset.ts';
import type { Dataset, Problem, Sample } from './dataset.ts';
import type { IndexCache } from './index-cache.ts';

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const coordinate = v.pipe(v.number(), v.finite());

const BoxSchema = v.strictObject({ x0: coordinate, y0: coordinate, x1: coordinate, y1: coordinate });

const SampleSchema = v.strictObject({
  id: v.string(),
  label: whole,
  split: v.picklist(SPLITS),
  width: whole,
  height: whole,
  hash,
  boxes: v.array(BoxSchema),
  mask: v.nullable(v.string()),
  maskHash: v.nullable(hash),
});

const PROBLEM_KINDS = [
  'unreadable',
  'empty-file',
  'too-large',
  'not-a-picture',
  'duplicate',
  'duplicate-across-splits',
  'conflicting-labels',
  'tiny-class',
  'class-missing-in-split',
  'bad-box',
  'bad-mask',
  'ignored',
] as const satisfies readonly Problem['kind'][];

const ProblemSchema = v.strictObject({ file: v.string(), kind: v.picklist(PROBLEM_KINDS), reason: v.string() });

/** The shape of a stored data set. A study embeds it in a schema of its own. */
export const DatasetSchema = v.pipe(
  v.strictObject({
    root: v.string(),
    format: v.string(),
    classes: v.array(v.string()),
    samples: v.array(SampleSchema),
    problems: v.array(ProblemSchema),
    splitOrigin: v.picklist(['folders', 'seeded', 'mixed']),
    fingerprint: hash,
  }),
  v.check((dataset) => dataset.samples.every((sample) => sample.label < dataset.classes.length), 'unknown class'),
);

/**
 * Takes a data set out of parsed JSON.
 * @throws SteadygazeError `study-corrupt` where it is not one, or its fingerprint does not fit
 */
export function datasetFromJson(value: unknown): Dataset {
  const result = v.safeParse(DatasetSchema, value);
  const intact =
    result.success && fingerprintOf(result.output.classes, result.output.samples) === result.output.fingerprint;
  if (intact) return result.output;
  throw new SteadygazeError(
    'study-corrupt',
    'The list of pictures in this study is damaged.',
    'Create the study again from the folder of pictures.',
    result.success ? 'fingerprint' : v.summarize(result.issues),
  );
}

/** The data set as a plain value that survives JSON. */
export const datasetToJson = (dataset: Dataset): v.InferOutput<typeof DatasetSchema> => ({
  ...dataset,
  classes: [...dataset.classes],
  samples: dataset.samples.map((sample) => ({ ...sample, boxes: [...sample.boxes] })),
  problems: [...dataset.problems],
});

/** SHA-256 (hex) over everything that can change a figure; the place of the folder is not part of it. */
export function fingerprintOf(classes: readonly string[], samples: readonly Sample[]): string {
  const digest = createHash('sha256').update(JSON.stringify(classes));
  for (const { id, label, split, hash: content, boxes, maskHash } of samples) {
    const corners = boxes.map(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1]);
    digest.update(`\n${JSON.stringify([id, label, split, content, corners, maskHash])}`);
  }
  return digest.digest('hex');
}

export interface Changes {
  /** Paths (pictures and masks) that are gone, and such whose content is another one. */
  readonly missing: readonly string[];
  readonly changed: readonly string[];
}

/**
 * Compares the files on the disk with the data set. With an index, files whose size and time of change
 * are known are trusted; all others are read and hashed.
 */
export async function verifyFiles(dataset: Dataset, index?: IndexCache, signal?: AbortSignal): Promise<Changes> {
  const files = dataset.samples.flatMap((sample) => [
    { path: sample.id, hash: sample.hash },
    ...(sample.mask !== null && sample.maskHash !== null ? [{ path: sample.mask, hash: sample.maskHash }] : []),
  ]);
  const missing: string[] = [];
  const changed: string[] = [];
  await forEachConcurrently(
    files,
    async (file) => {
      const path = join(dataset.root, file.path);
      try {
        const known = index?.get(file.path, await stat(path));
        if ((known?.hash ?? (await hashFile(path))) !== file.hash) changed.push(file.path);
      } catch {
        missing.push(file.path);
      }
    },
    signal,
  );
  return { missing: missing.sort(), changed: changed.sort() };
}

async function hashFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex');
}
