/**
 * Whose background a picture gets in `mixed_same`, `mixed_rand` and `mixed_next`. The choice depends on the seed,
 * the picture's id and the data, never on batches or order.
 */
import { hashSeed, Random } from '../numeric/random.ts';

export const MIXES = ['mixed_same', 'mixed_rand', 'mixed_next'] as const;
export type Mix = (typeof MIXES)[number];

/** Pictures that can give a background, by class. */
export interface DonorPool {
  /** The classes that have any donor, ascending; and the donors (picture indices) of each class. */
  readonly classes: readonly number[];
  readonly byClass: ReadonlyMap<number, readonly number[]>;
}

/** @param usable indices of the pictures whose object is known and leaves some background */
export function donorPool(usable: readonly number[], labels: Int32Array): DonorPool {
  const byClass = new Map<number, number[]>();
  for (const index of usable) {
    const list = byClass.get(labels[index]);
    if (list === undefined) byClass.set(labels[index], [index]);
    else list.push(index);
  }
  return { classes: [...byClass.keys()].sort((a, b) => a - b), byClass };
}

/**
 * The donor of one picture: another picture of the same class, of a class drawn uniformly from all (its own
 * included, as in ImageNet-9), or of the next class in label order. A picture is never its own donor.
 * @returns an index, or null where no other picture qualifies
 */
export function chooseDonor(
  mix: Mix,
  index: number,
  id: string,
  label: number,
  pool: DonorPool,
  seed: number,
): number | null {
  const random = new Random(hashSeed(seed, mix, id));
  const own = pool.byClass.get(label) ?? [];
  const self = own.indexOf(index);
  const ownOthers = own.length - (self >= 0 ? 1 : 0);
  const pick = (of: number): number | null => {
    const list = pool.byClass.get(of) ?? [];
    const size = of === label ? ownOthers : list.length;
    if (size === 0) return null;
    const k = random.integer(size);
    return list[of === label && self >= 0 && k >= self ? k + 1 : k];
  };
  switch (mix) {
    case 'mixed_same':
      return pick(label);
    case 'mixed_rand': {
      const classes = ownOthers > 0 ? pool.classes : pool.classes.filter((of) => of !== label);
      return classes.length === 0 ? null : pick(classes[random.integer(classes.length)]);
    }
    case 'mixed_next': {
      const next = pool.classes.find((of) => of > label) ?? pool.classes[0];
      return next === undefined || next === label ? null : pick(next);
    }
  }
}
