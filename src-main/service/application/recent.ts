/** The studies that were opened last. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { RecentStudy, StudyState } from '../../contract/app-state.ts';
import { KeptFile } from './kept-file.ts';

const MOST = 20;
/** A network drive that does not answer in so many milliseconds counts as gone, for now. */
const PATIENCE = 1_500;
/** Looks that may hang at a time: each holds one of the few threads that all files of the process go through. */
const MOST_HANGING = 2;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Entry = v.object({
  folder: v.string(),
  name: v.string(),
  opened: v.string(),
  pictures: count,
  classes: count,
  runs: count,
});
type Entry = v.InferOutput<typeof Entry>;

export class RecentStudies {
  readonly #file: KeptFile<Entry[]>;
  readonly #onChange: (recent: readonly RecentStudy[]) => void;
  readonly #gone = new Set<string>();
  #hanging = 0;

  private constructor(file: KeptFile<Entry[]>, onChange: (recent: readonly RecentStudy[]) => void) {
    this.#file = file;
    this.#onChange = onChange;
  }

  /** @param dataFolder of the app; its `recent.json` */
  static async open(
    dataFolder: string,
    log: (text: string) => void,
    onChange: (recent: readonly RecentStudy[]) => void,
  ): Promise<RecentStudies> {
    const path = join(dataFolder, 'recent.json');
    return new RecentStudies(
      await KeptFile.open({ path, kind: 'recent', schema: v.array(Entry), fresh: [], log }),
      onChange,
    );
  }

  /** The last opened first. */
  get list(): readonly RecentStudy[] {
    return this.#file.value.map((entry) => ({ ...entry, missing: this.#gone.has(entry.folder) }));
  }

  /** Puts a study at the head of the list, as it is now. */
  opened(study: StudyState, now: Date): void {
    const entry = entryOf(study, now.toISOString());
    this.#gone.delete(study.folder);
    this.#change([entry, ...this.#others(study.folder)].slice(0, MOST));
  }

  /** The counts of a study that is open already. */
  changed(study: StudyState): void {
    const before = this.#file.value.find(({ folder }) => folder === study.folder);
    if (before === undefined) return;
    const entry = entryOf(study, before.opened);
    if (JSON.stringify(entry) === JSON.stringify(before)) return;
    this.#change(this.#file.value.map((each) => (each === before ? entry : each)));
  }

  forget(folder: string): void {
    this.#change(this.#others(folder));
  }

  /** Looks which of the folders are there now. A drive that does not answer holds nobody up. */
  async look(): Promise<void> {
    const before = [...this.#gone].sort().join('\n');
    for (const { folder } of this.#file.value) {
      if (this.#hanging >= MOST_HANGING) break;
      if (await this.#isThere(folder)) this.#gone.delete(folder);
      else this.#gone.add(folder);
    }
    if ([...this.#gone].sort().join('\n') !== before) this.#onChange(this.list);
  }

  settled(): Promise<void> {
    return this.#file.settled();
  }

  async #isThere(folder: string): Promise<boolean> {
    this.#hanging++;
    const looking = stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    void looking.finally(() => this.#hanging--);
    let late: NodeJS.Timeout | undefined;
    const given = new Promise<boolean>((resolve) => {
      late = setTimeout(() => resolve(false), PATIENCE).unref();
    });
    try {
      return await Promise.race([looking, given]);
    } finally {
      clearTimeout(late);
    }
  }

  #others(folder: string): Entry[] {
    return this.#file.value.filter((entry) => entry.folder !== folder);
  }

  #change(entries: Entry[]): void {
    this.#file.set(entries);
    this.#onChange(this.list);
  }
}

function entryOf({ folder, name, data, runs }: StudyState, opened: string): Entry {
  return { folder, name, opened, pictures: data.pictures, classes: data.classes.length, runs: runs.length };
}
