/** A {@link Dataset} as JSON, for `study.json`; and its fingerprint. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { TASKS } from './dataset.ts';
import type { Dataset, Problem, Sample } from './dataset.ts';
import { HASH, isProblem, isSample } from './sample-shape.ts';

/** The shape of a stored data set. A study embeds it in a schema of its own. */
export const DatasetSchema = v.pipe(
  v.strictObject({
    root: v.string(),
    format: v.string(),
    // Absent in studies made before there was more than one format.
    inside: v.optional(v.string(), ''),
    focus: v.optional(v.nullable(v.string()), null),
    choices: v.optional(v.record(v.string(), v.string()), {}),
    task: v.optional(v.picklist(TASKS), 'single-label'),
    classes: v.array(v.string()),
    samples: v.custom<Sample[]>((value) => Array.isArray(value) && value.every(isSample)),
    problems: v.custom<Problem[]>((value) => Array.isArray(value) && value.every(isProblem)),
    splitOrigin: v.picklist(['folders', 'seeded', 'mixed']),
    fingerprint: v.pipe(v.string(), v.regex(HASH)),
  }),
  v.check(
    ({ classes, samples, task }) =>
      samples.every(({ label, labels, unsure, boxes }) => {
        if ((labels !== undefined) !== (task === 'multi-label') || (labels !== undefined && labels[0] !== label))
          return false;
        const used = [label, ...(labels ?? []), ...(unsure ?? []), ...boxes.map((box) => box.label ?? 0)];
        return used.every((index) => index < classes.length);
      }),
    'unknown class',
  ),
);

/**
 * Takes a data set out of parsed JSON.
 * @throws SteadygazeError `study-corrupt` where it is not one, or its fingerprint does not fit
 */
export function datasetFromJson(value: unknown): Dataset {
  const result = v.safeParse(DatasetSchema, value);
  const intact =
    result.success && fingerprintOf(result.output.classes, result.output.samples) === result.output.fingerprint;
  if (intact) return result.output;
  throw new SteadygazeError(
    'study-corrupt',
    'The list of pictures in this study is damaged.',
    'Create the study again from the folder of pictures.',
    result.success ? 'fingerprint' : v.summarize(result.issues),
  );
}

/** The data set as a plain value that survives JSON. */
export const datasetToJson = (dataset: Dataset): v.InferOutput<typeof DatasetSchema> => ({
  ...dataset,
  classes: [...dataset.classes],
  choices: { ...dataset.choices },
  samples: dataset.samples.map(({ labels, unsure, ...sample }) => ({
    ...sample,
    ...(labels === undefined ? {} : { labels: [...labels] }),
    ...(unsure === undefined ? {} : { unsure: [...unsure] }),
    boxes: [...sample.boxes],
  })),
  problems: [...dataset.problems],
});

/** Characters that are hashed at once: a call for each of 100,000 pictures would take longer than the hashing. */
const PIECE = 1 << 16;

/** SHA-256 (hex) over everything that can change a figure; the place of the folder is not part of it. */
export function fingerprintOf(classes: readonly string[], samples: readonly Sample[]): string {
  const digest = createHash('sha256').update(JSON.stringify(classes));
  let text = '';
  for (const { id, label, labels, unsure, split, hash: content, boxes, maskHash } of samples) {
    const corners = boxes.map(({ x0, y0, x1, y1, label: of }) => [x0, y0, x1, y1, ...(of === undefined ? [] : [of])]);
    // What only some data sets have is appended, so that all others keep the fingerprint they had.
    const more = labels === undefined ? [] : [[...labels], [...(unsure ?? [])]];
    text += `\n${JSON.stringify([id, label, split, content, corners, maskHash, ...more])}`;
    if (text.length < PIECE) continue;
    digest.update(text);
    text = '';
  }
  return digest.update(text).digest('hex');
}
