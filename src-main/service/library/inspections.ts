/** Data sets that were looked at and are no study yet. The last few are kept, so that a study is made without reading twice. */
import { randomUUID } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Inspection } from '../../contract/data-view.ts';
import { hasArchiveExtension } from '../../datasets/trees/archive-name.ts';
import { openData } from '../../datasets/open-data.ts';
import { createStudy } from '../../workspace/study.ts';
import { describeData } from './data-view.ts';
import type { Following, Reading } from './library.ts';
import { picturesOf, type Pictures } from './open-studies.ts';

const KEPT = 3;

export class Inspections {
  /** By id, oldest first. */
  readonly #kept = new Map<string, Pictures>();

  async inspect(
    path: string,
    { format, choices: answers }: Reading,
    studies: string,
    following: Following = {},
  ): Promise<Inspection> {
    const chosen = format === null ? {} : { format };
    const opened = await openData(path, { seed: 0, remember: true, choices: answers, ...chosen, ...following });
    const { dataset, candidates, sentence, choices } = opened;
    const pictures = picturesOf(dataset);
    const id = randomUUID();
    this.#kept.set(id, pictures);
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    const name = basename(resolve(path));
    const isFile = dataset.focus !== null || hasArchiveExtension(name);
    const suggestedName = (isFile ? name.replace(/(\.tar)?\.[^.]+$/i, '') : name) || 'Pictures';
    return {
      id,
      path,
      recognised: sentence,
      formats: candidates,
      choices,
      view: describeData(pictures),
      suggestedName,
      suggestedFolder: await freeFolder(studies, suggestedName),
    };
  }

  /** @throws SteadygazeError `not-found`, `study-exists`, `study-unwritable`, `cancelled` */
  async createStudy(id: string, name: string, folder: string, { signal }: Following = {}): Promise<void> {
    const { dataset } = this.get(id);
    if (signal?.aborted === true) throw new SteadygazeError('cancelled', 'Stopped on request.');
    await createStudy(folder, dataset, { name });
  }

  /** @throws SteadygazeError `not-found` where it was too long ago */
  get(id: string): Pictures {
    const found = this.#kept.get(id);
    if (found !== undefined) return found;
    throw new SteadygazeError(
      'not-found',
      'What was found in this folder is not at hand any more.',
      'Choose the folder of pictures again.',
    );
  }

  /** Those that hold a picture of this content, the newest first. */
  holding(hash: string): Pictures[] {
    return [...this.#kept.values()].reverse().filter(({ byHash }) => byHash.has(hash));
  }
}

/** A folder in `parent` that does not exist yet: "Birds", "Birds 2", ... */
async function freeFolder(parent: string, name: string): Promise<string> {
  const safe = folderName(name);
  for (let number = 1; ; number++) {
    const path = join(parent, number === 1 ? safe : `${safe} ${number}`);
    if (
      await lstat(path).then(
        () => false,
        () => true,
      )
    )
      return path;
  }
}

/** A name without what some system does not allow in the name of a folder. */
function folderName(name: string): string {
  const letters = [...name].map((letter) => (letter < ' ' || '<>:"/\\|?*'.includes(letter) ? ' ' : letter));
  return (
    letters
      .join('')
      .replace(/[. ]+$/, '')
      .trim() || 'Study'
  );
}
