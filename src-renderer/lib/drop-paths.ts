/** Reads a path out of what was dropped on the window or pasted into it as text. */

const ABSOLUTE = /^(?:\/|~(?:\/|$)|[a-z]:[\\/]|\\\\[^\\]+\\)/i;

/**
 * The first path in a list of addresses (`text/uri-list`: one a line, lines with # are remarks).
 * @returns null where no line is the address of a file
 */
export function pathFromUriList(list: string): string | null {
  for (const line of list.split(/\r?\n/)) {
    const path = line.startsWith('#') ? null : pathFromFileUri(line.trim());
    if (path !== null) return path;
  }
  return null;
}

/** `file:///home/a%20b` is `/home/a b`, `file:///C:/a` is `C:\a`, `file://host/share` is `\\host\share`. */
function pathFromFileUri(uri: string): string | null {
  if (!/^file:/i.test(uri) || !URL.canParse(uri)) return null;
  const { host, pathname } = new URL(uri);
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  if (host !== '') return `\\\\${host}${path.replaceAll('/', '\\')}`;
  return /^\/[a-z]:/i.test(path) ? path.slice(1).replaceAll('/', '\\') : path;
}

/**
 * A path that somebody wrote or copied: with or without quotes, as a path or as a file's address.
 * @returns null for any other text
 */
export function pathFromText(text: string): string | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  // A paragraph that happens to begin with a slash is no path.
  if (lines.length !== 1) return null;
  const line = (lines[0] ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
  if (/^file:/i.test(line)) return pathFromFileUri(line);
  return ABSOLUTE.test(line) && !line.includes('\0') && line.length <= 8000 ? line : null;
}

/** What is dropped, as far as it is text. */
export function pathFromDrop(read: (type: string) => string): string | null {
  return pathFromUriList(read('text/uri-list')) ?? pathFromText(read('text/plain'));
}
