/** What the name of a file says about archives, for whoever only looks at names: nothing here opens a file. */

/** Archives that are read as they are. */
const READABLE = /\.(zip|tar|tgz|tar\.gz)$/i;
/** Archives of which it is only said that they must be unpacked. `.gz` alone may be one packed file of a data set. */
const UNREADABLE =
  /\.(rar|7z|tar\.(bz2|xz|zst|lz4|lzma|z)|tbz2?|txz|tzst|bz2|xz|zst|lz4|lzma|ace|arj|cab|dmg|iso|z\d\d|(zip|tar|7z)\.\d{3})$/i;

export const hasArchiveExtension = (path: string): boolean => READABLE.test(path);

export const hasUnreadableArchiveExtension = (path: string): boolean => UNREADABLE.test(path);

/**
 * The path of an archive's entry as everything here writes paths, or, as a sentence, why the entry lies nowhere.
 * Backslashes are separators: programs for Windows write them, and no data set needs them inside of a name.
 */
export function entryPath(name: string): { readonly path: string } | { readonly problem: string } {
  const parts = name.replaceAll('\\', '/').split('/');
  if (parts[0] === '' || /^[A-Za-z]:$/.test(parts[0] ?? '')) {
    return { problem: 'The name is a place outside of the archive; such a file is not read.' };
  }
  if (parts.includes('..')) return { problem: 'The name leads out of the archive; such a file is not read.' };
  if (name.includes('\0')) return { problem: 'The name holds a character that no name may hold.' };
  const isFolder = parts.at(-1) === '' || parts.at(-1) === '.';
  const path = parts.filter((part) => part !== '' && part !== '.').join('/');
  return { path: isFolder && path !== '' ? `${path}/` : path };
}
