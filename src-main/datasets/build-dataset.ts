/**
 * From what a format listed to a data set: every picture is read and decoded once, a few at a time, labels become
 * numbers, what has no split gets one, and everything that is wrong is reported. The same for all formats.
 */
import { SteadygazeError } from '../contract/errors.ts';
import { fitBoxes } from './pictures/boxes.ts';
import { throwIfCancelled } from './concurrency.ts';
import { fingerprintOf } from './dataset-file.ts';
import type { Dataset, DataSource, Problem, Sample, Split } from './dataset.ts';
import { keptSplits } from './edits/earlier-splits.ts';
import type { EarlierSplits } from './edits/earlier-splits.ts';
import type { PictureReader } from './trees/file-tree.ts';
import type { ListedPicture, Listing } from './format.ts';
import type { IndexCache } from './index/index-cache.ts';
import { inlineMaskSize, isInlineMask } from './pictures/inline-mask.ts';
import { inspectAll } from './inspect-all.ts';
import type { PictureFacts } from './pictures/picture-file.ts';
import { sha256 } from './picture-reader.ts';
import { DEFAULT_SHARES, splitStratified } from './split.ts';
import type { SplitShares } from './split.ts';
import { contentProblems, groupsOf } from './index/worked-out.ts';

export interface BuildOptions {
  /** Seed of the split, where the data set does not give one. */
  readonly seed: number;
  /** Shares for validation (default 0.1) and test (default 0.2), where they are not given. */
  readonly valShare?: number;
  readonly testShare?: number;
  /** Files read so far, and files in all (pictures and masks); before that, names found so far, and null. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  /** Where pictures belonged when they were read before: they stay there. */
  readonly earlier?: EarlierSplits;
  /** Remembers what was found in each file, also where reading is stopped. */
  readonly index?: IndexCache;
}

/** A listed picture that can be read. */
export interface Inspected {
  readonly listed: ListedPicture;
  readonly facts: PictureFacts;
}

/**
 * @throws SteadygazeError `data-unreadable`, `data-one-class`, `impossible-value` (shares), `cancelled`
 */
export async function buildDataset(
  source: DataSource,
  listing: Listing,
  reader: PictureReader,
  options: BuildOptions,
): Promise<Dataset> {
  try {
    return await build(source, listing, reader, options);
  } finally {
    await options.index?.save();
  }
}

async function build(
  source: DataSource,
  listing: Listing,
  reader: PictureReader,
  options: BuildOptions,
): Promise<Dataset> {
  const shares = checkedShares(options);
  const problems: Problem[] = [...listing.problems];
  const listed = [...listing.pictures].sort((a, b) => (a.id < b.id ? -1 : 1));
  const files = listed.reduce((sum, { mask }) => sum + (mask == null || isInlineMask(mask) ? 1 : 2), 0);
  const progress = countProgress(files, options.onProgress);
  const facts = await inspectAll(
    source,
    reader,
    listed.map(({ id }) => id),
    'picture',
    options,
    progress,
    problems,
  );
  const pictures = listed.flatMap((picture, i): Inspected[] => {
    const found = facts[i];
    return found === null ? [] : [{ listed: picture, facts: found }];
  });
  requirePictures(listing, pictures, problems);

  const classes = presentClasses(listing, pictures, problems);
  const numbers = new Map(classes.map((name, label) => [name, label]));
  const labelsOf = (names: readonly string[]): number[] =>
    names.flatMap((name) => numbers.get(name) ?? []).sort((a, b) => a - b);
  const labels = pictures.map((picture) => labelsOf(picture.listed.classNames));
  const groups = groupsOf(pictures, options.index);
  throwIfCancelled(options.signal);
  const { splits, splitOrigin } = assignSplits(pictures, labels, groups, classes, options, shares);
  const masks = await readMasks(source, reader, pictures, options, progress, problems);
  const crowded = shared(groups);

  const samples = pictures.map(({ listed: picture, facts: found }, i): Sample => {
    const [first = 0] = labels[i];
    const unsure = labelsOf(picture.unsure ?? []).filter((label) => !labels[i].includes(label));
    const mask = masks[i];
    return {
      id: picture.id,
      label: first,
      ...(listing.task === 'multi-label' ? { labels: labels[i], ...(unsure.length > 0 ? { unsure } : {}) } : {}),
      split: splits[i],
      width: found.width,
      height: found.height,
      hash: found.hash,
      boxes: fitBoxes(picture, found, numbers, problems),
      mask: mask?.path ?? null,
      maskHash: mask?.hash ?? null,
      ...(crowded.has(groups[i]) ? { group: groups[i] } : {}),
    };
  });
  const fingerprint = fingerprintOf(classes, samples);
  const dataset = { ...source, task: listing.task, classes, samples, splitOrigin, fingerprint };
  throwIfCancelled(options.signal);
  problems.push(...contentProblems(dataset, pictures, options.index));
  return { ...dataset, problems };
}

function checkedShares({ valShare, testShare }: BuildOptions): SplitShares {
  const shares = { val: valShare ?? DEFAULT_SHARES.val, test: testShare ?? DEFAULT_SHARES.test };
  if (![shares.val, shares.test].every((share) => share >= 0 && share <= 0.5) || shares.val + shares.test > 0.8) {
    throw new SteadygazeError(
      'impossible-value',
      'The shares kept aside must each lie between 0 and 0.5, and together be at most 0.8.',
    );
  }
  return shares;
}

