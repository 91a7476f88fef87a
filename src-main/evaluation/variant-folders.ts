/**
 * Finished variants from folders, as ImageNet-9 comes (Xiao et al., ICLR 2021): `<variant>/val/<class>/*` or
 * `<variant>/<class>/*`. Pictures are taken as they are.
 *
 * A foreground is the same in several variants where the file names say so: `fg_<name>_bg_<other>.JPEG` (the mixtures of
 * ImageNet-9) and `<name>.JPEG` show the foreground `<name>`.
 */
import { readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import type { Variant } from '../contract/evaluation.ts';
import { VARIANTS } from '../contract/evaluation.ts';
import { forEachConcurrently } from '../datasets/concurrency.ts';
import { decodePicture } from '../datasets/pictures/decode.ts';
import { hasPictureExtension } from '../datasets/pictures/picture-name.ts';
import { listFolder } from '../datasets/trees/walk.ts';
import type { VariantSource } from './built-variants.ts';
import type { Subject } from './part.ts';
import { upTo } from './passes.ts';

/** One foreground in the variants that show it; a file that shares its name with no other is an item of its own. */
interface Item {
  readonly id: string;
  readonly label: number;
  readonly files: Partial<Record<Variant, string>>;
}

/**
 * Finds the pictures of all variants. Pictures are read when they are measured; those that cannot be read are left out
 * and counted in a note.
 * @throws SteadygazeError where the folder is missing, holds no variant, or a class that the model does not know
 */
export async function folderVariants(root: string, subject: Subject): Promise<VariantSource> {
  const items = await findItems(root, subject.classes);
  const { size } = subject.measured;
  const bytes = size * size * 3;
  const expected = countFiles(items);
  return {
    foreground: 'folders',
    ids: items.map(({ id }) => id),
    labels: Int32Array.from(items, ({ label }) => label),
    open: (batch) =>
      Promise.resolve(async (variant) => {
        const decoded = batch.map((): Uint8Array | null => null);
        await forEachConcurrently(batch, async (item, row) => {
          const file = items[item].files[variant];
          // A damaged picture is missing like one that was never there; the notes say how many.
          if (file !== undefined) decoded[row] = await readVariant(file, size);
        });
        const rows = upTo(batch.length).filter((row) => decoded[row] !== null);
        const pictures = new Uint8Array(rows.length * bytes);
        rows.forEach((row, k) => pictures.set(decoded[row] ?? [], k * bytes));
        return { rows, pictures };
      }),
    notes: (counts) => [...unreadableNotes(expected, counts), ...pairingNotes(items)],
  };
}

async function readVariant(file: string, size: number): Promise<Uint8Array | null> {
  try {
    return await decodePicture(await readFile(file), size);
  } catch {
    return null;
  }
}

async function findItems(root: string, classes: readonly string[]): Promise<readonly Item[]> {
  const variantFolders = (await foldersOf(root)).flatMap((folder) => {
    const variant = VARIANTS.find((name) => name === folder.toLowerCase());
    return variant === undefined ? [] : [{ variant, folder: join(root, folder) }];
  });
  if (variantFolders.length === 0) {
    throw new SteadygazeError(
      'data-empty',
      `The folder with background variants holds none of them: ${root}`,
      `It should hold folders named ${VARIANTS.join(', ')}, or some of these.`,
    );
  }
  const items = new Map<string, Item>();
  const unknown = new Set<string>();
  for (const { variant, folder } of variantFolders) {
    const inner = (await foldersOf(folder)).find((name) => name.toLowerCase() === 'val' && labelOf(name, classes) < 0);
    const parent = inner === undefined ? folder : join(folder, inner);
    for (const className of await foldersOf(parent)) {
      const label = labelOf(className, classes);
      if (label < 0) unknown.add(className);
      else addFiles(items, variant, label, classes[label], join(parent, className), await filesOf(parent, className));
    }
  }
  if (unknown.size > 0) {
    const names = [...unknown].map((name) => `"${name}"`).join(', ');
    throw new SteadygazeError(
      'data-unreadable',
      `The folder with background variants has classes that the model does not know: ${names}.`,
      `Rename or remove them; the model knows ${classes.map((name) => `"${name}"`).join(', ')}.`,
    );
  }
  if (items.size === 0) {
    throw new SteadygazeError(
      'data-empty',
      `There is no picture in the folder with background variants: ${root}`,
      'The pictures should lie in VARIANT/CLASS or VARIANT/val/CLASS.',
    );
  }
  return [...items.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function addFiles(
  items: Map<string, Item>,
  variant: Variant,
  label: number,
  className: string,
  folder: string,
  files: readonly string[],
): void {
  const seen = new Map<string, number>();
  for (const file of files) {
    const name = foregroundName(file);
    // One foreground on several backgrounds of one variant: the first pairs with the first of another, and so on.
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const id = `${className}/${name}${times === 1 ? '' : ` (${String(times)})`}`;
    const key = `${String(label).padStart(6, '0')} ${id}`;
    const item = items.get(key) ?? { id, label, files: {} };
    item.files[variant] = join(folder, file);
    items.set(key, item);
  }
}

function foregroundName(file: string): string {
  const stem = parse(file).name.normalize('NFC');
  return /^fg_(.+?)_bg_/i.exec(stem)?.[1] ?? stem;
}

/** `00_dog` is the class `dog`, `02_wheeled vehicle` is `Wheeled_Vehicle`; -1 where no class fits. */
function labelOf(folder: string, classes: readonly string[]): number {
  const plain = (name: string) =>
    name
      .normalize('NFC')
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' ')
      .trim();
  const find = (name: string) => classes.findIndex((known) => plain(known) === plain(name));
  const whole = find(folder);
  return whole >= 0 ? whole : find(folder.replace(/^\d+[_\s-]+/, ''));
}

async function listed(path: string): ReturnType<typeof listFolder> {
  try {
    return await listFolder(path);
  } catch {
    throw new SteadygazeError(
      'not-found',
      `The folder with background variants cannot be read: ${path}`,
      'Check that it is there and may be read, or leave its name empty, so that the variants are built.',
    );
  }
}

const foldersOf = async (path: string): Promise<readonly string[]> => (await listed(path)).folders;
const filesOf = async (parent: string, name: string): Promise<readonly string[]> =>
  (await listed(join(parent, name))).files.filter(hasPictureExtension);

type Counts = Partial<Record<Variant, number>>;

function countFiles(items: readonly Item[]): Counts {
  const counts: Counts = {};
  for (const { files } of items) {
    for (const variant of VARIANTS) if (files[variant] !== undefined) counts[variant] = (counts[variant] ?? 0) + 1;
  }
  return counts;
}

function unreadableNotes(expected: Counts, counts: Readonly<Counts>): string[] {
  return VARIANTS.flatMap((variant) => {
    const missing = (expected[variant] ?? 0) - (counts[variant] ?? 0);
    return missing === 0
      ? []
      : [
          `${String(missing)} of ${String(expected[variant])} pictures of ${variant} could not be read and are left out.`,
        ];
  });
}

function pairingNotes(items: readonly Item[]): string[] {
  const { mixed_same: same = 0, mixed_rand: rand = 0 } = countFiles(items);
  const both = items.filter(({ files }) => files.mixed_same !== undefined && files.mixed_rand !== undefined).length;
  if (same === 0 || rand === 0 || (both === same && both === rand)) return [];
  const pairs = both === 0 ? 'None' : `Only ${String(both)}`;
  return [
    `${pairs} of the ${String(same)} pictures of mixed_same and the ${String(rand)} of mixed_rand have the same foreground by their names; the others were drawn independently of each other for the interval of BG-Gap, which is wider for it.`,
  ];
}
