/** Which columns of a Parquet file hold pictures, classes and splits, and what the classes are called. */
import type { Choice } from '../../format.ts';
import { PictureFinder } from '../../pictures/find-picture.ts';
import { describeColumns, guessLabel, guessSplit } from '../table/columns.ts';
import { guessSeparator, isSeparator } from '../table/label-text.ts';
import type { Separator } from '../table/label-text.ts';
import { openSource } from '../table/parquet-rows.ts';
import type { ParquetFile } from './parquet-file.ts';

export interface ImageColumns {
  readonly picture: string;
  readonly label: string;
  /** Names of the classes by number, as the `datasets` library keeps them; null where values are names themselves. */
  readonly names: readonly string[] | null;
  readonly separator: Separator;
  readonly split: string | null;
  readonly choices: readonly Choice[];
}

type Answers = Readonly<Record<string, string>>;

const NONE = '-';

/** Columns that may hold pictures; those that certainly do first. */
const pictureColumns = ({ columns }: ParquetFile): string[] =>
  ['picture', 'bytes'].flatMap((kind) => columns.filter((column) => column.kind === kind).map(({ name }) => name));

/**
 * The column of pictures that is in force: answered, or the first whose first file looks like a picture.
 * @param begins whether the first file of a column begins like a picture
 */
export async function choosePictureColumn(
  file: ParquetFile,
  answers: Answers,
  begins: (column: string) => Promise<boolean>,
): Promise<string | null> {
  const possible = pictureColumns(file);
  const answer = possible.find((name) => name === answers['picture-column']);
  if (answer !== undefined) return answer;
  for (const name of possible) if (await begins(name)) return name;
  return null;
}

/** @returns null where no column can hold classes */
export async function planImageColumns(
  file: ParquetFile,
  picture: string,
  answers: Answers,
): Promise<ImageColumns | null> {
  const { columns: names, head } = await openSource(file);
  if (names.length === 0) return null;
  const classNames = featureNames(file.notes.get('huggingface'));
  const columns = describeColumns(names, head, new PictureFinder([]));
  const split = guessSplit(columns, new Set());
  const named = [...classNames].filter(([name]) => names.includes(name));
  const [best] = named.sort(([a, x], [b, y]) => Number(isLabel(b)) - Number(isLabel(a)) || y.length - x.length);
  const guess = best?.[0] ?? names[guessLabel(columns, new Set(split === null ? [] : [split])) ?? 0];
  const label = names.find((name) => name === answers['label-column']) ?? guess;
  const choices: Choice[] = [];
  const ask = (key: string, title: string, value: string, options: readonly (readonly [string, string])[]): void => {
    choices.push({
      key,
      label: title,
      value,
      options: options.map(([option, text]) => ({ value: option, label: text })),
      explanation: '',
    });
  };
  const pictures = pictureColumns(file).map((name) => [name, name] as const);
  if (pictures.length > 1) ask('picture-column', 'Column with the pictures', picture, pictures);
  const texts = names.map((name) => [name, name] as const);
  ask('label-column', 'Column with the class', label, texts);
  const splitName = answeredOr(answers['split-column'], split === null ? NONE : names[split], [NONE, ...names]);
  if (split !== null) {
    ask('split-column', 'Column that says train, validation or test', splitName, [[NONE, 'None'], ...texts]);
  }
  const known = classNames.get(label) ?? null;
  let separator: Separator = '';
  if (known === null) {
    const cells = columns[names.indexOf(label)].cells;
    const value = answers['label-separator'] ?? '';
    separator = value !== '' && isSeparator(value) ? value : guessSeparator(cells);
  }
  return { picture, label, names: known, separator, split: splitName === NONE ? null : splitName, choices };
}

const isLabel = (name: string): boolean => /^labels?$/i.test(name);

const answeredOr = (answer: string | undefined, guess: string, options: readonly string[]): string =>
  options.find((option) => option === answer) ?? guess;

/**
 * Names of classes by column, from the note that the `datasets` library writes:
 * {"info": {"features": {"label": {"_type": "ClassLabel", "names": [...]}}}}; lists hold the same as their `feature`.
 */
function featureNames(note: string | undefined): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const features = fieldOf(fieldOf(parsed(note), 'info'), 'features');
  if (typeof features !== 'object' || features === null) return found;
  for (const [column, feature] of Object.entries(features as Record<string, unknown>)) {
    const inner = fieldOf(feature, 'feature') ?? (Array.isArray(feature) ? (feature[0] as unknown) : feature);
    const names = fieldOf(inner, 'names');
    if (fieldOf(inner, '_type') !== 'ClassLabel' || !Array.isArray(names)) continue;
    const texts = names.map((name) => String(name).trim().normalize('NFC'));
    // Two numbers of one name would become one class without a word.
    if (new Set(texts).size === texts.length && texts.every((name) => name !== '')) found.set(column, texts);
  }
  return found;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
