/** Which column of a table is what, guessed from the names of the columns and from what the first rows hold. */
import type { Split } from '../../dataset.ts';
import type { PictureFinder } from '../../pictures/find-picture.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { guessSeparator, separated } from './label-text.ts';

/** What the first rows say of a column. */
export interface Column {
  readonly name: string;
  /** Its cells in the sample, without empty ones. */
  readonly cells: readonly string[];
  readonly distinct: number;
  /** Share of the cells that name a picture, 0..1. */
  readonly found: number;
}

const SAMPLE = 200;

/** Names that say what a column holds; written by people of several languages. */
const PATH_NAMES = words(
  'file filename filepath path image img picture photo imagepath imagefile imagename imageid imgpath pic',
  'datei dateiname pfad bild foto bildname fichier chemin archivo ruta imagen nombrearchivo immagine caminho imagem',
  '文件 文件名 图片 图像 路径 ファイル 画像 파일 이미지 файл изображение путь',
);
const LABEL_NAMES = words(
  'label class category target species breed classname labelname classid labelid categoryname categoryid y type kind',
  'labels classes categories tags diagnosis dx finding findings findinglabels variety object groundtruth truth',
  'klasse klassen kategorie art sorte etikett classe categorie espece etiquette clase categoria especie etiqueta',
  '类别 标签 分类 种类 クラス ラベル 種類 클래스 라벨 класс метка категория',
);
const SPLIT_NAMES = words(
  'split set subset partition fold part usage phase dataset datasplit mode',
  'teilmenge aufteilung ensemble conjunto partizione divisao 划分 выборка',
);
const MASK_NAMES = words('mask maskpath maskfile segmentation segmentationpath maske masque mascara');

const SPLIT_WORDS: ReadonlyMap<string, Split> = new Map([
  ...['train', 'training', 'trn'].map((word) => [word, 'train'] as const),
  ...['val', 'valid', 'validation', 'dev'].map((word) => [word, 'val'] as const),
  ...['test', 'testing', 'tst'].map((word) => [word, 'test'] as const),
]);

/** fastai writes `is_valid` with True and False. */
const FLAG_SPLITS: ReadonlyMap<string, Split> = new Map([
  ['istrain', 'train'],
  ['isval', 'val'],
  ['isvalid', 'val'],
  ['isvalidation', 'val'],
  ['istest', 'test'],
]);

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}

/** `Image_Path` -> `imagepath`; letters with marks lose them. */
export const plainName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{M}\s_.:/-]/gu, '');

/** How well a name fits: 2 for the word itself, 1 for one of several words (`dog_breed`), 0 else. */
function fit(name: string, known: ReadonlySet<string>): number {
  if (known.has(plainName(name))) return 2;
  const parts = name.split(/[\s_.:/-]+|(?<=\p{Ll})(?=\p{Lu})/u).map(plainName);
  return parts.some((part) => known.has(part)) ? 1 : 0;
}

/** @param names of the columns @param rows without the row of names */
export function describeColumns(names: readonly string[], rows: readonly TableRow[], finder: PictureFinder): Column[] {
  const sample = rows.slice(0, SAMPLE);
  return names.map((name, i) => {
    const cells = sample.map((row) => row.cells[i] ?? '').filter((cell) => cell !== '');
    const found = cells.filter((cell) => 'path' in finder.find(cell)).length / Math.max(cells.length, 1);
    return { name, cells, distinct: new Set(cells).size, found };
  });
}

/** Whether the first row is one of the others already, so that the columns have no names. */
export function isHeaderless(first: TableRow, rows: readonly TableRow[], finder: PictureFinder): boolean {
  if (first.cells.some((cell) => hasPictureExtension(cell))) return true;
  const columns = describeColumns(first.cells, rows, finder);
  const path = guessPath(columns);
  if (path === null || columns[path].found === 0) return false;
  return 'path' in finder.find(first.cells[path] ?? '');
}

/** Index of the column that names files, or null where none does. */
export function guessPath(columns: readonly Column[]): number | null {
  const score = ({ name, cells, distinct, found }: Column): number => {
    if (cells.length === 0) return 0;
    const extension = cells.filter((cell) => hasPictureExtension(cell)).length / cells.length;
    // "3" may be the label of all pictures and the name of one: names of files seldom repeat.
    const various = distinct / cells.length;
    return found * 4 + extension * 2 + fit(name, PATH_NAMES) * 0.5 + various * 0.5 - fit(name, MASK_NAMES);
  };
  const named = (column: Column): boolean =>
    column.found >= 0.2 || fit(column.name, PATH_NAMES) === 2 || column.cells.some(hasPictureExtension);
  return best(columns, (column) => (named(column) ? score(column) : 0));
}

