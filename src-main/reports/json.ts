/** The report for programs: plain numbers, shares in [0,1], null where something was not measured. */
import type { SeedsView } from '../contract/compare-view.ts';
import type { EvaluationPart, PartResult } from '../contract/evaluation.ts';
import type { ReportSection } from '../contract/report-view.ts';
import type { Figure, RoundSummary, RunRecord } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import { BOOTSTRAP_RESAMPLES } from './comparison.ts';
import { definitionsOf } from './definitions.ts';
import type { ReportDocument } from './document.ts';
import { limitsOf } from './limits.ts';
import type { RunView } from './run-view.ts';
import { plainText } from './words.ts';

/** The figures of one run under the names that a program reads. */
export interface RunSummaryJson {
  readonly arm: string;
  readonly seed: number;
  readonly top1: number | null;
  /** Mean average precision, where pictures may be of several classes. */
  readonly map?: number;
  /** Mean E of each assessment, in order. */
  readonly e_mean: readonly number[];
  readonly maxboxacc: number | null;
  readonly maxboxacc_v2: number | null;
  readonly pointing: number | null;
  readonly energy: number | null;
  readonly acc_mixed_same: number | null;
  readonly acc_mixed_rand: number | null;
  readonly bg_gap: number | null;
}

/** What was measured of one part, with all it depends on. */
export interface PartJson {
  readonly weights_hash: string;
  readonly data_fingerprint: string;
  readonly split: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly judges: readonly string[];
  readonly definition: number;
  readonly engine: string;
  readonly created: string;
  readonly seconds: number;
  readonly pictures: number;
  readonly pictures_hash: string;
  /** Keys of its figures, whose values are in `figures` of the run. */
  readonly figures: readonly string[];
  /** As stored: curves, tables, counts (contract/evaluation.ts). */
  readonly details: PartResult['details'];
  readonly notes: readonly string[];
}

export interface RunJson extends RunSummaryJson {
  readonly run: string;
  readonly label: string;
  readonly state: string;
  readonly created: string;
  readonly preset: string | null;
  /** What people changed about the training pictures before the run; null: nothing. */
  readonly corrections: RunRecord['corrections'] | null;
  readonly engine: string;
  readonly engine_description: string;
  readonly seconds: number;
  /** Every figure with its 95% interval and the count of pictures behind it. */
  readonly figures: Readonly<Record<string, Figure>>;
  readonly parts: Readonly<Partial<Record<EvaluationPart, PartJson>>>;
  readonly eps: number | null;
  readonly eps_survival: number | null;
  readonly rounds: readonly RoundSummary[];
  readonly settings: RunSettings;
  readonly versions: Readonly<Record<string, string>>;
  readonly data_fingerprint: string;
  readonly weights_hash: string | null;
  readonly notes: readonly string[];
  readonly hardest: readonly Record<string, unknown>[];
}

export interface SummaryJson {
  readonly engine: string;
  readonly seconds: number;
  readonly runs: readonly RunSummaryJson[];
}

export interface ReportJson {
  readonly format: 'steadygaze-report';
  readonly version: 1;
  readonly title: string;
  readonly created: string | null;
  readonly engine: string;
  readonly seconds: number;
  readonly study: Record<string, unknown>;
  readonly sections: readonly ReportSection[];
  readonly answer: readonly string[];
  readonly warnings: readonly string[];
  readonly findings: readonly Record<string, unknown>[];
  readonly runs: readonly RunJson[];
  /** One entry for each pair of runs; empty where there is nothing to compare. */
  readonly comparison: readonly Record<string, unknown>[];
  readonly seeds: SeedsView | null;
  readonly bootstrap: { readonly resamples: number; readonly confidence: number };
  readonly limits: readonly string[];
  readonly definitions: Readonly<Record<string, string>>;
}

