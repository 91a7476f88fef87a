/** Goes through all rows of tables once and puts together what they say of each picture. */
import { SteadygazeError } from '../../../contract/errors.ts';
import { throwIfCancelled } from '../../concurrency.ts';
import type { ProblemKind, Split } from '../../dataset.ts';
import type { PictureFinder } from '../../pictures/find-picture.ts';
import type { ListedBox } from '../../format.ts';
import type { ProblemLog } from '../../problem-log.ts';
import type { TableRow } from '../../tables/table-file.ts';
import { boxOf, sizeOf } from './box-columns.ts';
import { flagOf, splitOf } from './columns.ts';
import { separated } from './label-text.ts';
import type { TablePlan } from './plan.ts';
import type { RowSource } from './row-source.ts';

/** Rows with a picture that are kept; reading more would fill the memory. */
const MAX_ROWS = 5_000_000;
/** More different values in a column are no classes: they are names, sentences or measurements. */
const MAX_CLASSES = 20_000;
const MAX_CLASSES_OF_PICTURE = 1000;

/** What the tables say of a picture. */
export interface Named {
  classNames: readonly string[];
  unsure: readonly string[];
  split: Split | null;
  boxes: ListedBox[] | null;
  mask: string | null;
  size: readonly [number, number] | null;
  /** Whether two rows name different classes. */
  differs: boolean;
}

export interface TablePart {
  readonly source: RowSource;
  readonly plan: TablePlan;
  /** Of all rows, where the table is that of a split. */
  readonly split: Split | null;
}

export interface Finders {
  readonly pictures: PictureFinder;
  /** Finds also masks. */
  readonly any: PictureFinder;
}

/** Writes down what is wrong with a row. */
type Tell = (line: number, reason: string, kind?: ProblemKind) => void;

export class Collector {
  readonly named = new Map<string, Named>();
  /** A name of a picture that is not there, for whoever finds none. */
  missing: string | null = null;
  /** Pictures with a row that names no class; another row still may. */
  readonly withoutClass = new Set<string>();
  /** Pictures that the tables name as masks. */
  readonly usedAsMask = new Set<string>();
  readonly #finders: Finders;
  readonly #problems: ProblemLog;
  /** One array for all pictures of the same classes. */
  readonly #interned = new Map<string, readonly string[]>();
  readonly #classes = new Set<string>();
  #rows = 0;

  constructor(finders: Finders, problems: ProblemLog) {
    this.#finders = finders;
    this.#problems = problems;
  }

  /** @throws SteadygazeError `data-unreadable`, `cancelled` */
  async add({ source, plan, split }: TablePart, signal?: AbortSignal): Promise<void> {
    const { path: table, unit } = source;
    const tell: Tell = (line, reason, kind = 'bad-annotation') => {
      this.#problems.add(kind, table, `${unit} ${line.toLocaleString('en')}: ${reason}`);
    };
    let header = plan.headed;
    for await (const rows of source.batches((line, reason) => tell(line, reason))) {
      throwIfCancelled(signal);
      for (const row of rows) {
        if (header) header = false;
        else if (this.#rows >= MAX_ROWS) {
          const limit = MAX_ROWS.toLocaleString('en');
          tell(row.line, `Only the first ${limit} rows are read; what follows is left out.`);
          return;
        } else this.#addRow(row, table, plan, split, tell);
      }
    }
  }

  #addRow(row: TableRow, table: string, plan: TablePlan, tableSplit: Split | null, tell: Tell): void {
    const { cells, line } = row;
    if (cells.length > plan.names.length && cells.slice(plan.names.length).some((cell) => cell !== '')) {
      return tell(line, `The row has ${cells.length} cells; the table has ${plan.names.length} columns.`);
    }
    const name = cells[plan.path] ?? '';
    const folder = table.includes('/') ? table.slice(0, table.lastIndexOf('/')) : '';
    const found = this.#finders.pictures.find(name, folder);
    if ('problem' in found) {
      this.missing ??= name;
      tell(line, found.problem, 'missing-picture');
      return;
    }
    const { classNames, unsure } = this.#classesOf(cells, plan);
    if (classNames.length === 0) {
      this.withoutClass.add(found.path);
      return;
    }
    this.#rows++;
    const split = tableSplit ?? this.#splitOf(row, plan, tell);
    const box = plan.boxes === null ? null : boxOf(row, plan.boxes, table);
    const ofClass = classNames.length === 1 ? { className: classNames[0] } : {};
    const known = this.named.get(found.path);
    const named: Named = known ?? {
      classNames,
      unsure,
      split,
      boxes: null,
      mask: this.#maskOf(row, plan, folder, tell),
      size: plan.boxes === null ? null : sizeOf(row, plan.boxes),
      differs: false,
    };
    if (known === undefined) this.named.set(found.path, named);
    else if (known.classNames !== classNames) {
      known.differs = true;
      const all = [...new Set([...known.classNames, ...classNames])];
      if (all.length <= MAX_CLASSES_OF_PICTURE) known.classNames = this.#intern(all);
      else tell(line, `The picture has more than ${MAX_CLASSES_OF_PICTURE} classes already.`);
    }
    if (known?.split === null && split !== null) known.split = split;
    if (box !== null) (named.boxes ??= []).push({ ...box, ...ofClass });
  }

  #classesOf(cells: readonly string[], { label, names }: TablePlan): Pick<Named, 'classNames' | 'unsure'> {
    if ('at' in label) {
      return { classNames: this.#intern(separated(cells[label.at] ?? '', label.separator)), unsure: [] };
    }
    const is = (wanted: number) => label.flags.filter((i) => flagOf(cells[i] ?? '') === wanted).map((i) => names[i]);
    return { classNames: this.#intern(is(1)), unsure: this.#intern(is(-1)) };
  }

  #intern(names: readonly string[]): readonly string[] {
    const key = names.join('\u001f');
    const known = this.#interned.get(key);
    if (known !== undefined) return known;
    this.#interned.set(key, names);
    for (const name of names) this.#classes.add(name);
    if (this.#classes.size > MAX_CLASSES) {
      throw new SteadygazeError(
        'data-unreadable',
        `The table names more than ${MAX_CLASSES.toLocaleString('en')} different classes, so this is not the column of the class.`,
        'Choose another column for the class, or say what stands between several classes in one cell.',
      );
    }
    return names;
  }

  #splitOf({ cells, line }: TableRow, { split, names }: TablePlan, tell: Tell): Split | null {
    const cell = split === null ? '' : (cells[split] ?? '');
    if (split === null || cell === '') return null;
    const found = splitOf(names[split], cell);
    if (found === null) tell(line, `"${cell.slice(0, 60)}" in the column "${names[split]}" is not train, val or test.`);
    return found;
  }

  #maskOf({ cells, line }: TableRow, { mask }: TablePlan, folder: string, tell: Tell): string | null {
    const name = mask === null ? '' : (cells[mask] ?? '');
    if (name === '') return null;
    const found = this.#finders.any.find(name, folder);
    if ('path' in found) {
      this.usedAsMask.add(found.path);
      return found.path;
    }
    tell(line, found.problem, 'bad-mask');
    return null;
  }
}
