/**
 * What somebody else needs to do a report's work again, as `report.json` holds it under `repeat`: which pictures and how
 * they were parted, every setting and correction of each run, how each part was measured, and what came out.
 */
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { EVALUATION_PARTS, EvaluationSettings } from '../contract/evaluation.ts';
import type { EvaluationPart, StoredEvaluation } from '../contract/evaluation.ts';
import type { Correction, RunRecord } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import { SPLITS, type Dataset } from '../datasets/dataset.ts';
import { fingerprintOf } from '../datasets/dataset-file.ts';
import { summarise } from '../datasets/describe.ts';

const finite = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const ReportedPart = v.object({
  part: v.picklist(EVALUATION_PARTS),
  engine: v.string(),
  split: v.picklist(['test', 'val']),
  /** `seed` and the settings of the part. */
  settings: v.record(v.string(), v.unknown()),
  /** Weights hashes of the models that said where objects are; empty where none did. */
  judges: v.array(v.string()),
  definition: whole,
  pictures: whole,
  figures: v.record(v.string(), v.object({ value: finite, low: finite, high: finite, n: whole })),
});
export type ReportedPart = v.InferOutput<typeof ReportedPart>;

const ReportedRun = v.object({
  run: v.string(),
  settings: RunSettings,
  preset: v.nullable(v.string()),
  engine: v.string(),
  engineDescription: v.string(),
  versions: v.record(v.string(), v.string()),
  corrections: v.array(v.object({ id: v.string(), label: v.nullable(whole) })),
  weightsHash: v.nullable(v.string()),
  parts: v.array(ReportedPart),
});
export type ReportedRun = v.InferOutput<typeof ReportedRun>;

const Repeatable = v.object({
  version: v.literal(1),
  data: v.object({
    sentence: v.string(),
    fingerprint: v.string(),
    pictures: whole,
    /** Where pictures were parted by us: 0 (training), 1 (validation) or 2 (test) for each, in order of their ids. */
    splits: v.nullable(v.pipe(v.string(), v.regex(/^[012]*$/))),
  }),
  runs: v.array(ReportedRun),
});
/** `repeat` of `report.json`. */
export type Repeatable = v.InferOutput<typeof Repeatable>;

export interface RepeatableRun {
  readonly record: RunRecord;
  readonly corrections: readonly Correction[];
  readonly evaluation: StoredEvaluation;
}

/** Builds the block. Pure. */
export function repeatable(dataset: Dataset, runs: readonly RepeatableRun[]): Repeatable {
  const { samples, fingerprint, splitOrigin } = dataset;
  return {
    version: 1,
    data: {
      sentence: summarise(dataset).description,
      fingerprint,
      pictures: samples.length,
      splits: splitOrigin === 'folders' ? null : samples.map(({ split }) => SPLITS.indexOf(split)).join(''),
    },
    runs: runs.map(({ record, corrections, evaluation }) => ({
      run: record.id,
      settings: record.settings,
      preset: record.preset,
      engine: record.engine,
      engineDescription: record.engineDescription,
      versions: { ...record.versions },
      corrections: corrections.map(({ id, label }) => ({ id, label })),
      weightsHash: record.weightsHash,
      parts: reportedParts(evaluation),
    })),
  };
}

/** The stored parts of a run, as a report holds them. */
export function reportedParts({ parts }: StoredEvaluation): ReportedPart[] {
  return EVALUATION_PARTS.flatMap((part): ReportedPart[] => {
    const result = parts[part];
    if (result === undefined) return [];
    const { engine, pictures, figures, key } = result;
    const { split, settings, judges, definition } = key;
    return [
      {
        part,
        engine,
        split,
        settings: { ...settings },
        judges: [...judges],
        definition,
        pictures,
        figures: { ...figures },
      },
    ];
  });
}

/**
 * The block of a report that somebody hands over.
 * @param text of a `report.json`
 * @throws SteadygazeError `bad-argument` where it is none, or cannot be repeated by this version
 */
