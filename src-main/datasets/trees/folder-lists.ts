/** What folders hold, remembered while many formats look at the same ones to recognise a place. */
import { listFolder } from './walk.ts';
import type { FolderListing } from './walk.ts';

/** Names that are remembered in all: some ten megabytes. */
const MOST_NAMES = 200_000;

export class FolderLists {
  readonly #known = new Map<string, Promise<FolderListing>>();
  #names = 0;

  /** As {@link listFolder}. */
  list(path: string): Promise<FolderListing> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const listing = listFolder(path);
    this.#known.set(path, listing);
    void listing.then(
      ({ files, folders }) => {
        this.#names += files.length + folders.length;
        if (this.#names > MOST_NAMES) this.forget();
      },
      () => this.#known.delete(path),
    );
    return listing;
  }

  forget(): void {
    this.#known.clear();
    this.#names = 0;
  }
}
