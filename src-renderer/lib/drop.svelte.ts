import { client } from './client.ts';
import { pathFromDrop } from './drop-paths.ts';

/** What was dropped: its path; or nothing that has one, because a browser tells no page where a file lies. */
export type Dropped = { readonly path: string } | { readonly path: null; readonly name: string };

/** Things from outside that are dragged over the window and dropped on it. */
class Drop {
  /** Something that can be dropped is over the window. */
  over = $state(false);
  /** How many nested elements it has entered and not left. */
  #depth = 0;
  /** A picture of our own is dragged: that is not meant for us. */
  #own = false;

  /** Listens on the whole window. @returns a function that ends it, fit for an effect */
  listen(dropped: (what: Dropped) => void): () => void {
    const ended = new AbortController();
    const { signal } = ended;
    const end = (): void => {
      this.#depth = 0;
      this.over = false;
    };
    addEventListener('dragstart', () => (this.#own = true), { signal });
    addEventListener('dragend', () => (this.#own = false), { signal });
    addEventListener(
      'dragenter',
      (event) => {
        if (!this.#takes(event)) return;
        event.preventDefault();
        this.#depth++;
        this.over = true;
      },
      { signal },
    );
    addEventListener('dragleave', () => this.over && --this.#depth <= 0 && end(), { signal });
    addEventListener(
      'dragover',
      (event) => {
        if (!this.#takes(event) || !event.dataTransfer) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      { signal },
    );
    addEventListener(
      'drop',
      (event) => {
        // Without this a browser would leave the page for the dropped file.
        event.preventDefault();
        end();
        if (!this.#takes(event) || !event.dataTransfer) return;
        dropped(readDrop(event.dataTransfer));
      },
      { signal },
    );
    addEventListener('blur', end, { signal });
    return () => ended.abort();
  }

  #takes({ dataTransfer }: DragEvent): boolean {
    if (this.#own || !dataTransfer) return false;
    return ['Files', 'text/uri-list'].some((type) => dataTransfer.types.includes(type));
  }
}

function readDrop(data: DataTransfer): Dropped {
  const file = data.files[0];
  const path = (file ? client.pathOf(file) : null) ?? pathFromDrop((type) => data.getData(type));
  return path === null ? { path, name: file?.name ?? '' } : { path };
}

/** The one of the window. */
export const drop = new Drop();