/** Index of the column of masks, or null. */
export function guessMask(columns: readonly Column[], taken: ReadonlySet<number>): number | null {
  return best(columns, ({ name, found }, i) =>
    !taken.has(i) && found >= 0.5 && fit(name, MASK_NAMES) > 0 ? found + fit(name, MASK_NAMES) : 0,
  );
}

/** Index of the column that says train, val or test, or null. */
export function guessSplit(columns: readonly Column[], taken: ReadonlySet<number>): number | null {
  return best(columns, ({ name, cells }, i) => {
    if (taken.has(i) || cells.length === 0) return 0;
    if (FLAG_SPLITS.has(plainName(name))) return cells.every((cell) => flagOf(cell) !== null) ? 3 : 0;
    const known = cells.filter((cell) => splitOf(name, cell) !== null).length / cells.length;
    return known >= 0.9 || (known >= 0.5 && fit(name, SPLIT_NAMES) > 0) ? known + fit(name, SPLIT_NAMES) : 0;
  });
}

/** Index of the column that says the class, or null where none seems to. */
export function guessLabel(columns: readonly Column[], taken: ReadonlySet<number>): number | null {
  return best(columns, (column, i) => (taken.has(i) ? 0 : labelScore(column)), 0.9);
}

function labelScore({ name, cells }: Column): number {
  if (cells.length === 0) return 0;
  const separator = guessSeparator(cells);
  const values = cells.flatMap((cell) => separated(cell, separator));
  const distinct = new Set(values).size;
  const numbers = values.filter((value) => isNumber(value));
  const fractions = numbers.filter((value) => !Number.isInteger(Number(value))).length;
  const letters = values.reduce((sum, value) => sum + value.length, 0) / Math.max(values.length, 1);
  const few = distinct === 1 ? 0.2 : distinct <= Math.max(10, values.length / 2) ? 1 : values.length > 20 ? -2 : 0;
  const text = numbers.length < values.length / 2 ? 0.4 : 0;
  const odd = (fractions > values.length / 10 ? -3 : 0) + (letters > 60 ? -3 : 0);
  return fit(name, LABEL_NAMES) * 1.2 + few + text + odd - fit(name, SPLIT_NAMES) * 0.3;
}

/** Indices of the columns of nothing but 0 and 1 (and -1 for "not known", as in CheXpert): one a class. */
export function flagColumns(columns: readonly Column[], taken: ReadonlySet<number>): number[] {
  const flags = columns.flatMap(({ cells }, i) =>
    !taken.has(i) && cells.length > 0 && cells.every((cell) => flagOf(cell) !== null) ? [i] : [],
  );
  // All zero is a class that is rare; but columns that nobody ever fills are not classes.
  return flags.some((i) => columns[i].cells.some((cell) => flagOf(cell) === 1)) ? flags : [];
}

/** 1, 0, or -1 where it is not known; null for anything else. */
export function flagOf(cell: string): 1 | 0 | -1 | null {
  if (/^(1(\.0*)?|true|yes)$/i.test(cell)) return 1;
  if (/^(0(\.0*)?|false|no)$/i.test(cell)) return 0;
  return /^-1(\.0*)?$/.test(cell) ? -1 : null;
}

/** The split that a cell of a column says. */
export function splitOf(column: string, cell: string): Split | null {
  const flagged = FLAG_SPLITS.get(plainName(column));
  if (flagged === undefined) return SPLIT_WORDS.get(cell.toLowerCase()) ?? null;
  const flag = flagOf(cell);
  return flag === 1 ? flagged : flag === 0 ? (flagged === 'train' ? 'test' : 'train') : null;
}

/** The split that a file or folder is named after (`labels_train.csv`), and the word; null where none or several are. */
export function splitInName(name: string): { readonly split: Split; readonly word: string } | null {
  const found = name.split(/[\s_.-]+/).flatMap((word) => {
    const split = SPLIT_WORDS.get(word.toLowerCase());
    return split === undefined ? [] : [{ split, word }];
  });
  return found.length === 1 ? found[0] : null;
}

/** Whether a column is called like one of classes. */
export const isNamedLabel = ({ name }: Column): boolean => fit(name, LABEL_NAMES) > 0;

export const isNumber = (text: string): boolean => text !== '' && Number.isFinite(Number(text));

/** Index of the largest score above `least`; the first of equal ones. */
function best(columns: readonly Column[], score: (column: Column, i: number) => number, least = 0): number | null {
  let [chosen, most]: [number | null, number] = [null, least];
  columns.forEach((column, i) => {
    const own = score(column, i);
    if (own > most) [chosen, most] = [i, own];
  });
  return chosen;
}
