/**
 * Data set format `folder-per-class`: one folder a class, optionally below `train/ val/ test/`, with
 * optional `masks/` that mirrors the pictures and optional `boxes.csv`. What is wrong with a file is
 * reported and the file left out; only a folder that cannot be trained on at all is an error.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { readBoxes } from './boxes.ts';
import { forEachConcurrently } from './concurrency.ts';
import { findCopies, findThinClasses } from './content-problems.ts';
import { fingerprintOf } from './dataset-file.ts';
import type { Dataset, Problem, Sample, Split } from './dataset.ts';
import type { IndexCache } from './index-cache.ts';
import { readLayout } from './layout.ts';
import type { ClassFile, Layout } from './layout.ts';
import { matchMasks } from './masks.ts';
import { groupNearDuplicates } from './near-duplicates.ts';
import { inspectPicture, looksLikePicture } from './picture-file.ts';
import type { PictureFacts } from './picture-file.ts';
import { hasPictureExtension } from './picture-name.ts';
import { DEFAULT_SHARES, splitStratified } from './split.ts';
import { listFolder, walkFiles } from './walk.ts';

const FORMAT = 'folder-per-class';

export interface OpenOptions {
  /** Seed of the split, where the folders do not say it. */
  readonly seed: number;
  /** Shares for validation (default 0.1) and test (default 0.2), where they have no folders. */
  readonly valShare?: number;
  readonly testShare?: number;
  /** Files read so far, and files in all (pictures and masks). */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Remembers what was found in each file; saved by `open`. */
  readonly index?: IndexCache;
}

/** How sure a reader is that a folder is of its format, 0..1, and why in one sentence. */
export interface Match {
  readonly certainty: number;
  readonly reason: string;
}

