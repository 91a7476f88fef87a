/** File names that tell the class, as in `cat/cat.123.jpg`: no harm in itself, but worth a look at how they came about. */
import type { Problem, Sample } from '../dataset.ts';

/** Share of the names of a class that must have it, and share of all other names that may. */
const MOST = 0.8;
const FEW = 0.05;
/** Smaller classes have names by chance. */
const ENOUGH = 5;

/** Names that are looked at in all: a thousand classes are compared with all names of the others. */
const LOOKED_AT = 20_000;

interface Names {
  /** Of pictures of the class, spread over all: in lower case, without folder and extension. */
  readonly all: readonly string[];
  /** The same without spaces and signs. */
  readonly letters: readonly string[];
  /** What stands before the first digit or sign, with how many names begin so. */
  readonly beginnings: ReadonlyMap<string, number>;
  /** An id as it is. */
  readonly example: string;
}

/** One remark for all classes together. */
export function findLabelsInNames(samples: readonly Sample[], classes: readonly string[]): Problem[] {
  const names = namesOf(samples, classes.length);
  const total = names.reduce((sum, { all }) => sum + all.length, 0);
  /** Names of other classes of which the same is true. */
  const elsewhere = (label: number, count: (other: Names) => number): number =>
    names.reduce((sum, other, at) => sum + (at === label ? 0 : count(other)), 0);
  const told = names.flatMap((own, label) => {
    const others = total - own.all.length;
    if (own.all.length < ENOUGH || others === 0) return [];
    const most = MOST * own.all.length;
    const name = classes[label] ?? '';
    const word = lettersOf(plain(name));
    if (word.length > 1 && holding(own, word) >= most) {
      if (elsewhere(label, (other) => holding(other, word)) > FEW * others) return [];
      return [{ name, example: own.example, how: 'holds the name of its class' }];
    }
    const [beginning, count] = [...own.beginnings].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    if (count < most || elsewhere(label, ({ beginnings }) => beginnings.get(beginning) ?? 0) > FEW * others) return [];
    return [{ name, example: own.example, how: `begins with "${beginning}", as those of no other class do` }];
  });
  const [first] = told;
  if (first === undefined) return [];
  const { length } = told;
  const which =
    length === 1 ? `the class "${first.name}"` : `${length} of ${classes.length} classes, such as "${first.name}",`;
  const reason = `In ${which} the names of the files tell the class: ${first.example} ${first.how}.`;
  return [{ file: length === 1 ? first.name : '', kind: 'label-in-name', reason }];
}

function namesOf(samples: readonly Sample[], classCount: number): Names[] {
  const ids = Array.from({ length: classCount }, (): string[] => []);
  // Pictures inside of one file were named by us.
  for (const { id, label } of samples) if (!id.includes('#')) ids[label]?.push(id);
  const quota = Math.max(ENOUGH, Math.floor(LOOKED_AT / classCount));
  return ids.map((list): Names => {
    const step = Math.max(1, list.length / quota);
    const some = Array.from({ length: Math.min(list.length, quota) }, (_, i) => list[Math.floor(i * step)] ?? '');
    const all = some.map((id) => plain(id.slice(id.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')));
    const beginnings = new Map<string, number>();
    for (const name of all) {
      const beginning = /^\p{L}{2,}(?=[^\p{L}])/u.exec(name)?.[0];
      if (beginning !== undefined) beginnings.set(beginning, (beginnings.get(beginning) ?? 0) + 1);
    }
    return { all, letters: all.map(lettersOf), beginnings, example: list[0] ?? '' };
  });
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase();

/** "Golden retriever" may be written "golden_retriever" or "golden-retriever" in names. */
const lettersOf = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '');

function holding({ letters }: Names, word: string): number {
  let count = 0;
  for (const name of letters) if (name.includes(word)) count++;
  return count;
}
