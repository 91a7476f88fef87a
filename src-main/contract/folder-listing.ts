/** A folder of the machine that the service runs on, for the folder browser of browser mode. */

export interface FolderEntry {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly kind: 'folder' | 'study' | 'file';
}

export interface FolderListing {
  /** Absolute. */
  readonly path: string;
  /** The way here, from the root on; the last is this folder. */
  readonly trail: readonly { readonly name: string; readonly path: string }[];
  /** Folders only, by name; at most 2,000. */
  readonly entries: readonly FolderEntry[];
  /** There are more than are listed. */
  readonly more: boolean;
  /** Archives, tables, annotations and arrays, by name; at most 500. */
  readonly files: readonly FolderEntry[];
  /** Files that may hold weights, by name; at most 500. */
  readonly weights: readonly FolderEntry[];
  /** Pictures that lie directly in this folder (counted up to 1,000). */
  readonly pictures: number;
  /** Home, documents, pictures, drives, the sample: places to begin. */
  readonly places: readonly { readonly name: string; readonly path: string }[];
}