function runSummary(run: RunView): RunSummaryJson {
  const value = (key: string): number | null => run.figures[key]?.value ?? null;
  const { map } = run.figures;
  return {
    arm: run.arm,
    seed: run.seed,
    top1: value('top1'),
    ...(map === undefined ? {} : { map: map.value }),
    e_mean: run.rounds.map((round) => round.eMean),
    maxboxacc: value('maxboxacc'),
    maxboxacc_v2: value('maxboxacc_v2'),
    pointing: value('pointing'),
    energy: value('energy'),
    acc_mixed_same: value('acc_mixed_same'),
    acc_mixed_rand: value('acc_mixed_rand'),
    bg_gap: value('bg_gap'),
  };
}

function partJson({
  key,
  engine,
  created,
  seconds,
  pictures,
  picturesHash,
  figures,
  details,
  notes,
}: PartResult): PartJson {
  return {
    weights_hash: key.weightsHash,
    data_fingerprint: key.dataFingerprint,
    split: key.split,
    settings: key.settings,
    judges: key.judges,
    definition: key.definition,
    engine,
    created,
    seconds,
    pictures,
    pictures_hash: picturesHash,
    figures: Object.keys(figures),
    details,
    notes,
  };
}

function runJson(run: RunView): RunJson {
  const { record, parts } = run;
  return {
    run: record.id,
    label: run.label,
    ...runSummary(run),
    figures: Object.assign({}, ...Object.values(parts).map(({ figures }) => figures)) as RunJson['figures'],
    parts: Object.fromEntries(Object.entries(parts).map(([part, result]) => [part, partJson(result)])),
    eps: record.eps,
    eps_survival: record.epsSurvival,
    rounds: run.rounds,
    state: record.state,
    created: record.created,
    preset: record.preset,
    corrections: record.corrections ?? null,
    engine: record.engine,
    engine_description: record.engineDescription,
    seconds: record.seconds,
    settings: record.settings,
    versions: record.versions,
    data_fingerprint: record.dataFingerprint,
    weights_hash: record.weightsHash,
    notes: run.notes,
    hardest: run.hardest.map(({ row }) => ({
      path: row.id,
      label: record.classes[row.label] ?? null,
      ...(row.labels === undefined ? {} : { labels: row.labels.map((label) => record.classes[label] ?? null) }),
      prediction: record.classes[row.prediction] ?? null,
      probability: row.probability,
      attacked_prediction: record.classes[row.attackedPrediction] ?? null,
      attacked_probability: row.attackedProbability,
      label_probability: row.labelProbability,
      attacked_label_probability: row.attackedLabelProbability,
      s: row.s,
      q: row.q,
      e: row.e,
      v: row.v,
      empty: row.empty,
      ...(row.labelE === undefined ? {} : { label_e: row.labelE }),
    })),
  };
}

/** `report.json`, to which the caller adds what is needed to repeat it (repeatable.ts). */
export function reportJson(document: ReportDocument): ReportJson {
  const { name, dataSentence, classes, fingerprint, counts, problems } = document.study;
  return {
    format: 'steadygaze-report',
    version: 1,
    title: document.title,
    created: document.created,
    engine: document.engine,
    seconds: document.seconds,
    study: { name, data: dataSentence, classes, fingerprint, counts, problems },
    sections: document.sections,
    answer: document.answer,
    warnings: document.warnings,
    findings: document.findings.map(({ sections, run, comparison, topic, number, tone, sentence }) => ({
      ...{ sections, run, comparison, topic, number, tone, sentence: plainText(sentence) },
    })),
    runs: document.runs.map(runJson),
    comparison: document.comparisons.map((comparison) => ({
      baseline: document.runs[comparison.baseline].record.id,
      candidate: document.runs[comparison.candidate].record.id,
      e_comparable: comparison.consistencyComparable,
      differences: Object.fromEntries(
        comparison.differences.map(({ key, ...difference }) => [key, difference] as const),
      ),
    })),
    seeds: document.seeds,
    bootstrap: { resamples: BOOTSTRAP_RESAMPLES, confidence: 0.95 },
    limits: limitsOf(document),
    definitions: Object.fromEntries(definitionsOf(document).map(({ key, definition }) => [key, definition])),
  };
}

/** `summary.json` of the demo: the figures alone. */
export function summaryJson(document: ReportDocument): SummaryJson {
  return { engine: document.engine, seconds: document.seconds, runs: document.runs.map(runSummary) };
}