function requirePictures(listing: Listing, pictures: readonly Inspected[], problems: readonly Problem[]): void {
  const example = problems.find((problem) => problem.kind !== 'ignored');
  const details = example && `${example.file}: ${example.reason}`;
  const hint = `${details ? `For example ${details} ` : ''}Supported are JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP, HEIC and DICOM.`;
  if (pictures.length === 0) {
    const message = 'None of the files in the folder is a picture that can be read.';
    throw new SteadygazeError('data-unreadable', message, hint);
  }
  const hasSplits = listing.pictures.some(({ split }) => split !== null);
  if (hasSplits && !pictures.some(({ listed }) => listed.split === 'train' || listed.split === null)) {
    throw new SteadygazeError('data-unreadable', 'None of the pictures for training can be read.', hint);
  }
  const [only, ...more] = new Set(pictures.flatMap(({ listed }) => listed.classNames));
  if (more.length === 0) {
    const message = `Only one class, "${only ?? ''}", has pictures that can be read.`;
    throw new SteadygazeError('data-one-class', message, hint);
  }
}

/** Class names in label order: those that have a readable picture. */
function presentClasses(listing: Listing, pictures: readonly Inspected[], problems: Problem[]): string[] {
  const present = new Set(pictures.flatMap(({ listed }) => listed.classNames));
  const named = listing.classes ?? [...new Set(listing.pictures.flatMap(({ classNames }) => classNames))].sort();
  for (const name of named) {
    if (!present.has(name)) problems.push({ file: name, kind: 'tiny-class', reason: 'No picture can be read.' });
  }
  return named.filter((name) => present.has(name));
}

function countProgress(total: number, onProgress: BuildOptions['onProgress']): () => void {
  let done = 0;
  onProgress?.(0, total);
  return () => onProgress?.(++done, total);
}

/** Keeps the splits that are given; parts the missing ones from training. */
function assignSplits(
  pictures: readonly Inspected[],
  labels: readonly (readonly number[])[],
  groups: Int32Array,
  classes: readonly string[],
  { seed, earlier }: BuildOptions,
  shares: SplitShares,
): { readonly splits: Split[]; readonly splitOrigin: Dataset['splitOrigin'] } {
  const splits = pictures.map(({ listed }): Split => listed.split ?? 'train');
  const hasVal = splits.includes('val');
  const hasTest = splits.includes('test');
  if (hasVal && hasTest) return { splits, splitOrigin: 'folders' };
  const unparted = splits.flatMap((split, i) => (split === 'train' ? [i] : []));
  const made = new Set<Split>(['train', ...(hasVal ? [] : ['val' as const]), ...(hasTest ? [] : ['test' as const])]);
  const kept =
    earlier &&
    keptSplits(
      unparted.map((i) => ({ id: pictures[i].listed.id, hash: pictures[i].facts.hash, group: groups[i] })),
      earlier,
      made,
    );
  unparted.forEach((i, at) => (splits[i] = kept?.[at] ?? 'train'));
  const pool = unparted.filter((_, at) => kept?.[at] == null);
  const parted = splitStratified(
    pool.map((i) => labels[i]?.[0] ?? 0),
    pool.map((i) => groups[i]),
    classes,
    seed,
    { val: hasVal ? 0 : shares.val, test: hasTest ? 0 : shares.test },
  );
  pool.forEach((i, at) => (splits[i] = parted[at] ?? 'train'));
  return { splits, splitOrigin: hasVal || hasTest ? 'mixed' : 'seeded' };
}

/** Numbers of groups with more than one member. */
function shared(groups: Int32Array): ReadonlySet<number> {
  const seen = new Set<number>();
  const twice = new Set<number>();
  for (const group of groups) (seen.has(group) ? twice : seen).add(group);
  return twice;
}

/** The mask of each picture. One of another shape than its picture would mark the wrong pixels: it is left out. */
async function readMasks(
  source: DataSource,
  reader: PictureReader,
  pictures: readonly Inspected[],
  options: BuildOptions,
  progress: () => void,
  problems: Problem[],
): Promise<({ readonly path: string; readonly hash: string } | null)[]> {
  const paths = [...new Set(pictures.flatMap(({ listed: { mask } }) => (mask == null ? [] : [mask])))];
  const files = paths.filter((path) => !isInlineMask(path));
  const found = await inspectAll(source, reader, files, 'mask', options, progress, problems);
  const sizes = new Map<string, { width: number; height: number; hash: string }>();
  files.forEach((path, i) => {
    const facts = found[i];
    if (facts !== null) sizes.set(path, facts);
  });
  return pictures.map(({ listed: { id, mask }, facts: picture }) => {
    if (mask == null) return null;
    const inline = isInlineMask(mask);
    const size = inline ? { ...inlineMaskSize(mask), hash: sha256(mask) } : sizes.get(mask);
    if (size === undefined) return null;
    const stretch = (size.width * picture.height) / (size.height * picture.width);
    // Rounding of a mask made at a smaller size is allowed for: one pixel on the shorter side.
    if (Math.abs(Math.log(stretch)) <= 0.02 + 1 / Math.min(size.width, size.height)) {
      return { path: mask, hash: size.hash };
    }
    const reason = `The mask has ${size.width} x ${size.height} pixels, the picture ${picture.width} x ${picture.height}.`;
    problems.push({ file: inline ? id : mask, kind: 'bad-mask', reason });
    return null;
  });
}
