/**
 * Data sets whose pictures are read again and again, each opened once: an archive is listed, and a file of arrays
 * opened, when the first picture is asked for. Closed when nobody has read for a while: on Windows an open archive can
 * neither be moved nor removed.
 */
import type { DataSource } from './dataset.ts';
import type { PictureReader } from './trees/file-tree.ts';
import { openPictures } from './picture-reader.ts';

const IDLE_MS = 20_000;
/** Open at once, besides those that are being read from. */
const MOST_OPEN = 4;

interface Opened {
  readonly reader: Promise<PictureReader>;
  readers: number;
  closing: NodeJS.Timeout | undefined;
}

class SharedPictures {
  /** By source, the one that was used longest ago first. */
  readonly #opened = new Map<string, Opened>();

  /**
   * Runs `work` with the pictures of a data set; the reader must not be kept.
   * @throws as `openPictures`, and what `work` throws
   */
  async use<T>(source: DataSource, work: (reader: PictureReader) => Promise<T>): Promise<T> {
    const { root, format, inside, focus, choices } = source;
    const key = JSON.stringify([root, format, inside, focus, Object.entries(choices).sort()]);
    const opened = this.#take(key, source);
    try {
      return await work(await opened.reader);
    } finally {
      opened.readers--;
      if (opened.readers === 0 && this.#opened.get(key) === opened) {
        opened.closing = setTimeout(() => this.#close(key, opened), IDLE_MS);
        opened.closing.unref();
        this.#closeSome();
      }
    }
  }

  /** Closes what nobody reads from this moment; the rest follows when it is read no more. */
  closeIdle(): void {
    for (const [key, opened] of [...this.#opened]) if (opened.readers === 0) this.#close(key, opened);
  }

  #take(key: string, source: DataSource): Opened {
    const opened = this.#opened.get(key) ?? { reader: openPictures(source), readers: 0, closing: undefined };
    clearTimeout(opened.closing);
    opened.readers++;
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    // What could not be opened is tried again.
    opened.reader.catch(() => {
      if (this.#opened.get(key) === opened) this.#opened.delete(key);
    });
    return opened;
  }

  #closeSome(): void {
    let excess = this.#opened.size - MOST_OPEN;
    for (const [key, opened] of [...this.#opened]) {
      if (excess <= 0) return;
      if (opened.readers > 0) continue;
      this.#close(key, opened);
      excess--;
    }
  }

  #close(key: string, opened: Opened): void {
    clearTimeout(opened.closing);
    this.#opened.delete(key);
    // There is nobody left whom a failure could tell anything.
    opened.reader.then((reader) => reader.close()).catch(() => undefined);
  }
}

/** Those of this process. */
export const sharedPictures = new SharedPictures();
