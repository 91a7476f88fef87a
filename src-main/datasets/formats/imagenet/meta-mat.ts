/**
 * ILSVRC's own numbers, from `meta.mat` of its development kit: a file of MATLAB (MathWorks, "MAT-File Format", level 5)
 * with an array of structures sorted by that number (readme: "synsets(i).ILSVRC2012_ID == i"). Only the numbers of WordNet
 * are looked for, in the order in which they stand there; nothing else of the file is understood.
 */
import { inflateSync } from 'node:zlib';
import type { Problem } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { baseName } from '../nearby-folders.ts';

const NAME = /^meta(_clsloc)?\.mat$/i;
const HEADER_BYTES = 128;
const COMPRESSED = 15;
/** The published one has 0.3 MB, and 2 MB unpacked. */
const MOST_BYTES = 8 * 1024 ** 2;

/** Number of WordNet by ILSVRC's number; empty where no file says it. */
export async function readMetaMat(
  tree: FileTree,
  files: readonly string[],
  problems: Problem[],
): Promise<ReadonlyMap<number, string>> {
  const file = files.find((path) => NAME.test(baseName(path)));
  if (file === undefined) return new Map();
  const refuse = (reason: string): ReadonlyMap<number, string> => {
    problems.push({ file, kind: 'bad-annotation', reason });
    return new Map();
  };
  try {
    const stamp = await tree.stamp(file);
    if (stamp === null || stamp.size > MOST_BYTES) return refuse('The file is too long for a list of classes.');
    const ids = wordNetIds(Buffer.from(await tree.read(file)));
    // A number that stands there twice would shift all behind it.
    if (new Set(ids).size !== ids.length || ids.length === 0)
      return refuse('The list of classes cannot be understood.');
    return new Map(ids.map((id, i) => [i + 1, id]));
  } catch {
    return refuse('The file is damaged, or is no file of MATLAB 5.');
  }
}

/** @throws RangeError, or zlib's error */
function wordNetIds(file: Buffer): string[] {
  // "MI" as a little-endian number: the order of bytes. The other one is not published.
  if (file.length < HEADER_BYTES || file.toString('latin1', 126, 128) !== 'IM') throw new RangeError('no MAT-file');
  const parts: string[] = [];
  for (let at = HEADER_BYTES; at + 8 <= file.length;) {
    const [type, length] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    const content = file.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw new RangeError('cut off');
    const plain = type === COMPRESSED ? inflateSync(content, { maxOutputLength: 8 * MOST_BYTES }) : content;
    parts.push(plain.toString('latin1'));
    at += 8 + length;
  }
  // Letters are stored as one byte each, or as two.
  const found = parts.join('').match(/n\d{8}|n\0(?:\d\0){8}/g) ?? [];
  return found.map((letters) => letters.replaceAll('\0', ''));
}
