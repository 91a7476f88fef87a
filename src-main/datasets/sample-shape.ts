/**
 * Whether parsed JSON is a sample or a problem. By hand, for a study of 100,000 pictures is to open at once: a schema
 * takes three times as long as reading the file.
 */
import type { RuleFigures } from '../contract/data-view.ts';
import { PROBLEM_KINDS, SPLITS } from './dataset.ts';
import type { Box, Problem, ProblemKind, Sample, Split } from './dataset.ts';

/** SHA-256, hex. */
export const HASH = /^[0-9a-f]{64}$/;

const SPLIT_NAMES: ReadonlySet<unknown> = new Set<Split>(SPLITS);
const KINDS: ReadonlySet<unknown> = new Set<ProblemKind>(PROBLEM_KINDS);

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isWhole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash: Check = (value) => typeof value === 'string' && HASH.test(value);
const isNumber: Check = (value) => Number.isFinite(value);
const isList =
  (check: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);
const isNullOr =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** One check for each field; those of `maybe` may be absent, and there are no others. */
function shape<T>(fields: Record<string, Check>, maybe: Record<string, Check>): (value: unknown) => value is T {
  const needed = Object.entries(fields);
  return (value): value is T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const record = value as Record<string, unknown>;
    for (const [name, check] of needed) if (!check(record[name])) return false;
    let count = needed.length;
    for (const name in maybe) {
      if (!(name in record)) continue;
      if (maybe[name]?.(record[name]) !== true) return false;
      count++;
    }
    return Object.keys(record).length === count;
  };
}

const isBox = shape<Box>({ x0: isNumber, y0: isNumber, x1: isNumber, y1: isNumber }, { label: isWhole });

export const isSample = shape<Sample>(
  {
    id: isText,
    label: isWhole,
    split: (value) => SPLIT_NAMES.has(value),
    width: isWhole,
    height: isWhole,
    hash: isHash,
    boxes: isList(isBox),
    mask: isNullOr(isText),
    maskHash: isNullOr(isHash),
  },
  { labels: isList(isWhole, 1), unsure: isList(isWhole), group: isWhole },
);

const isFigures = shape<RuleFigures>({ right: isNumber, chance: isNumber, clearest: isText }, {});

export const isProblem = shape<Problem>(
  { file: isText, kind: (value) => KINDS.has(value), reason: isText },
  { figures: isFigures },
);
