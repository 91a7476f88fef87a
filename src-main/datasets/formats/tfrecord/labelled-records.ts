/** From what records say of classes to a listing: one class a picture, or several, or a column of 0 and 1 for each. */
import type { Problem, Split, Task } from '../../dataset.ts';
import type { ListedBox, ListedPicture } from '../../format.ts';
import { counted } from '../text-lines.ts';
import type { Example } from './example.ts';
import { boxesOf } from './features.ts';

/** Class of a record: a text or a whole number. */
type Label = string | number;

export interface LabelledRecord {
  readonly id: string;
  readonly file: string;
  readonly split: Split | null;
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly boxes: readonly ListedBox[];
}

const nameOf = (label: Label, names: ReadonlyMap<number, string>): string =>
  typeof label === 'string' ? label : (names.get(label) ?? String(label));

/** Keeps of an example what the list needs, and nothing of its bytes. */
export function labelledRecord(
  id: string,
  file: string,
  split: Split | null,
  example: Example,
  label: string,
  names: ReadonlyMap<number, string>,
): LabelledRecord {
  const { bytes = [], numbers = [] } = example.get(label) ?? {};
  const texts = bytes.map((value) => Buffer.from(value).toString('utf8').trim().normalize('NFC'));
  const boxes = boxesOf(example, (value) => nameOf(value, names));
  return { id, file, split, texts: texts.filter((text) => text !== ''), numbers, boxes };
}

/** Pictures without a class become one problem a file. */
export function listRecords(
  records: readonly LabelledRecord[],
  names: ReadonlyMap<number, string>,
  problems: Problem[],
): { readonly task: Task; readonly classes: readonly string[]; readonly pictures: readonly ListedPicture[] } {
  const columns = isOneHot(records);
  const labelsOf = ({ texts, numbers }: LabelledRecord): Label[] => [
    ...new Set<Label>([
      ...texts,
      ...(columns
        ? numbers.flatMap((value, column) => (value === 1 ? [column] : []))
        : numbers.filter(Number.isSafeInteger)),
    ]),
  ];
  const all = new Set<Label>();
  const without = new Map<string, number>();
  let several = false;
  const pictures = records.flatMap((record): ListedPicture[] => {
    const labels = labelsOf(record);
    if (labels.length === 0) {
      without.set(record.file, (without.get(record.file) ?? 0) + 1);
      return [];
    }
    several ||= labels.length > 1;
    for (const label of labels) all.add(label);
    const { id, split, boxes } = record;
    const classNames = [...new Set(labels.map((label) => nameOf(label, names)))];
    return [{ id, split, classNames, ...(boxes.length > 0 ? { boxes } : {}) }];
  });
  for (const [file, count] of without) {
    const reason = `${counted(count, 'picture')} of this file have no class and are left out.`;
    problems.push({ file, kind: 'unlabelled', reason });
  }
  const numbers = [...all].filter((label) => typeof label === 'number').sort((a, b) => a - b);
  const texts = [...all].filter((label) => typeof label === 'string').sort();
  const classes = [...new Set([...numbers, ...texts].map((label) => nameOf(label, names)))];
  return { task: several ? 'multi-label' : 'single-label', classes, pictures };
}

/** Whether every record has the same number of zeros and ones, several: a column a class. */
function isOneHot(records: readonly LabelledRecord[]): boolean {
  const columns = records[0]?.numbers.length ?? 0;
  return (
    columns > 1 &&
    records.every(({ numbers }) => numbers.length === columns && numbers.every((value) => value === 0 || value === 1))
  );
}
