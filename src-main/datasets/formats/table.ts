/**
 * Data set format `table`: pictures in any folders, and a table (CSV, TSV, Excel, Parquet) that names them and says
 * their classes. Which column is what is guessed, shown and correctable; see table/plan.ts.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import type { Choice, Format, Listing, ListOptions, Match, Place } from '../format.ts';
import { ProblemLog } from '../problem-log.ts';
import { reasonOfSystem } from '../pictures/picture-file.ts';
import { Collector } from './table/collect.ts';
import { tablesIn } from './table/find-tables.ts';
import type { TableSet } from './table/find-tables.ts';
import { classOrder, listPictures, mirroredMasks, severalRows } from './table/listing.ts';
import { openSet } from './table/open-set.ts';
import type { OpenedSet } from './table/open-set.ts';
import { picturesInTree } from './table/pictures-in-tree.ts';
import type { TreePictures } from './table/pictures-in-tree.ts';
import { isForeignTable, isTableName } from './table/row-source.ts';

export const table: Format = { id: 'table', title: 'A table that names the pictures', match, list };

/** Larger Excel files are parsed only once somebody chooses them. */
const QUICK_EXCEL_BYTES = 4 * 1024 ** 2;
const TRIED = 6;

async function match(place: Place): Promise<Match> {
  try {
    const sets = await tablesIn(place);
    if (sets.length === 0) {
      const foreign = place.focus !== null && isForeignTable(place.focus);
      return { certainty: foreign ? 0.3 : 0, reason: 'There is no table that can be read.' };
    }
    if (await needsPatience(place, sets[0])) {
      return { certainty: place.focus === null ? 0.45 : 0.65, reason: `There is an Excel file, ${sets[0].name}.` };
    }
    const opened =
      place.focus === null
        ? await openPlausible(place, sets.slice(0, TRIED), {}, null)
        : await openSet(place, sets[0], await picturesInTree(place, []), {});
    if (opened === null) return { certainty: 0, reason: 'No table names pictures and classes.' };
    return { certainty: opened.certainty, reason: opened.reason };
  } catch (error) {
    // Who names a file shall hear what is wrong with it.
    const certainty = place.focus !== null && isTableName(place.focus) ? 0.3 : 0;
    return { certainty, reason: error instanceof SteadygazeError ? error.message : reasonOfSystem(error) };
  }
}

async function needsPatience({ tree }: Place, { parts }: TableSet): Promise<boolean> {
  const [{ path }] = parts;
  return /\.xlsx$/i.test(path) && ((await tree.stamp(path))?.size ?? 0) > QUICK_EXCEL_BYTES;
}

/** The best of some tables; null where none can be read as one of pictures. */
async function openPlausible(
  place: Place,
  sets: readonly TableSet[],
  answers: ListOptions['choices'],
  known: TreePictures | null,
): Promise<OpenedSet | null> {
  const pictures = known ?? (await picturesInTree(place, []));
  let best: OpenedSet | null = null;
  for (const set of sets) {
    const opened = await openSet(place, set, pictures, answers).catch(() => null);
    if (opened !== null && opened.certainty > (best?.certainty ?? 0)) best = opened;
    if (best !== null && best.certainty >= 0.7) break;
  }
  return best;
}

async function list(place: Place, { choices: answers, signal }: ListOptions): Promise<Listing> {
  const sets = await tablesIn(place);
  if (sets.length === 0) {
    if (place.focus !== null && isForeignTable(place.focus)) {
      throw new SteadygazeError(
        'data-unreadable',
        `The spreadsheet ${place.focus} is of a kind that cannot be read here.`,
        'Open it in the program that made it, save it as .xlsx or .csv, and choose that file.',
      );
    }
    throw new SteadygazeError(
      'data-unreadable',
      'There is no table here that names pictures.',
      'Choose a CSV, TSV, Excel (.xlsx) or Parquet file that lies in the same folder as the pictures, or above them.',
    );
  }
  const walked: Problem[] = [];
  const pictures = await picturesInTree(place, walked);
  throwIfCancelled(signal);
  const asked = sets.find(({ name }) => name === answers['table']);
  const set =
    asked ??
    (place.focus === null ? (await openPlausible(place, sets.slice(0, TRIED), answers, pictures))?.set : sets[0]) ??
    sets[0];
  const opened = await openSet(place, set, pictures, answers);
  const log = new ProblemLog();
  const collector = new Collector(pictures, log);
  for (const part of opened.parts) await collector.add(part, signal);
  if (collector.named.size === 0) throw nothingNamed(opened, pictures, collector.missing);
  const { plan } = opened.parts[0];
  const rows = severalRows(collector.named, plan, answers);
  const masks = mirroredMasks(pictures, collector.named, log);
  const listed = listPictures(collector.named, rows.value === 'each', masks, log);
  const isMulti = listed.some(({ classNames, unsure }) => classNames.length > 1 || unsure !== undefined);
  for (const path of pictures.paths) {
    if (collector.named.has(path) || collector.usedAsMask.has(path)) continue;
    const named = collector.withoutClass.has(path);
    log.add('unlabelled', path, `${set.name} ${named ? 'names no class for' : 'does not name'} this picture.`);
  }
  const tableChoice = sets.length > 1 ? [chooseTable(sets, set)] : [];
  return {
    task: isMulti ? 'multi-label' : 'single-label',
    classes: classOrder(listed, plan),
    pictures: listed,
    sentence: sentenceOf(opened, listed.length),
    choices: [...tableChoice, ...opened.choices, ...(rows.choice === null ? [] : [rows.choice])],
    problems: [...walked, ...log.finish(set.parts[0].path)],
  };
}

function nothingNamed({ set, parts }: OpenedSet, { paths }: TreePictures, missing: string | null): SteadygazeError {
  const { plan } = parts[0];
  const column = plan.names[plan.path];
  if (missing === null) {
    const message = `The table ${set.name} names no picture with a class.`;
    return new SteadygazeError('data-unreadable', message, 'Check which columns hold the file and the class.');
  }
  return new SteadygazeError(
    'data-unreadable',
    `None of the pictures that ${set.name} names in its column "${column}" is there, for example "${missing.slice(0, 120)}".`,
    paths.length === 0
      ? 'Choose the folder that holds both the pictures and the table.'
      : `The pictures here are called, for example, "${paths[0]}". Check which column names the files.`,
  );
}

function chooseTable(sets: readonly TableSet[], { name }: TableSet): Choice {
  const options = sets.map((set) => ({
    value: set.name,
    label: set.parts.length === 1 ? set.name : set.parts.map(({ path }) => path).join(' + '),
  }));
  return { key: 'table', label: 'Table', value: name, options, explanation: '' };
}

function sentenceOf({ set, parts }: OpenedSet, count: number): string {
  const { plan } = parts[0];
  const classes =
    'flags' in plan.label
      ? `${plan.label.flags.length} columns of 0 and 1, one for each class`
      : `classes from the column "${plan.names[plan.label.at]}"`;
  const tables = set.parts.length === 1 ? set.name : parts.map(({ source }) => source.path).join(' + ');
  return `The table ${tables} names ${count.toLocaleString('en')} pictures (column "${plan.names[plan.path]}"); ${classes}.`;
}
