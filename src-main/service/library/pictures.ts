/**
 * Pictures of a data set, small enough to be shown: made from the originals when they are first asked for, kept in memory
 * and, for studies, in the study's cache.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import type { DataSource } from '../../datasets/dataset.ts';
import { openPicture } from '../../datasets/pictures/open-picture.ts';
import { sharedPictures } from '../../datasets/shared-pictures.ts';
import { temporaryBeside } from '../../workspace/atomic-file.ts';
import { shownPictureFile } from '../../workspace/study-layout.ts';
import { ByteCache } from './byte-cache.ts';
import type { ResourceBody } from './library.ts';
import type { Pictures } from './open-studies.ts';

const MEMORY = 64 << 20;
const QUALITY = 82;
const PICTURE_TYPE = 'image/jpeg';

export class ShownPictures {
  readonly #memory = new ByteCache<Uint8Array>(MEMORY, (bytes) => bytes.byteLength);
  /** Being made this moment: everybody who asks for it waits for the same. */
  readonly #underWay = new Map<string, Promise<Uint8Array>>();

  /**
   * @param cache folder of the study whose cache keeps it, or null
   * @param size longest side in pixels; smaller originals stay as they are
   * @throws SteadygazeError `not-found` where there is none, or its file is gone, changed, or cannot be read
   */
  async get(pictures: Pictures, cache: string | null, hash: string, size: number): Promise<ResourceBody> {
    const key = `${hash}-${size}`;
    let bytes = this.#memory.get(key);
    if (bytes === undefined) {
      let making = this.#underWay.get(key);
      if (making === undefined) {
        making = this.#read(pictures, cache, hash, size).finally(() => this.#underWay.delete(key));
        this.#underWay.set(key, making);
      }
      bytes = await making;
      this.#memory.set(key, bytes);
    }
    return { type: PICTURE_TYPE, body: bytes, immutable: true };
  }

  async #read({ dataset, byHash }: Pictures, cache: string | null, hash: string, size: number): Promise<Uint8Array> {
    const sample = byHash.get(hash);
    if (sample === undefined) throw new SteadygazeError('not-found', 'This picture does not belong to the study.');
    const kept = cache === null ? null : shownPictureFile(cache, hash, size);
    if (kept !== null) {
      const known = await readFile(kept).catch(() => null);
      if (known !== null && isWholeJpeg(known)) return known;
    }
    const bytes = await shrunk(await original(dataset, sample.id, hash), size);
    if (kept !== null) await keep(kept, bytes);
    return bytes;
  }
}

/**
 * Not made durable, as other files of a study are: thousands are written while somebody scrolls, and one that a power
 * cut tore is noticed and made again. A cache that cannot be written (a full disk) costs time and nothing else.
 */
async function keep(path: string, bytes: Uint8Array): Promise<void> {
  const draft = temporaryBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, path);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Begins and ends as a JPEG does. */
const isWholeJpeg = (bytes: Uint8Array): boolean =>
  bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;

/** The bytes of the picture, as they were when the data was read. */
async function original(source: DataSource, id: string, hash: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await sharedPictures.use(source, (reader) => reader.read(id));
  } catch (error) {
    const gone = ['ENOENT', 'ENOTDIR', 'not-found'].includes(systemCode(error) ?? '');
    throw new SteadygazeError(
      'not-found',
      gone ? `The picture is not there any more: ${id}` : `The picture cannot be read: ${id}`,
      'Put the pictures back where they were.',
      String(error),
    );
  }
  if (createHash('sha256').update(bytes).digest('hex') === hash) return bytes;
  throw new SteadygazeError(
    'not-found',
    `The picture was changed since the study was made: ${id}`,
    'Put the old file back, or make a new study of the pictures as they are now.',
  );
}

/** JPEG, upright, on white where it is transparent, its longest side at most `size`. */
async function shrunk(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    return await (
      await openPicture(bytes)
    )
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .jpeg({ quality: QUALITY })
      .toBuffer();
  } catch (error) {
    throw new SteadygazeError('not-found', 'The picture cannot be shown: its file is damaged.', '', String(error));
  }
}
