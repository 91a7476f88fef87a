/**
 * Data set format `parquet-images`: pictures inside of Parquet files, one a row, as the `datasets` library of Hugging
 * Face writes them (a struct of `bytes` and `path`; class names in the footer; shards train-00000-of-00002.parquet), or
 * as a column of bytes. https://huggingface.co/docs/datasets/image_dataset
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Split } from '../dataset.ts';
import type { FileTree, PictureReader } from '../trees/file-tree.ts';
import type { Format, ListedPicture, Listing, ListOptions, Match, Place } from '../format.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { formatOfBytes } from '../pictures/picture-format.ts';
import { ProblemLog } from '../problem-log.ts';
import { choosePictureColumn, planImageColumns } from './parquet/label-column.ts';
import type { ImageColumns } from './parquet/label-column.ts';
import { openParquet } from './parquet/parquet-file.ts';
import type { ParquetFile } from './parquet/parquet-file.ts';
import { PictureColumn } from './parquet/picture-column.ts';
import { shardSets } from './parquet/shards.ts';
import type { Shard, ShardSet } from './parquet/shards.ts';
import { isNumber, splitOf } from './table/columns.ts';
import { separated } from './table/label-text.ts';
import { textOf } from './table/parquet-rows.ts';

export const parquetImages: Format = {
  id: 'parquet-images',
  title: 'Pictures in Parquet files',
  match,
  list,
  pictures,
};

const MAX_ROWS = 5_000_000;

async function match(place: Place): Promise<Match> {
  try {
    const opened = await openFirst(place, {});
    if (opened === null) return { certainty: 0, reason: 'There are no Parquet files with pictures.' };
    const { set, column } = opened;
    const reason = `The column "${column}" of ${set.shards[0].path} holds pictures.`;
    return { certainty: 0.9, reason };
  } catch (error) {
    return { certainty: 0, reason: error instanceof SteadygazeError ? error.message : reasonOfSystem(error) };
  }
}

interface OpenedSet {
  readonly sets: readonly ShardSet[];
  readonly set: ShardSet;
  /** The first shard. */
  readonly file: ParquetFile;
  /** The column of pictures. */
  readonly column: string;
}

/** The chosen set of shards, or the largest with pictures; null where there is none. @throws where the only one is damaged */
async function openFirst(place: Place, answers: ListOptions['choices']): Promise<OpenedSet | null> {
  const sets = await shardSets(place);
  const chosen = sets.filter(({ name }) => name === answers['part']);
  let damage: unknown = null;
  for (const set of [...chosen, ...sets.filter((other) => !chosen.includes(other))].slice(0, 10)) {
    for (const { path } of set.shards.slice(0, 3)) {
      try {
        const file = await openParquet(place.tree, path);
        const column = await choosePictureColumn(file, answers, (name) => beginsWithPicture(file, name));
        if (column !== null) return { sets, set, file, column };
        break;
      } catch (error) {
        damage ??= error;
      }
    }
  }
  if (damage !== null && place.focus !== null) throw damage as Error;
  return null;
}

/** Looks at the first rows, some of which may be empty. */
async function beginsWithPicture(file: ParquetFile, name: string): Promise<boolean> {
  const column = await PictureColumn.open(file, name);
  for (let row = 0; row < Math.min(file.rowCount, 10); row++) {
    const bytes = await column.read(row);
    if (bytes !== null) return formatOfBytes(bytes) !== null;
  }
  return false;
}

async function list(place: Place, { choices: answers, signal }: ListOptions): Promise<Listing> {
  const opened = await openFirst(place, answers);
  if (opened === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'There is no Parquet file here that holds pictures.',
      'Choose the folder with the Parquet files, or one of them.',
    );
  }
  const { sets, set, file, column } = opened;
  const plan = await planImageColumns(file, column, answers);
  if (plan === null) {
    throw new SteadygazeError(
      'data-unreadable',
      `The Parquet file ${file.path} holds pictures, but no column that could say their classes.`,
      'A column "label" with the name or number of the class is needed.',
    );
  }
  const log = new ProblemLog();
  const listed: ListedPicture[] = [];
  let missing = 0;
  for (const shard of set.shards) {
    try {
      const opened = shard.path === file.path ? file : await openParquet(place.tree, shard.path);
      await listShard(opened, shard, plan, listed, log, signal);
    } catch (error) {
      if (!(error instanceof SteadygazeError) || error.code === 'cancelled') throw error;
      missing++;
      log.add('unreadable', shard.path, error.message);
    }
  }
  if (listed.length === 0) {
    throw new SteadygazeError(
      'data-unreadable',
      missing > 0 ? 'None of the Parquet files can be read.' : `No row of ${file.path} names a class.`,
      missing > 0 ? 'Copy or download them again.' : 'Choose another column for the class.',
    );
  }
  const part = sets.length > 1 ? [partChoice(sets, set)] : [];
  const files = set.shards.length === 1 ? set.shards[0].path : `${set.shards.length} Parquet files`;
  return {
    task: listed.some(({ classNames }) => classNames.length > 1) ? 'multi-label' : 'single-label',
    classes: classOrder(plan, listed),
    pictures: listed,
    sentence: `Pictures in the column "${plan.picture}" of ${files}; classes from the column "${plan.label}".`,
    choices: [...part, ...plan.choices],
    problems: log.finish(set.shards[0].path),
  };
}

