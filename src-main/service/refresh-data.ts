/**
 * Reading the pictures of a study again: somebody added some, removed some, or changed a table. Corrections stay in force,
 * pictures that were there stay in the part that they were in, and runs keep what they saw.
 */
import type { RefreshView } from '../contract/data-edits.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';
import { earlierSplits } from '../datasets/edits/earlier-splits.ts';
import { countedPictures } from '../datasets/edits/edit-sentences.ts';
import { openIndex } from '../datasets/index/index-place.ts';
import { reopenData } from '../datasets/reopen-data.ts';
import { replaceImport } from '../workspace/data-imports.ts';
import { StudyData } from '../workspace/study-data.ts';
import { openStudyForWriting } from '../workspace/study.ts';
import { renumberMarks } from './edit-data.ts';

export interface RefreshOptions {
  /** Files read so far, and files in all. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/**
 * @throws SteadygazeError `study-locked` while a run is worked on, `not-found` where the pictures are not there any more,
 * `cancelled`, and as the reader; then nothing has changed
 */
export async function refreshData(folder: string, { onProgress, signal }: RefreshOptions = {}): Promise<RefreshView> {
  const study = await openStudyForWriting(folder);
  try {
    const data = new StudyData(study);
    const present = await data.read();
    const before = present.base;
    const index = await openIndex(before.root, before.inside);
    const read = await reopenData(before, {
      seed: 0,
      earlier: earlierSplits(before.samples),
      ...(index === undefined ? {} : { index }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
    refuseOtherTask(before, read);
    await replaceImport(study, read);
    // A new reader: the one above remembers what was read before.
    const after = await new StudyData(study).read();
    await renumberMarks(study.folder, present.dataset.classes, after.dataset.classes);
    return viewOf(before, read, after.dataset, after.warnings);
  } finally {
    study.lock.release();
  }
}

function refuseOtherTask(before: Dataset, now: Dataset): void {
  if (before.task === now.task) return;
  throw new SteadygazeError(
    'data-changed',
    now.task === 'multi-label'
      ? 'Pictures of this study may now be of several classes, which changes how everything is trained and measured.'
      : 'Pictures of this study are now of one class each, which changes how everything is trained and measured.',
    'Make a new study of these pictures.',
  );
}

function viewOf(before: Dataset, read: Dataset, now: Dataset, warnings: readonly string[]): RefreshView {
  const known = new Map(before.samples.map((sample) => [sample.id, sample]));
  let added = 0;
  let changed = 0;
  for (const sample of read.samples) {
    const old = known.get(sample.id);
    if (old === undefined) added++;
    else if (factsOf(old, before) !== factsOf(sample, read)) changed++;
  }
  const removed = before.samples.length - (read.samples.length - added);
  const counts = { train: 0, val: 0, test: 0 };
  for (const { split } of now.samples) counts[split]++;
  return { added, removed, changed, counts, sentence: sentenceOf(added, removed, changed), warnings };
}

/** Everything of a picture that a figure can depend on; classes by their names. */
function factsOf({ label, labels, unsure, split, hash, boxes, maskHash }: Sample, { classes }: Dataset): string {
  const names = (of: readonly number[]) => of.map((each) => classes[each]);
  const drawn = boxes.map(({ x0, y0, x1, y1, label: of }) => [x0, y0, x1, y1, of === undefined ? null : classes[of]]);
  return JSON.stringify([names(labels ?? [label]), names(unsure ?? []), split, hash, drawn, maskHash]);
}

function sentenceOf(added: number, removed: number, changed: number): string {
  const parts = [
    ...(added > 0 ? [`${countedPictures(added)} added`] : []),
    ...(removed > 0 ? [`${countedPictures(removed)} removed`] : []),
    ...(changed > 0 ? [`${countedPictures(changed)} changed`] : []),
  ];
  return parts.length === 0 ? 'Nothing has changed.' : `${parts.join(', ')}.`;
}
