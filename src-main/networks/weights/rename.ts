/** From names of other programs to torchvision's. */
import type { FoundArray } from './weights-file.ts';

/** What wrappers of PyTorch put before every name: several processors, compilation, Lightning. */
const PREFIXES = ['module.', '_orig_mod.', 'model.'];
/** A counter of averaged weights, which stands beside them. */
const COUNTER = 'n_averaged';

/** Takes off what wrappers put before every name. */
export function withoutPrefix(arrays: ReadonlyMap<string, FoundArray>): ReadonlyMap<string, FoundArray> {
  const names = [...arrays.keys()].filter((name) => name !== COUNTER);
  const prefix = PREFIXES.find((start) => names.length > 0 && names.every((name) => name.startsWith(start)));
  if (prefix === undefined) return arrays;
  const renamed = new Map<string, FoundArray>();
  for (const [name, array] of arrays) if (name !== COUNTER) renamed.set(name.slice(prefix.length), array);
  return withoutPrefix(renamed);
}
