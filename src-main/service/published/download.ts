/**
 * Fetches published weights, because somebody asked for it and never otherwise. What has come stays in `<file>.part`
 * when it ends early, also when the program is killed, and the next time goes on from there. The file gets its name
 * only after its SHA-256 was checked.
 */
import { mkdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { syncFolder, writeJsonAtomic } from '../../workspace/atomic-file.ts';
import { hashFile } from '../../workspace/file-hash.ts';
import { acquireLock } from '../../workspace/lock.ts';
import type { Lock } from '../../workspace/lock.ts';
import { addressOf } from './mirror.ts';
import { partFile, wholeFile } from './published-files.ts';
import { canBeSize, isPinned, largestSize, sizeOf } from './published-list.ts';
import type { PublishedWeights } from './published-list.ts';
import { Interrupted, transfer, Unusable } from './transfer.ts';
import type { Validator } from './transfer.ts';

export interface DownloadOptions {
  /** Where downloaded weights lie; made where missing. */
  readonly folder: string;
  /** Takes the publisher's place; null: none. */
  readonly mirror: string | null;
  readonly signal: AbortSignal;
  /** In bytes; seconds are null until they can be told. */
  readonly onProgress?: (done: number, total: number, secondsLeft: number | null) => void;
  /** Everything has come and is being checked. */
  readonly onCheck?: () => void;
  /** Milliseconds without a byte after which a connection counts as dead. */
  readonly patience?: number;
  /** Milliseconds before each further attempt after one that brought nothing. */
  readonly pauses?: readonly number[];
}

const PATIENCE = 30_000;
const PAUSES = [1_000, 4_000, 10_000];
/** Before so many milliseconds have gone by, the time left would be a guess. */
const SETTLED = 2_000;
const GO_ON = 'Try again: what has come is kept, and it goes on from there.';

/**
 * @returns the checked file
 * @throws SteadygazeError `download-failed` with what to do; `cancelled`; `busy` where somebody else is at it;
 *   `disk-full`; `weights-invalid` where another file came, which is deleted then
 */
export async function downloadWeights(weights: PublishedWeights, options: DownloadOptions): Promise<string> {
  const { folder } = options;
  const file = wholeFile(weights, folder);
  await mkdir(folder, { recursive: true });
  if (await isWhole(weights, file)) return file;
  const lock = await acquireLock(`${file}.lock`, { what: weights.title }).catch((error: unknown) => {
    throw error instanceof SteadygazeError ? busy(weights) : error;
  });
  try {
    // Whoever had the lock may have finished it.
    if (await isWhole(weights, file)) return file;
    await fetchAll(weights, options, lock);
    return await putInPlace(weights, options);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw diskFull(weights, `${code}`);
  } finally {
    lock.release();
  }
}

/** What was written down when the part began, so that it goes on only with the same file. */
const Kept = v.object({ url: v.string(), value: v.string() });
const validatorFile = (weights: PublishedWeights, folder: string): string => `${partFile(weights, folder)}.json`;

/** Asks again and again, as long as it brings something or can be expected to. */
async function fetchAll(weights: PublishedWeights, options: DownloadOptions, lock: Lock): Promise<void> {
  const { folder, mirror, signal, patience = PATIENCE, pauses = PAUSES } = options;
  const part = partFile(weights, folder);
  const kept = validatorFile(weights, folder);
  const progress = new Progress(weights, options);
  let fruitless = 0;
  for (;;) {
    let have = await bytesOf(part);
    if (canBeSize(weights, have) && 'exact' in weights.size) return;
    if (have > largestSize(weights)) {
      await rm(part, { force: true });
      have = 0;
    }
    await refuseFullDisk(weights, folder, have);
    let done = have;
    try {
      await transfer({
        ...{ url: addressOf(weights, mirror), part, have, validator: await readValidator(kept) },
        ...{ signal, patience, most: largestSize(weights) },
        needed: 'exact' in weights.size ? weights.size.exact : 0,
        checkSize: (bytes) => {
          if (!canBeSize(weights, bytes)) throw wrongSize(weights, bytes);
        },
        onBegin: async (from, total, validator) => {
          if (!lock.isHeld()) throw busy(weights);
          done = from;
          progress.begin(from, total);
          if (validator === null) await rm(kept, { force: true });
          else await writeJsonAtomic(kept, validator);
        },
        onBytes: (now) => {
          done = now;
          progress.tell(now);
        },
      });
      return;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (error instanceof Unusable) {
        // All that can come is here already, or the beginning is of another file. The check tells.
        if (canBeSize(weights, have)) return;
        await rm(part, { force: true });
      }
      fruitless = done > have ? 0 : fruitless + 1;
      const wait = pauses[Math.max(0, fruitless - 1)];
      if (!error.again || wait === undefined) throw failed(weights, error, mirror);
      await pause(wait, undefined, { signal }).catch(() => {
        throw new SteadygazeError('cancelled', 'Stopped on request.');
      });
    }
  }
}

async function putInPlace(weights: PublishedWeights, { folder, onCheck, signal }: DownloadOptions): Promise<string> {
  const part = partFile(weights, folder);
  const file = wholeFile(weights, folder);
  onCheck?.();
  const bytes = await bytesOf(part);
  const isRight = canBeSize(weights, bytes) && isPinned(weights, await hashFile(part));
  if (signal.aborted) throw new SteadygazeError('cancelled', 'Stopped on request.');
  if (isRight) await rename(part, file);
  else await rm(part, { force: true });
  await rm(validatorFile(weights, folder), { force: true });
  await syncFolder(folder);
  if (isRight) return file;
  throw new SteadygazeError(
    'weights-invalid',
    `What came is not the file that was expected (its SHA-256 is another one), and was deleted: ${weights.fileName}`,
    'Try again. If it happens again, do not trust this server: set another mirror, or get the file elsewhere and choose it.',
  );
}

async function isWhole(weights: PublishedWeights, file: string): Promise<boolean> {
  const bytes = await bytesOf(file);
  return bytes > 0 && canBeSize(weights, bytes) && isPinned(weights, await hashFile(file));
}

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

/** Null also where the part was fetched from elsewhere: what counts in the end is the hash. */
async function readValidator(path: string): Promise<Validator | null> {
  try {
    const parsed = v.safeParse(Kept, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

async function refuseFullDisk(weights: PublishedWeights, folder: string, have: number): Promise<void> {
  const disk = await statfs(folder).catch(() => null);
  if (disk !== null && disk.bavail * disk.bsize < sizeOf(weights) - have) throw diskFull(weights);
}

/** How far it is, and how long it takes still: by what came in this attempt. */
class Progress {
  readonly #weights: PublishedWeights;
  readonly #options: DownloadOptions;
  #total: number;
  #from = 0;
  #began = 0;

  constructor(weights: PublishedWeights, options: DownloadOptions) {
    this.#weights = weights;
    this.#options = options;
    this.#total = sizeOf(weights);
  }

  begin(from: number, total: number | null): void {
    this.#from = from;
    this.#began = performance.now();
    this.#total = total ?? sizeOf(this.#weights);
    this.tell(from);
  }

  tell(done: number): void {
    const time = performance.now() - this.#began;
    const came = done - this.#from;
    const left = time < SETTLED || came === 0 ? null : ((this.#total - done) * time) / came / 1000;
    this.#options.onProgress?.(done, this.#total, left === null ? null : Math.max(0, left));
  }
}

function busy({ title }: PublishedWeights): SteadygazeError {
  return new SteadygazeError('busy', `These weights are being downloaded already: ${title}.`, 'Wait until that ends.');
}

function wrongSize({ fileName, size }: PublishedWeights, bytes: number): SteadygazeError {
  const wanted = 'exact' in size ? `${size.exact}` : `about ${size.about}`;
  return new SteadygazeError(
    'download-failed',
    `The server has another file of this name: it has ${bytes} bytes, not ${wanted}: ${fileName}`,
    'Check the address of the mirror, or get the file elsewhere and choose it.',
  );
}

function failed(weights: PublishedWeights, { reason, cause }: Interrupted, mirror: string | null): SteadygazeError {
  const elsewhere = `Or get ${weights.url} on another computer and choose that file.`;
  const check = mirror === null ? '' : ' Check the address of the mirror.';
  return new SteadygazeError(
    'download-failed',
    `The download did not work: ${reason}.`,
    `${GO_ON}${check} ${elsewhere}`,
    technicalReason(cause),
  );
}

/** `fetch` says only that it failed; why stands in what caused it. */
function technicalReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function diskFull(weights: PublishedWeights, details?: string): SteadygazeError {
  const megabytes = Math.ceil(sizeOf(weights) / 1e6);
  return new SteadygazeError(
    'disk-full',
    `There is not enough space on the disk for these weights: ${weights.title}, ${megabytes} MB.`,
    'Free some space and try again: what has come is kept.',
    details,
  );
}
