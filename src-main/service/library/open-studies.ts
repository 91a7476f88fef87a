/** The studies that are looked at, with their lists of pictures, read once and again when a list or its corrections have changed. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PictureRef } from '../../contract/data-view.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { DataState } from '../../contract/run.ts';
import type { Dataset, Sample } from '../../datasets/dataset.ts';
import { StudyData } from '../../workspace/study-data.ts';
import type { ReadData } from '../../workspace/study-data.ts';
import { dataEditsFile, dataFile } from '../../workspace/study-layout.ts';
import { openStudy } from '../../workspace/study.ts';
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
  /** All states of its data. */
  readonly data: StudyData;
  /** The state that {@link dataset} is in. */
  readonly read: ReadData;
}

/** What names a run's state of the data, and proves that it is that. */
type OfRun = DataState & { readonly dataFingerprint: string };

/** The maps are made when they are first needed: an answer to a correction need not wait for them. */
export function picturesOf(dataset: Dataset): Pictures {
  let byId: Map<string, Sample> | null = null;
  let byHash: Map<string, Sample> | null = null;
  return {
    dataset,
    get byId() {
      return (byId ??= new Map(dataset.samples.map((sample) => [sample.id, sample])));
    },
    get byHash() {
      // Of several of one content the first is put in last.
      return (byHash ??= new Map(dataset.samples.map((sample): [string, Sample] => [sample.hash, sample]).reverse()));
    },
  };
}

export const pictureRef = ({ id, hash, width, height, labels }: Sample): PictureRef => ({
  id,
  hash,
  width,
  height,
  ...(labels === undefined ? {} : { labels }),
});

interface Kept {
  /** Of the list of pictures, and of its corrections: size and time of change. */
  readonly list: string;
  readonly edits: string;
  readonly opened: Promise<OpenedStudy>;
}

export class OpenStudies {
  readonly #kept = new Map<string, Kept>();
  readonly #states = new WeakMap<ReadData, OpenedStudy>();
  readonly #pictures = new WeakMap<Dataset, Pictures>();

  /** The study with its data as they are now. @throws SteadygazeError `not-found`, `study-newer`, `study-corrupt` */
  async get(folder: string): Promise<OpenedStudy> {
    const path = resolve(folder);
    const [list, edits] = [await stampOf(dataFile(path)), await stampOf(dataEditsFile(path))];
    const known = this.#kept.get(path);
    if (known?.list === list && known.edits === edits) return known.opened;
    // A correction changes nothing of what was read from the disk, which takes longest.
    const before = known?.list === list ? known.opened : null;
    const opened = this.#read(path, before);
    const kept = { list, edits, opened };
    this.#kept.set(path, kept);
    // What failed is tried again.
    opened.catch(() => {
      if (this.#kept.get(path) === kept) this.#kept.delete(path);
    });
    return opened;
  }

  /** The study with its data as a run saw them; as they are now, where that state cannot be found any more. */
  async ofRun(folder: string, run: OfRun): Promise<OpenedStudy> {
    const present = await this.get(folder);
    if (run.dataFingerprint === present.dataset.fingerprint) return present;
    const read = await readState(present.data, run);
    return read === null ? present : this.#opened(present.study, present.data, read);
  }

  /** The data set of a study that holds a picture of this content: as it is now, else as it was read, now or earlier. */
  async holding(folder: string, hash: string): Promise<Pictures> {
    const present = await this.get(folder);
    if (present.byHash.has(hash)) return present;
    for (const dataset of await present.data.known()) {
      const pictures = this.#pictures.get(dataset) ?? picturesOf(dataset);
      this.#pictures.set(dataset, pictures);
      if (pictures.byHash.has(hash)) return pictures;
    }
    return present;
  }

  forget(folder: string): void {
    this.#kept.delete(resolve(folder));
  }

  async #read(folder: string, before: Promise<OpenedStudy> | null): Promise<OpenedStudy> {
    const known = await before?.catch(() => null);
    const study = known?.study ?? (await openStudy(folder));
    const data = known?.data ?? new StudyData(study);
    return this.#opened(study, data, await data.read());
  }

  #opened(study: Study, data: StudyData, read: ReadData): OpenedStudy {
    const opened = this.#states.get(read) ?? openedOf(study, data, read);
    this.#states.set(read, opened);
    return opened;
  }
}

/** A study that is looked at once. @throws SteadygazeError `study-newer`, `study-corrupt` */
export async function openOnce(study: Study): Promise<OpenedStudy> {
  const data = new StudyData(study);
  return openedOf(study, data, await data.read());
}

/** The data as a run saw them; null where that state cannot be found any more. */
export async function readState(data: StudyData, run: OfRun): Promise<ReadData | null> {
  try {
    const read = await data.read(run);
    return read.dataset.fingerprint === run.dataFingerprint ? read : null;
  } catch (error) {
    if (error instanceof SteadygazeError) return null;
    throw error;
  }
}

function openedOf(study: Study, data: StudyData, read: ReadData): OpenedStudy {
  const pictures = picturesOf(read.dataset);
  return {
    study,
    data,
    read,
    dataset: read.dataset,
    get byId() {
      return pictures.byId;
    },
    get byHash() {
      return pictures.byHash;
    },
  };
}

async function stampOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}/${mtimeMs}`;
  } catch {
    return '';
  }
}
