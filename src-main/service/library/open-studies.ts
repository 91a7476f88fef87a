/** The studies that are looked at, with their lists of pictures, read once and again when the list has changed. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PictureRef } from '../../contract/data-view.ts';
import type { Dataset, Sample } from '../../datasets/dataset.ts';
import { dataFile } from '../../workspace/study-layout.ts';
import { openStudy } from '../../workspace/study.ts';
import { readDataset } from '../../workspace/study-data.ts';
import type { Study } from '../../workspace/study.ts';

/** A data set with its pictures by name and by content. */
export interface Pictures {
  readonly dataset: Dataset;
  readonly byId: ReadonlyMap<string, Sample>;
  /** The first of each content. */
  readonly byHash: ReadonlyMap<string, Sample>;
}

export interface OpenedStudy extends Pictures {
  readonly study: Study;
}

export function picturesOf(dataset: Dataset): Pictures {
  const byId = new Map<string, Sample>();
  const byHash = new Map<string, Sample>();
  for (const sample of dataset.samples) {
    byId.set(sample.id, sample);
    if (!byHash.has(sample.hash)) byHash.set(sample.hash, sample);
  }
  return { dataset, byId, byHash };
}

export const pictureRef = ({ id, hash, width, height }: Sample): PictureRef => ({ id, hash, width, height });

interface Kept {
  /** Of the list of pictures: size and time of change. */
  readonly stamp: string;
  readonly opened: Promise<OpenedStudy>;
}

export class OpenStudies {
  readonly #kept = new Map<string, Kept>();

  /** @throws SteadygazeError `not-found`, `study-newer`, `study-corrupt` */
  async get(folder: string): Promise<OpenedStudy> {
    const path = resolve(folder);
    const stamp = await stampOf(dataFile(path));
    const known = this.#kept.get(path);
    if (known?.stamp === stamp) return known.opened;
    const opened = read(path);
    const kept = { stamp, opened };
    this.#kept.set(path, kept);
    // What failed is tried again.
    opened.catch(() => {
      if (this.#kept.get(path) === kept) this.#kept.delete(path);
    });
    return opened;
  }

  forget(folder: string): void {
    this.#kept.delete(resolve(folder));
  }
}

async function read(folder: string): Promise<OpenedStudy> {
  const study = await openStudy(folder);
  return { study, ...picturesOf(await readDataset(study)) };
}

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}/${mtimeMs}`;
  } catch {
    return '';
  }
}