export function readRepeatable(text: string): Repeatable {
  let report: unknown;
  try {
    report = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refusal('This file is no report that a program can read.', String(error));
  }
  if (typeof report !== 'object' || report === null || !('format' in report) || report.format !== 'steadygaze-report') {
    throw refusal('This file is JSON, but no report of Steadygaze.');
  }
  if (!('repeat' in report)) {
    throw new SteadygazeError(
      'bad-argument',
      'This report was written before reports could be repeated: it does not hold all that is needed.',
      'Write the report again from its study, with "report", and repeat that.',
    );
  }
  const checked = v.safeParse(Repeatable, report.repeat);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const version: unknown = (report.repeat as { readonly version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > 1) {
    throw new SteadygazeError(
      'bad-argument',
      'This report was written by a newer version of Steadygaze.',
      'Install that version, and repeat the report with it.',
    );
  }
  throw refusal(
    'What this report says of how it was made is damaged, or was written by another version of Steadygaze.',
    `${v.getDotPath(issue) ?? 'repeat'}: ${issue.message}`,
  );
}

function refusal(sentence: string, details?: string): SteadygazeError {
  return new SteadygazeError('bad-argument', sentence, 'Choose the report.json that came with the report.', details);
}

/**
 * A folder read anew, parted as it was for the report; null where these are other pictures, labels, boxes or masks.
 * @param dataset of any splits
 */
export function partedAsReported(dataset: Dataset, { fingerprint, splits }: Repeatable['data']): Dataset | null {
  if (dataset.fingerprint === fingerprint) return dataset;
  if (splits?.length !== dataset.samples.length) return null;
  const samples = dataset.samples.map((sample, i) => ({ ...sample, split: SPLITS[Number(splits[i])] }));
  if (fingerprintOf(dataset.classes, samples) !== fingerprint) return null;
  return { ...dataset, samples, fingerprint };
}

/** Runs and parts that are measured together, because their settings do not contradict each other. */
export interface MeasuringPlan {
  /** Of the report. Those whose models said together where objects are stay together. */
  readonly runs: readonly string[];
  readonly parts: readonly EvaluationPart[];
  readonly settings: EvaluationSettings;
}

type MeasuredRun = Pick<ReportedRun, 'run'> & { readonly parts: readonly MeasuredPart[] };
type MeasuredPart = Pick<ReportedPart, 'part' | 'settings'> & { readonly judges: readonly string[] };

/** How the runs of a report were measured, in as few plans as possible: each takes an engine of its own. */
export function measuringPlans(runs: readonly MeasuredRun[]): MeasuringPlan[] {
  const plans = new Map<string, { runs: string[]; parts: EvaluationPart[]; settings: EvaluationSettings }>();
  for (const { run, parts } of runs) {
    for (const group of compatible(parts)) {
      const settings = settingsOf(group);
      const judges = [...new Set(group.flatMap((part) => part.judges))].sort();
      const key = JSON.stringify([group.map(({ part }) => part), settings, judges]);
      const plan = plans.get(key) ?? { runs: [], parts: group.map(({ part }) => part), settings };
      plan.runs.push(run);
      plans.set(key, plan);
    }
  }
  return [...plans.values()];
}

/** Parts of one seed go together, unless different models said where objects are. */
function compatible(parts: readonly MeasuredPart[]): MeasuredPart[][] {
  const groups: MeasuredPart[][] = [];
  // Those with models first, so that a part without any joins one of them.
  for (const part of [...parts].sort((a, b) => b.judges.length - a.judges.length)) {
    const fits = groups.find(
      ([first]) =>
        first.settings['seed'] === part.settings['seed'] &&
        (part.judges.length === 0 || part.judges.join() === first.judges.join()),
    );
    if (fits === undefined) groups.push([part]);
    else fits.push(part);
  }
  return groups;
}

/** The settings of an evaluation of these parts. @throws SteadygazeError `bad-argument` */
function settingsOf(parts: readonly MeasuredPart[]): EvaluationSettings {
  const tree: Record<string, unknown> = {};
  for (const { part, settings } of parts) {
    const { seed, ...own } = settings;
    if (seed !== undefined) tree['seed'] = seed;
    if (Object.keys(own).length > 0) tree[part] = own;
  }
  const checked = v.safeParse(EvaluationSettings, tree);
  if (checked.success) return checked.output;
  throw refusal(
    'This report was measured in a way that this version of Steadygaze does not know.',
    v.summarize(checked.issues),
  );
}