function partChoice(sets: readonly ShardSet[], { name }: ShardSet) {
  const options = sets.map((set) => ({ value: set.name, label: set.name === '' ? 'This folder' : set.name }));
  return { key: 'part', label: 'Folder of Parquet files', value: name, options, explanation: '' };
}

function classOrder({ names }: ImageColumns, listed: readonly ListedPicture[]): readonly string[] | null {
  if (names !== null) return names;
  const classes = [...new Set(listed.flatMap(({ classNames }) => classNames))];
  return classes.every(isNumber) ? classes.sort((a, b) => Number(a) - Number(b)) : null;
}

/** Reads the columns of classes and splits only. */
async function listShard(
  file: ParquetFile,
  { path, split }: Shard,
  plan: ImageColumns,
  listed: ListedPicture[],
  log: ProblemLog,
  signal: AbortSignal | undefined,
): Promise<void> {
  const columns = [...new Set([plan.label, ...(plan.split === null ? [] : [plan.split])])];
  const lacking = [...columns, plan.picture].find((name) => !file.columns.some((column) => column.name === name));
  if (lacking !== undefined)
    return log.add('ignored', path, `The file has no column "${lacking}", unlike the first one.`);
  const interned = new Map<string, readonly string[]>();
  for (const [i, start] of file.groupStarts.slice(0, -1).entries()) {
    throwIfCancelled(signal);
    const rows = await file.read(columns, start, file.groupStarts[i + 1]);
    rows.forEach((row, offset) => {
      const number = start + offset;
      if (listed.length >= MAX_ROWS) {
        return log.add('bad-annotation', path, `Only the first ${MAX_ROWS.toLocaleString('en')} rows are read.`);
      }
      const text = textOf(row[plan.label]);
      const names = interned.get(text) ?? classesOf(text, plan);
      interned.set(text, names);
      const id = idOf(file, number);
      if (names.length === 0) return log.add('unlabelled', id, 'The row names no class.');
      const outside = plan.names === null ? undefined : names.find((name) => plan.names?.includes(name) === false);
      if (outside !== undefined) {
        return log.add(
          'bad-annotation',
          path,
          `Row ${(number + 1).toLocaleString('en')}: there is no class ${outside}.`,
        );
      }
      listed.push({ id, classNames: names, split: split ?? splitIn(row, plan) });
    });
  }
}

/** Numbers become names; -1 is "not labelled" in the `datasets` library. */
function classesOf(text: string, { names, separator }: ImageColumns): readonly string[] {
  const values = separated(text, separator);
  if (names === null) return values;
  return values.filter((value) => value !== '-1').map((value) => names[Number(value)] ?? value);
}

const splitIn = (row: Readonly<Record<string, unknown>>, { split }: ImageColumns): Split | null =>
  split === null ? null : splitOf(split, textOf(row[split]));

/** Digits are filled up so that the order of the names is that of the rows: neighbours are unpacked together. */
const idOf = ({ path, rowCount }: ParquetFile, row: number): string =>
  `${path}#${String(row).padStart(String(Math.max(rowCount - 1, 0)).length, '0')}`;

async function pictures(place: Place, answers: ListOptions['choices']): Promise<PictureReader> {
  const opened = await openFirst(place, answers);
  const known = new Set(opened?.set.shards.map(({ path }) => path));
  return new ParquetReader(place.tree, known, opened?.column ?? '');
}

class ParquetReader implements PictureReader {
  readonly #tree: FileTree;
  readonly #paths: ReadonlySet<string>;
  readonly #column: string;
  readonly #columns = new Map<string, Promise<PictureColumn>>();

  constructor(tree: FileTree, paths: ReadonlySet<string>, column: string) {
    this.#tree = tree;
    this.#paths = paths;
    this.#column = column;
  }

  /** That of the file: a row has none of its own. */
  async stamp(id: string) {
    const { path } = placeOf(id);
    return this.#paths.has(path) ? this.#tree.stamp(path) : null;
  }

  async read(id: string): Promise<Uint8Array> {
    const { path, row } = placeOf(id);
    if (!this.#paths.has(path)) throw new SteadygazeError('not-found', `There is no picture "${id}".`);
    let column = this.#columns.get(path);
    if (column === undefined) {
      column = openParquet(this.#tree, path).then((file) => PictureColumn.open(file, this.#column));
      this.#columns.set(path, column);
    }
    const bytes = await (await column).read(row);
    if (bytes === null) throw new SteadygazeError('data-unreadable', 'The row holds no picture.');
    return bytes;
  }

  close(): Promise<void> {
    this.#columns.clear();
    return Promise.resolve();
  }
}

function placeOf(id: string): { readonly path: string; readonly row: number } {
  const hash = id.lastIndexOf('#');
  const number = id.slice(hash + 1);
  return { path: id.slice(0, Math.max(hash, 0)), row: /^\d+$/.test(number) ? Number(number) : -1 };
}