/** Looks at names only. Never throws. */
export async function match(path: string): Promise<Match> {
  try {
    const layout = await readLayout(resolve(path), []);
    const pictures = layout.files.filter((file) => hasPictureExtension(file.id));
    const classes = new Set(pictures.map((file) => file.className)).size;
    if (classes < 2) return { certainty: 0, reason: 'There are no two folders with pictures.' };
    const splits = layout.splits.length > 0 ? ` below ${layout.splits.join(', ')}` : '';
    return { certainty: 0.9, reason: `${classes} folders with pictures${splits}: each folder is a class.` };
  } catch (error) {
    return { certainty: 0, reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Reads the folder: every picture is decoded once, a few at a time.
 * @throws SteadygazeError `not-found`, `data-empty`, `data-one-class`, `data-unreadable`,
 *   `impossible-value` (shares), `cancelled`
 */
export async function open(path: string, options: OpenOptions): Promise<Dataset> {
  const root = resolve(path);
  const shares = { val: options.valShare ?? DEFAULT_SHARES.val, test: options.testShare ?? DEFAULT_SHARES.test };
  if (![shares.val, shares.test].every((share) => share >= 0 && share <= 0.5) || shares.val + shares.test > 0.8) {
    throw new SteadygazeError(
      'impossible-value',
      'The shares kept aside must each lie between 0 and 0.5, and together be at most 0.8.',
    );
  }
  await requireFolder(root);
  const problems: Problem[] = [];
  const layout = await readLayout(root, problems);
  await requireClasses(root, layout, problems);

  const files = await choosePictures(root, layout.files, problems);
  const masks = layout.masks === null ? [] : await walkFiles(root, layout.masks, problems);
  const progress = countProgress(files.length + masks.length, options.onProgress);
  const pictures = await inspectAll(root, files, (file) => file.id, 'picture', options, progress, problems);
  requirePictures(layout, pictures, problems);

  const classes = [...new Set(pictures.map(({ item }) => item.className))].sort();
  for (const name of layout.classNames) {
    if (!classes.includes(name)) problems.push({ file: name, kind: 'tiny-class', reason: 'No picture can be read.' });
  }
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const labels = pictures.map(({ item }) => labelOf.get(item.className) ?? 0);
  const { splits, splitOrigin } = assignSplits(pictures, labels, classes, options.seed, shares);
  const sizes = pictures.map(({ item, facts }) => ({ id: item.id, width: facts.width, height: facts.height }));
  const boxes = layout.boxes === null ? null : await readBoxes(join(root, layout.boxes), layout.boxes, sizes, problems);
  const maskOf = await readMasks(root, layout.masks, masks, pictures, options, progress, problems);

  const samples = pictures.map(({ item, facts }, i): Sample => {
    const mask = maskOf.get(item.id);
    return {
      id: item.id,
      label: labels[i] ?? 0,
      split: splits[i] ?? 'train',
      width: facts.width,
      height: facts.height,
      hash: facts.hash,
      boxes: boxes?.get(item.id) ?? [],
      mask: mask?.path ?? null,
      maskHash: mask?.hash ?? null,
    };
  });
  await options.index?.save();
  problems.push(...findCopies(samples, classes), ...findThinClasses(samples, classes, splitOrigin));
  return {
    root,
    format: FORMAT,
    classes,
    samples,
    problems,
    splitOrigin,
    fingerprint: fingerprintOf(classes, samples),
  };
}

interface Inspected<T> {
  readonly item: T;
  readonly facts: PictureFacts;
}

async function requireFolder(root: string): Promise<void> {
  const hint = 'Check the path; it should be a folder that holds one folder of pictures per class.';
  let isFolder: boolean;
  try {
    isFolder = (await stat(root)).isDirectory();
    if (isFolder) await listFolder(root);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new SteadygazeError('not-found', `There is no folder ${root}.`, hint);
    throw new SteadygazeError('data-unreadable', `The folder ${root} may not be read.`, hint, String(error));
  }
  if (!isFolder) throw new SteadygazeError('not-found', `${root} is a file, not a folder.`, hint);
}

/** Says what is wrong with a folder of too few classes, and where the data may be instead. */
async function requireClasses(root: string, layout: Layout, problems: readonly Problem[]): Promise<void> {
  const hint = 'Put the pictures of each class into a folder of its own; the folder is named like the class.';
  const loose = problems.some((problem) => problem.kind === 'ignored' && hasPictureExtension(problem.file));
  if (layout.files.length === 0 && !loose) {
    throw new SteadygazeError('data-empty', `The folder ${root} holds no pictures.`, hint);
  }
  const [only, ...more] = new Set(layout.files.map((file) => file.className));
  if (only === undefined) {
    throw new SteadygazeError('data-one-class', 'The pictures do not lie in folders of classes.', hint);
  }
  if (more.length > 0) return;
  const inner = layout.splits.length > 0 ? [] : (await listFolder(join(root, only)).catch(() => null))?.folders;
  throw new SteadygazeError(
    'data-one-class',
    `There is only one class, "${only}"; a classifier needs at least two.`,
    (inner?.length ?? 0) > 1 ? `If the classes are the folders inside "${only}", choose that folder instead.` : hint,
  );
}

function requirePictures(
  layout: Layout,
  pictures: readonly Inspected<ClassFile>[],
  problems: readonly Problem[],
): void {
  const example = problems.find((problem) => problem.kind !== 'ignored');
  const details = example && `${example.file}: ${example.reason}`;
  const hint = `${details ? `For example ${details} ` : ''}Supported are JPEG, PNG, WebP, AVIF, GIF and TIFF.`;
  if (pictures.length === 0) {
    throw new SteadygazeError(
      'data-unreadable',
      'None of the files in the folder is a picture that can be read.',
      hint,
    );
  }
  if (layout.splits.length > 0 && !pictures.some(({ item }) => item.split === 'train')) {
    throw new SteadygazeError('data-unreadable', 'None of the pictures for training can be read.', hint);
  }
  const [only, ...more] = new Set(pictures.map(({ item }) => item.className));
  if (more.length === 0) {
    throw new SteadygazeError(
      'data-one-class',
      `Only one class, "${only ?? ''}", has pictures that can be read.`,
      hint,
    );
  }
}

/** Leaves out files that neither are named like pictures nor begin like one. */
async function choosePictures(root: string, files: readonly ClassFile[], problems: Problem[]): Promise<ClassFile[]> {
  const chosen: ClassFile[] = [];
  for (const file of files) {
    if (hasPictureExtension(file.id) || (await looksLikePicture(join(root, file.id)))) chosen.push(file);
    else problems.push({ file: file.id, kind: 'not-a-picture', reason: 'The file is not a picture.' });
  }
  return chosen.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function countProgress(total: number, onProgress: OpenOptions['onProgress']): () => void {
  let done = 0;
  onProgress?.(0, total);
  return () => onProgress?.(++done, total);
}

/** Reads all files, from the index where they are known. What cannot be used becomes a problem. */
async function inspectAll<T>(
  root: string,
  items: readonly T[],
  pathOf: (item: T) => string,
  use: 'picture' | 'mask',
  options: OpenOptions,
  progress: () => void,
  problems: Problem[],
): Promise<Inspected<T>[]> {
  const results: (Inspected<T> | undefined)[] = new Array<Inspected<T> | undefined>(items.length);
  const failures: (Problem | undefined)[] = new Array<Problem | undefined>(items.length);
  await forEachConcurrently(
    items,
    async (item, i) => {
      const file = pathOf(item);
      const stamp = await stat(join(root, file)).catch(() => null);
      const known = stamp && options.index?.get(file, stamp);
      const facts = known ?? (await inspectPicture(join(root, file), use));
      if ('kind' in facts) {
        failures[i] = { file, kind: use === 'mask' ? 'bad-mask' : facts.kind, reason: facts.reason };
      } else {
        results[i] = { item, facts };
        if (stamp && !known) options.index?.set(file, stamp, facts);
      }
      progress();
    },
    options.signal,
  );
  problems.push(...failures.filter((failure) => failure !== undefined));
  return results.filter((result) => result !== undefined);
}

/** Keeps the splits that have folders; parts the missing ones from training. */
function assignSplits(
  pictures: readonly Inspected<ClassFile>[],
  labels: readonly number[],
  classes: readonly string[],
  seed: number,
  shares: { readonly val: number; readonly test: number },
): { readonly splits: Split[]; readonly splitOrigin: Dataset['splitOrigin'] } {
  const splits = pictures.map(({ item }): Split => item.split ?? 'train');
  const hasVal = splits.includes('val');
  const hasTest = splits.includes('test');
  if (hasVal && hasTest) return { splits, splitOrigin: 'folders' };
  const pool = splits.flatMap((split, i) => (split === 'train' ? [i] : []));
  const groups = groupNearDuplicates(
    pool.map((i) => pictures[i]?.facts.thumbnail ?? new Uint8Array()),
    pool.map((i) => pictures[i]?.facts.hash ?? ''),
  );
  const parted = splitStratified(
    pool.map((i) => labels[i] ?? 0),
    groups,
    classes,
    seed,
    { val: hasVal ? 0 : shares.val, test: hasTest ? 0 : shares.test },
  );
  pool.forEach((i, at) => (splits[i] = parted[at] ?? 'train'));
  return { splits, splitOrigin: hasVal || hasTest ? 'mixed' : 'seeded' };
}

/** Masks by picture id. A mask of another shape than its picture would mark the wrong pixels: it is left out. */
async function readMasks(
  root: string,
  folder: string | null,
  files: readonly string[],
  pictures: readonly Inspected<ClassFile>[],
  options: OpenOptions,
  progress: () => void,
  problems: Problem[],
): Promise<ReadonlyMap<string, { readonly path: string; readonly hash: string }>> {
  const usable = new Map<string, { path: string; hash: string }>();
  if (folder === null) return usable;
  const owners = pictures.map(({ item }) => ({ id: item.id, folderSplit: item.split }));
  const { maskOf, unmatched } = matchMasks(folder, files, owners);
  for (const file of unmatched) {
    problems.push({ file, kind: 'bad-mask', reason: 'No readable picture belongs to this mask.' });
    progress();
  }
  const used = [...new Set(maskOf.values())];
  const inspected = await inspectAll(root, used, (file) => file, 'mask', options, progress, problems);
  const factsOf = new Map(inspected.map(({ item, facts }) => [item, facts]));
  for (const { item, facts: picture } of pictures) {
    const path = maskOf.get(item.id);
    const mask = path === undefined ? undefined : factsOf.get(path);
    if (path === undefined || mask === undefined) continue;
    const stretch = (mask.width * picture.height) / (mask.height * picture.width);
    // Rounding of a mask made at a smaller size is allowed for: one pixel on the shorter side.
    if (Math.abs(Math.log(stretch)) > 0.02 + 1 / Math.min(mask.width, mask.height)) {
      const reason = `The mask has ${mask.width} x ${mask.height} pixels, the picture ${picture.width} x ${picture.height}.`;
      problems.push({ file: path, kind: 'bad-mask', reason });
    } else usable.set(item.id, { path, hash: mask.hash });
  }
  return usable;
}
