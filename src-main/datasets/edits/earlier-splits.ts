/**
 * Reading a data set again must not move pictures from one part to another: what was trained on would be tested on.
 * Where we part the pictures, those that were there before stay where they were, known by name or, when a file was
 * renamed, by content; near-duplicates of them come to them; only what is left is parted.
 */
import type { Sample, Split } from '../dataset.ts';

export interface EarlierSplits {
  readonly ofId: ReadonlyMap<string, Split>;
  /** By SHA-256 of the file's bytes. */
  readonly ofContent: ReadonlyMap<string, Split>;
}

export function earlierSplits(samples: readonly Sample[]): EarlierSplits {
  return {
    ofId: new Map(samples.map(({ id, split }) => [id, split])),
    ofContent: new Map(samples.map(({ hash, split }) => [hash, split])),
  };
}

/** A picture that is to be parted. */
interface Parted {
  readonly id: string;
  readonly hash: string;
  /** Near-duplicates share it. */
  readonly group: number;
}

/**
 * @param made parts that we make: what is given by the data set stays as it is given
 * @returns for each picture its part, or null where it is new
 */
export function keptSplits(
  pictures: readonly Parted[],
  { ofId, ofContent }: EarlierSplits,
  made: ReadonlySet<Split>,
): (Split | null)[] {
  const ofGroup = new Map<number, Split>();
  const own = pictures.map(({ id, hash, group }): Split | null => {
    const before = ofId.get(id) ?? ofContent.get(hash);
    if (before === undefined || !made.has(before)) return null;
    if (!ofGroup.has(group)) ofGroup.set(group, before);
    return before;
  });
  return pictures.map(({ group }, i) => own[i] ?? ofGroup.get(group) ?? null);
}
