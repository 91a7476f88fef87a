/** The split that a name says: `instances_train2017.json`, `valid/images`. */
import type { Split } from '../../dataset.ts';

const WORD = /(?:^|[^a-z])(?:(train|training)|(val|valid|validation|dev)|(test|testing))(?=[^a-z]|$)/i;

/** @param path its last part that says a split counts */
export function splitInName(path: string): Split | null {
  for (const part of path.split('/').reverse()) {
    const found = WORD.exec(part);
    if (found !== null) return found[1] !== undefined ? 'train' : found[2] !== undefined ? 'val' : 'test';
  }
  return null;
}
