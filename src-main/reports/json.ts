/** The report for programs: plain numbers, shares in [0,1], null where something was not measured. */
import type { Figure, RoundSummary, RunRecord } from '../contract/run.ts';
import type { RunSettings } from '../contract/settings.ts';
import { BOOTSTRAP_RESAMPLES, BOOTSTRAP_SEED } from './comparison.ts';
import { definitionsOf } from './definitions.ts';
import type { ReportDocument, RunView } from './document.ts';
import { FIGURE_KEYS, type FigureKey } from './figure-kinds.ts';

/** The figures of one run under the names that a program reads. */
export interface RunSummaryJson {
  readonly arm: string;
  readonly seed: number;
  readonly top1: number | null;
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
  readonly top1_loc: number | null;
  readonly iou: number | null;
  readonly pxap: number | null;
  /** [low, high] of the 95% interval and the count of pictures, for every figure measured. */
  readonly intervals: Readonly<Partial<Record<FigureKey, readonly [number, number]>>>;
  readonly n: Readonly<Partial<Record<FigureKey, number>>>;
  readonly maxboxacc_threshold: number | null;
  /** 'val', or 'test' where no validation picture is annotated (then the figures are flattered). */
  readonly threshold_from: string | null;
  readonly maxboxacc_best_on_test: number | null;
  readonly maxboxacc_v2_parts: readonly number[] | null;
  readonly maxboxacc_v2_best_on_test: number | null;
  readonly localization_target: string | null;
  readonly centre_box: number | null;
  readonly uniform_energy: number | null;
  readonly eps: number | null;
  readonly eps_survival: number | null;
  readonly rounds: readonly RoundSummary[];
  readonly settings: RunSettings;
  readonly versions: Readonly<Record<string, string>>;
  readonly data_fingerprint: string;
  readonly weights_hash: string | null;
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
  readonly answer: readonly string[];
  readonly runs: readonly RunJson[];
  /** One entry for each pair of runs; empty where there is nothing to compare. */
  readonly comparison: readonly Record<string, unknown>[];
  readonly bootstrap: { readonly resamples: number; readonly seed: number; readonly confidence: number };
  readonly definitions: Readonly<Record<string, string>>;
}

const value = (figure: Figure | null): number | null => (figure === null ? null : figure.value);

function runSummary(run: RunView): RunSummaryJson {
  const f = run.figures;
  return {
    arm: run.arm,
    seed: run.seed,
    top1: value(f.top1),
    e_mean: run.rounds.map((round) => round.eMean),
    maxboxacc: value(f.maxboxacc),
    maxboxacc_v2: value(f.maxboxacc_v2),
    pointing: value(f.pointing),
    energy: value(f.energy),
    acc_mixed_same: value(f.acc_mixed_same),
    acc_mixed_rand: value(f.acc_mixed_rand),
    bg_gap: value(f.bg_gap),
  };
}

function runJson(run: RunView): RunJson {
  const { record, figures, localization } = run;
  const measured = FIGURE_KEYS.flatMap((key) => {
    const figure = figures[key];
    return figure === null ? [] : [{ key, figure }];
  });
  return {
    run: record.id,
    label: run.label,
    ...runSummary(run),
    top1_loc: value(figures.top1_loc),
    iou: value(figures.iou),
    pxap: value(figures.pxap),
    intervals: Object.fromEntries(measured.map(({ key, figure }) => [key, [figure.low, figure.high] as const])),
    n: Object.fromEntries(measured.map(({ key, figure }) => [key, figure.n])),
    maxboxacc_threshold: localization?.maxboxaccThreshold ?? null,
    threshold_from: localization?.thresholdFrom ?? null,
    maxboxacc_best_on_test: localization?.maxboxaccBest ?? null,
    maxboxacc_v2_parts: localization?.maxboxaccV2Parts ?? null,
    maxboxacc_v2_best_on_test: localization?.maxboxaccV2Best ?? null,
    localization_target: localization?.target ?? null,
    centre_box: localization?.centreBox.value ?? null,
    uniform_energy: localization?.uniformEnergy.value ?? null,
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
    hardest: run.hardest.map(({ row }) => ({
      path: row.id,
      label: record.classes[row.label] ?? null,
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
    })),
  };
}

/** `report.json`. */
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
    answer: document.answer,
    runs: document.runs.map(runJson),
    comparison: document.comparisons.map((comparison) => ({
      baseline: document.runs[comparison.baseline].record.id,
      candidate: document.runs[comparison.candidate].record.id,
      e_comparable: comparison.consistencyComparable,
      differences: Object.fromEntries(
        comparison.differences.map(({ key, ...difference }) => [key, difference] as const),
      ),
    })),
    bootstrap: { resamples: BOOTSTRAP_RESAMPLES, seed: BOOTSTRAP_SEED, confidence: 0.95 },
    definitions: Object.fromEntries(definitionsOf(document).map(({ key, definition }) => [key, definition])),
  };
}

/** `summary.json` of the demo: the figures alone. */
export function summaryJson(document: ReportDocument): SummaryJson {
  return { engine: document.engine, seconds: document.seconds, runs: document.runs.map(runSummary) };
}
