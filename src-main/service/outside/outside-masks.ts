/** Masks that belong to heatmaps of another program: `0.png`, `1.png`, ... in one folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { decodeMask } from '../../datasets/pictures/decode.ts';
import { inspectHeader, MAX_MASK_PIXELS } from '../../datasets/pictures/open-picture.ts';
import { reasonOfSystem } from '../../datasets/pictures/picture-file.ts';
import { FRAME } from '../../evaluation/heatmap-frame.ts';
import { counted } from './cells.ts';

/** `7.png`, also `0007.PNG`. */
const NAME = /^0*(\d+)\.png$/i;

export class OutsideMasks {
  readonly #folder: string;
  /** Name of the file by the index of the picture. */
  readonly #names: ReadonlyMap<number, string>;
  #resized = 0;
  #empty = 0;

  private constructor(folder: string, names: ReadonlyMap<number, string>) {
    this.#folder = folder;
    this.#names = names;
  }

  /**
   * Lists the masks of a folder; everything that is not named like one is passed over.
   * @param count how many pictures there are
   * @throws SteadygazeError `not-found`, `data-unreadable`
   */
  static async open(folder: string, count: number): Promise<OutsideMasks> {
    const names = new Map<number, string>();
    for (const name of (await namesIn(folder)).sort()) {
      const digits = NAME.exec(name)?.[1];
      if (digits === undefined) continue;
      const index = Number(digits);
      if (index >= count) {
        throw refused(
          folder,
          `There is no picture ${index} for the mask ${name}; there are ${count}, the last is ${count - 1}.`,
        );
      }
      const other = names.get(index);
      if (other !== undefined) throw refused(folder, `There are two masks of picture ${index}: ${other} and ${name}.`);
      names.set(index, name);
    }
    if (names.size === 0) throw refused(folder, 'There is no mask in this folder.');
    return new OutsideMasks(folder, names);
  }

  has(index: number): boolean {
    return this.#names.has(index);
  }

  /**
   * @returns [224, 224] 1 = object; null where the picture has none
   * @throws SteadygazeError `data-unreadable`
   */
  async read(index: number): Promise<Uint8Array | null> {
    const name = this.#names.get(index);
    if (name === undefined) return null;
    const path = join(this.#folder, name);
    let mask: Uint8Array;
    try {
      const bytes = await readFile(path);
      const { width, height } = await inspectHeader(bytes, MAX_MASK_PIXELS);
      if (width !== FRAME || height !== FRAME) this.#resized++;
      mask = await decodeMask(bytes, FRAME);
    } catch (error) {
      const reason = systemCode(error) === undefined ? 'It is damaged, or no PNG picture.' : reasonOfSystem(error);
      throw new SteadygazeError('data-unreadable', `The mask ${path} cannot be read. ${reason}`);
    }
    if (!mask.includes(1)) this.#empty++;
    return mask;
  }

  /** What there is to say of the masks read so far: plain sentences. */
  notes(): string[] {
    const notes: string[] = [];
    if (this.#resized > 0) {
      const were = this.#resized === 1 ? 'mask was' : 'masks were';
      notes.push(`${this.#resized} ${were} not ${FRAME} x ${FRAME} pixels large, and resized to it (nearest pixel).`);
    }
    if (this.#empty > 0) {
      notes.push(`${counted(this.#empty, 'mask shows', 'masks show')} no object, and counted as if it were not there.`);
    }
    return notes;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') throw new SteadygazeError('not-found', `This folder does not exist: ${folder}`);
    if (code === 'ENOTDIR') throw refused(folder, 'This is no folder.');
    throw refused(folder, reasonOfSystem(error));
  }
}

const refused = (folder: string, reason: string): SteadygazeError =>
  new SteadygazeError(
    'data-unreadable',
    `${folder}: ${reason}`,
    'Masks are named after the index of their picture, from 0.png on.',
  );
