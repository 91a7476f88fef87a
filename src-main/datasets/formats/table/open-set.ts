/** Opens a table, or one for each split, with its columns guessed, and says how well it explains what is there. */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { Choice, ListOptions, Place } from '../../format.ts';
import type { TablePart } from './collect.ts';
import { soundsLikeResults } from './find-tables.ts';
import type { TableSet } from './find-tables.ts';
import type { TreePictures } from './pictures-in-tree.ts';
import { planTable } from './plan.ts';
import { openSheets } from './row-source.ts';
import type { Sheets } from './row-source.ts';

export interface OpenedSet {
  readonly set: TableSet;
  readonly parts: readonly TablePart[];
  /** Of the sheet, if there are several, and of the first part. */
  readonly choices: readonly Choice[];
  /** 0..1: how much of what is there the table explains. */
  readonly certainty: number;
  readonly reason: string;
}

/** @throws SteadygazeError `data-unreadable` */
export async function openSet(
  { tree, focus }: Place,
  set: TableSet,
  pictures: TreePictures,
  answers: ListOptions['choices'],
): Promise<OpenedSet> {
  const parts: TablePart[] = [];
  const choices: Choice[] = [];
  for (const { path, split } of set.parts) {
    const opened = await openSheets(tree, path);
    const { sheets } = opened;
    const sheet = sheets.find((name) => name === answers['sheet']) ?? (await bestSheet(opened, pictures, answers));
    const source = await opened.open(sheet);
    const plan = planTable(source, pictures.pictures, pictures.any, answers);
    if (plan === null) {
      if (parts.length > 0) continue;
      throw new SteadygazeError(
        'data-unreadable',
        `The table ${path} needs two columns, one with the files of the pictures and one with their classes, and rows below them.`,
        'Choose another table, or the folder of the pictures.',
      );
    }
    // The table for testing often has no classes; its pictures then stay unlabelled.
    if (parts.length > 0 && parts[0].plan.names.join('\n') !== plan.names.join('\n')) continue;
    if (parts.length === 0) {
      if (sheets.length > 1) choices.push(sheetChoice(sheets, sheet));
      choices.push(...plan.choices);
    }
    parts.push({ source, plan: parts[0]?.plan ?? plan, split });
  }
  const { plan } = parts[0];
  const rows = parts.reduce((sum, { source }) => sum + source.about - (plan.headed ? 1 : 0), 0);
  const covered = Math.min(1, rows / Math.max(pictures.paths.length, 1));
  const certainty = certaintyOf(plan.found, covered, plan.sure, soundsLikeResults(set.name), focus !== null);
  const percent = Math.round(plan.found * 100);
  const reason = `${set.name} names files in its column "${plan.names[plan.path]}"; ${percent} % of the first ones are there.`;
  const single = parts.length === 1 ? parts.map((part) => ({ ...part, split: null })) : parts;
  return { set, parts: single, choices, certainty, reason };
}

/** @param found share of the first rows whose picture is there @param covered rows a picture, at most 1 */
function certaintyOf(found: number, covered: number, sure: boolean, results: boolean, named: boolean): number {
  if (found < 0.5 || !sure) return named ? 0.3 : found >= 0.2 && sure ? 0.25 : 0;
  if (named) return 0.8;
  if (results) return 0.3;
  // Less than "folder for each class" where most pictures are not in the table.
  return covered >= 0.5 ? 0.7 + 0.1 * found : 0.4;
}

function sheetChoice(sheets: readonly string[], value: string): Choice {
  const options = sheets.map((name) => ({ value: name, label: name }));
  return { key: 'sheet', label: 'Sheet of the Excel file', value, options, explanation: '' };
}

/** The sheet whose rows name most pictures. */
async function bestSheet(
  { sheets, open }: Sheets,
  pictures: TreePictures,
  answers: ListOptions['choices'],
): Promise<string> {
  let [best, most] = [sheets[0] ?? '', 0];
  if (sheets.length < 2) return best;
  for (const sheet of sheets) {
    const plan = planTable(await open(sheet), pictures.pictures, pictures.any, answers);
    const own = plan === null ? 0 : plan.found + (plan.sure ? 0.5 : 0) + 0.01;
    if (own > most) [best, most] = [sheet, own];
  }
  return best;
}
