/**
 * Finds the picture that a table or an annotation names. Whoever wrote the name sat at another computer: the folders
 * before it, its case, its slashes and the composition of its letters may differ. Only paths that were given are ever
 * returned, so that no name leads out of the data set.
 */
import { hasPictureExtension } from './picture-name.ts';

/** The path that a name means, or why there is none, as a sentence. */
export type FoundPicture = { readonly path: string } | { readonly problem: string };

/** Numbers of paths that end in the same parts; divided by the part before them once somebody asks. */
interface Ending {
  readonly members: number[];
  /** How many parts, from the end, are equal in all. */
  readonly depth: number;
  divided?: Map<string, Ending>;
}

/** Label Studio puts eight hexadecimal digits before the name of an uploaded file. */
const UPLOADED = /^[0-9a-f]{8}-(?=.)/i;

export class PictureFinder {
  readonly #paths: readonly string[];
  /** By folded path; several where only their case differs. */
  readonly #exact = new Map<string, number[]>();
  /** By folded base name without its extension. */
  readonly #endings = new Map<string, Ending>();
  readonly #folders = new Set<string>();
  /** Of names like 0012, by the number without the zeros; made once somebody asks. */
  #numbered: ReadonlyMap<string, Ending> | null = null;

  /** @param paths of all pictures, relative to the root, with forward slashes */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
    paths.forEach((path, i) => {
      const folded = fold(path);
      const same = this.#exact.get(folded);
      if (same === undefined) this.#exact.set(folded, [i]);
      else same.push(i);
      const slash = folded.lastIndexOf('/');
      const stem = stemOf(folded.slice(slash + 1));
      const ending = this.#endings.get(stem);
      if (ending === undefined) this.#endings.set(stem, { members: [i], depth: 0 });
      else ending.members.push(i);
      if (slash > 0 && !this.#folders.has(folded.slice(0, slash))) {
        const folder = folded.slice(0, slash);
        this.#folders.add(folder);
        for (const part of folder.split('/')) this.#folders.add(part);
      }
    });
  }

  /**
   * Tried in this order: the exact path (from `beside`, then from the root), the longest trailing parts that only one
   * picture has, the same without an extension or leading zeros; then all of that with %20 and the like decoded, and without an upload
   * prefix.
   * @param name   as it is written: any slashes, absolute, a URL
   * @param beside folder that the naming file lies in; '' for the root
   */
  find(name: string, beside = ''): FoundPicture {
    const plain = pathOf(name);
    if (plain === '') return { problem: 'No picture is named.' };
    for (const path of spellings(plain)) {
      const parts = partsOf(path, beside);
      const found = this.#exactly(parts, beside) ?? this.#byEnding(parts, beside);
      if (found !== null) return found;
    }
    return { problem: `There is no picture "${shorten(name)}".` };
  }

  #exactly({ fromBeside, own }: Parts, beside: string): FoundPicture | null {
    for (const parts of fromBeside === null ? [own] : [fromBeside, own]) {
      const path = parts.join('/');
      const same = this.#exact.get(fold(path));
      if (same !== undefined) return this.#one(same, parts, beside);
    }
    return null;
  }

  #byEnding({ own }: Parts, beside: string): FoundPicture | null {
    const folded = own.map(fold);
    const base = folded.at(-1) ?? '';
    const withExtension = this.#endings.get(stemOf(base));
    const whole = withExtension && this.#divide(withExtension).get(base);
    const found = whole && this.#longest(whole, folded);
    if (found !== undefined) return this.#plausible(found, folded, own, beside);
    const stems = this.#endings.get(base) ?? this.#padded(base);
    if (stems === undefined || hasPictureExtension(base)) return null;
    return this.#withoutExtension(stems, folded, own, beside);
  }

  /** Spreadsheets take names like 0012 for numbers and leave 12 of them. */
  #padded(base: string): Ending | undefined {
    if (!/^[1-9][0-9]*$/.test(base)) return undefined;
    this.#numbered ??= endingsWithoutZeros(this.#endings);
    return this.#numbered.get(base);
  }

  /** Files that are called like the name, with some extension each. */
  #withoutExtension(stems: Ending, folded: string[], own: readonly string[], beside: string): FoundPicture | null {
    const ends = [...this.#divide(stems).values()].map((ending) => this.#longest(ending, folded));
    const depth = Math.max(...ends.map((end) => end.depth));
    const members = ends.filter((end) => end.depth === depth).flatMap((end) => end.members);
    return this.#plausible({ members, depth }, folded, own, beside);
  }

  /** The paths that have most trailing parts in common with a name. */
  #longest(start: Ending, folded: readonly string[]): Ending {
    let ending = start;
    while (ending.depth < folded.length) {
      const next = this.#divide(ending).get(folded[folded.length - 1 - ending.depth]);
      if (next === undefined) break;
      ending = next;
    }
    return ending;
  }

  #divide(ending: Ending): Map<string, Ending> {
    if (ending.divided !== undefined) return ending.divided;
    const divided = new Map<string, Ending>();
    for (const member of ending.members) {
      const part = fold(this.#paths[member])
        .split('/')
        .at(-1 - ending.depth);
      if (part === undefined) continue;
      const known = divided.get(part);
      if (known === undefined) divided.set(part, { members: [member], depth: ending.depth + 1 });
      else known.members.push(member);
    }
    ending.divided = divided;
    return divided;
  }

  /**
   * Where the name says a folder that does exist, a picture that lies outside of it is another one: `cat/1.jpg` that is
   * missing must not become `dog/1.jpg`.
   */
  #plausible(ending: Ending, folded: readonly string[], own: readonly string[], beside: string): FoundPicture | null {
    const next = folded.at(-1 - ending.depth);
    const members =
      next === undefined || !this.#folders.has(next)
        ? ending.members
        : ending.members.filter((member) => fold(this.#paths[member]).split('/').includes(next));
    return members.length === 0 ? null : this.#one(members, own, beside);
  }

  /** Of several: the one of the same case, or the only one below the naming file's folder. */
  #one(members: readonly number[], own: readonly string[], beside: string): FoundPicture {
    const [first, second] = members;
    if (second === undefined) return { path: this.#paths[first] };
    const ending = own.join('/');
    const narrowed = [
      members.filter((member) => beside !== '' && this.#paths[member].startsWith(`${beside}/`)),
      members.filter((member) => this.#paths[member].normalize('NFC').endsWith(ending)),
    ].find((some) => some.length === 1);
    if (narrowed !== undefined) return { path: this.#paths[narrowed[0]] };
    const examples = `"${this.#paths[first]}" and "${this.#paths[second]}"`;
    return { problem: `"${shorten(ending)}" may mean ${members.length} pictures, such as ${examples}.` };
  }
}

function endingsWithoutZeros(endings: ReadonlyMap<string, Ending>): Map<string, Ending> {
  const numbered = new Map<string, Ending>();
  for (const [stem, { members }] of endings) {
    const number = /^0+([1-9][0-9]*)$/.exec(stem)?.[1];
    if (number === undefined) continue;
    numbered.set(number, { members: [...(numbered.get(number)?.members ?? []), ...members], depth: 0 });
  }
  return numbered;
}

interface Parts {
  /** From the root, if the name is meant from the naming file's folder; null where that leads out of the root. */
  readonly fromBeside: readonly string[] | null;
  /** The name's own, without what leads upwards. */
  readonly own: readonly string[];
}

function partsOf(path: string, beside: string): Parts {
  const written = path.split('/').filter((part) => part !== '' && part !== '.');
  const own: string[] = [];
  for (const part of written) {
    if (part !== '..') own.push(part);
    else own.pop();
  }
  let fromBeside: string[] | null = beside === '' ? [] : beside.split('/');
  for (const part of written) {
    if (part !== '..') fromBeside?.push(part);
    else if (fromBeside?.pop() === undefined) fromBeside = null;
  }
  return { fromBeside, own };
}

/** The path in a name: forward slashes, without drive, host and query. */
function pathOf(name: string): string {
  const text = name.trim().replaceAll('\\', '/').normalize('NFC');
  // Label Studio: /data/local-files/?d=folder/1.jpg
  const local = /[?&]d=([^&#]+)/.exec(text)?.[1];
  if (local !== undefined) return local;
  const url = /^[a-z][a-z0-9+.-]+:\/\/[^/]*\/([^?#]*)/i.exec(text)?.[1];
  return url ?? text.replace(/^[a-z]:(?=\/)/i, '');
}

/** As it is written, with %20 decoded, without the prefix of an upload. */
function spellings(path: string): string[] {
  const decoded = decode(path);
  const all = [path, decoded];
  for (const spelling of [path, decoded]) {
    const slash = spelling.lastIndexOf('/') + 1;
    const base = spelling.slice(slash);
    if (UPLOADED.test(base)) all.push(spelling.slice(0, slash) + base.replace(UPLOADED, ''));
  }
  return [...new Set(all)];
}

function decode(path: string): string {
  if (!/%[0-9a-f]{2}/i.test(path)) return path;
  try {
    return decodeURIComponent(path).replaceAll('\\', '/').normalize('NFC');
  } catch {
    return path;
  }
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** Without the extension of a picture: `IMG.2020.jpg` -> `IMG.2020`. */
const stemOf = (base: string): string => (hasPictureExtension(base) ? base.slice(0, base.lastIndexOf('.')) : base);

const shorten = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 60)}...${text.slice(-57)}`);
