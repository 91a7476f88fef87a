/** What is worked out from all pictures together, and need not be again while they are the same: kept in the index. */
import type { Inspected } from '../build-dataset.ts';
import type { Dataset, Problem } from '../dataset.ts';
import type { IndexCache } from './index-cache.ts';
import { groupNearDuplicates, NEAR_DUPLICATES_VERSION } from '../near-duplicates.ts';
import { LOOK_BYTES } from '../pictures/picture-look.ts';
import { findContentProblems, PROBLEMS_VERSION } from '../problems/content-problems.ts';
import { sha256 } from '../picture-reader.ts';

/** [n] the smallest index of each picture's group of near-duplicates. */
export function groupsOf(pictures: readonly Inspected[], index: IndexCache | undefined): Int32Array {
  const contents = pictures.map(({ facts }) => facts.hash);
  const key = index === undefined ? '' : `${NEAR_DUPLICATES_VERSION} ${sha256(contents.join('\n'))}`;
  const known = index?.recall('near-duplicates', key);
  if (known != null && known.length === 4 * pictures.length) {
    return new Int32Array(Uint8Array.from(known).buffer);
  }
  const nothing = new Uint8Array(LOOK_BYTES);
  const groups = groupNearDuplicates(
    // A look begins with the thumbnail.
    pictures.map(({ facts }) => facts.look ?? nothing),
    contents,
  );
  index?.remember('near-duplicates', key, Buffer.from(groups.buffer));
  return groups;
}

/** Problems of the pictures taken together, see problems/. */
export function contentProblems(
  { samples, classes, task, splitOrigin, fingerprint }: Omit<Dataset, 'problems'>,
  pictures: readonly Inspected[],
  index: IndexCache | undefined,
): Problem[] {
  const key = `${PROBLEMS_VERSION} ${NEAR_DUPLICATES_VERSION} ${splitOrigin} ${fingerprint}`;
  const known = index?.recall('problems', key);
  // Its checksum says that it is what was written.
  if (known != null) return JSON.parse(known.toString()) as Problem[];
  const problems = findContentProblems(samples, classes, task, splitOrigin, pictures);
  index?.remember('problems', key, Buffer.from(JSON.stringify(problems)));
  return problems;
}
