/** Names of the classes that records call by number, where files beside them tell. */
import type { FileTree } from '../../trees/file-tree.ts';

const MOST_BYTES = 4_000_000;

/**
 * TensorFlow Datasets writes `<feature>.labels.txt`, a name a line, counted from 0; TF-Slim `labels.txt` with
 * `<number>:<name>` a line.
 * @param label the feature of the label
 */
export async function readClassNames(
  tree: FileTree,
  files: readonly string[],
  label: string,
): Promise<ReadonlyMap<number, string>> {
  const folder = files[0]?.includes('/') === true ? files[0].slice(0, files[0].lastIndexOf('/') + 1) : '';
  const beside = (await tree.list(folder.slice(0, -1))).files;
  const wanted = [`${label.replaceAll('/', '-')}.labels.txt`, 'label.labels.txt', 'labels.txt'];
  const file = wanted.find((name) => beside.includes(name));
  const names = new Map<number, string>();
  if (file === undefined) return names;
  const text = Buffer.from(await tree.readRange(folder + file, 0, MOST_BYTES)).toString('utf8');
  const lines = text.split(/\r?\n/).flatMap((line) => line.trim().normalize('NFC') || []);
  const numbered = lines.map((line) => /^(\d{1,7})\s*[:,\t ]\s*(\S.*)$/.exec(line));
  if (numbered.every((found) => found !== null))
    for (const [, number, name] of numbered) names.set(Number(number), name);
  else if (file !== 'labels.txt') lines.forEach((name, number) => names.set(number, name));
  return new Set(names.values()).size === names.size ? names : new Map();
}
