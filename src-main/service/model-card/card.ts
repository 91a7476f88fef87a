/**
 * What is known of an exported network, after M. Mitchell et al., "Model Cards for Model Reporting", FAT* 2019. The
 * same facts are card.json for programs and MODEL_CARD.md for people.
 */
import * as v from 'valibot';
import type { FigureUnit } from '../../contract/compare-view.ts';
import type { ModelFormat } from '../../contract/model-export.ts';
import type { RunRecord } from '../../contract/run.ts';
import { NO_WEIGHTS, RunSettings } from '../../contract/settings.ts';
import type { Interpretable } from '../../contract/settings.ts';
import { SHORTCUT_KINDS, SPLITS } from '../../datasets/dataset.ts';
import type { Dataset, Split } from '../../datasets/dataset.ts';
import { capitalised } from '../../reports/words.ts';
import type { KeptWeights } from '../../workspace/study-weights.ts';
import { PROBLEM_WORDS } from '../library/problem-words.ts';
import type { BuiltReport } from '../report-build.ts';
import { limitsOfModel } from './limits.ts';

export const CARD_FORMAT = 'steadygaze-model-card';

export interface CardFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

interface CardFigure {
  readonly key: string;
  readonly label: string;
  readonly term: string;
  readonly definition: string;
  readonly unit: FigureUnit;
  readonly better: 'higher' | 'lower';
  /** Those that tell most. */
  readonly headline: boolean;
  readonly value: number;
  /** 95% interval. */
  readonly low: number;
  readonly high: number;
  /** Pictures it was measured on. */
  readonly n: number;
}

export interface CardSetting {
  /** Dotted name, as `--set` takes it. */
  readonly name: string;
  readonly value: unknown;
  /** What it would have been. */
  readonly usual: unknown;
}

export interface ModelCard {
  readonly format: typeof CARD_FORMAT;
  readonly version: 1;
  /** ISO time. */
  readonly created: string;
  readonly program: string;
  readonly name: string;
  readonly run: string;
  readonly round: number;
  /** False: weights of an earlier round, of which nothing was measured. */
  readonly isLastRound: boolean;
  readonly isFinished: boolean;
  readonly network: {
    readonly architecture: string;
    readonly interpretable: Interpretable;
    readonly parameters: number;
  };
  readonly input: {
    readonly size: number;
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly resize: string;
  };
  readonly task: 'single-label' | 'multi-label';
  readonly classes: readonly ({ readonly name: string } & Readonly<Record<Split, number>>)[];
  readonly data: {
    readonly sentence: string;
    readonly fingerprint: string;
    readonly counts: Readonly<Record<Split, number>>;
    readonly problems: readonly { readonly title: string; readonly count: number }[];
    /** Early warnings of shortcuts, sentences. */
    readonly shortcuts: readonly string[];
    readonly attribution: readonly string[];
  };
  readonly training: {
    readonly arm: RunRecord['settings']['arm'];
    readonly preset: string | null;
    readonly seed: number;
    readonly engine: string;
    readonly versions: Readonly<Record<string, string>>;
    readonly seconds: number;
    readonly eps: number | null;
    readonly epsSurvival: number | null;
    readonly corrections: { readonly relabelled: number; readonly leftOut: number } | null;
    /** Those that are not what they would be unasked. */
    readonly settings: readonly CardSetting[];
  };
  /** What training began with, or what was brought. */
  readonly start: { readonly name: string; readonly licence: string | null; readonly id: string } | null;
  readonly figures: readonly CardFigure[];
  readonly limits: readonly string[];
  readonly formats: readonly ModelFormat[];
  readonly files: readonly CardFile[];
}

/** What is said of the network that is not in the report. */
export interface CardSubject {
  readonly program: string;
  readonly round: number;
  readonly isLastRound: boolean;
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly parameters: number;
  readonly start: KeptWeights | null;
  readonly formats: readonly ModelFormat[];
}

const RESIZE =
  'Turned upright by its EXIF orientation, laid on white where it is transparent, converted to sRGB, and stretched (not cropped) to the square with a triangle filter; values divided by 255.';

/** @param report of this one run */
export function modelCard(report: BuiltReport, subject: CardSubject, files: readonly CardFile[]): ModelCard {
  const { input, document, dataset } = report;
  const [run] = document.runs;
  const { record } = run;
  const { network } = record.settings;
  const task: ModelCard['task'] = record.task ?? 'single-label';
  const figures = document.kinds.flatMap((kind): CardFigure[] => {
    const figure = run.figures[kind.key];
    const { key, label, term, definition, unit, better, headline } = kind;
    return figure === undefined ? [] : [{ key, label, term, definition, unit, better, headline, ...figure }];
  });
  const about = {
    ...{ name: input.study.name, run: record.id, round: subject.round, isLastRound: subject.isLastRound },
    isFinished: record.state === 'finished',
    network: {
      ...{ architecture: network.architecture, interpretable: network.interpretable },
      parameters: subject.parameters,
    },
    input: { size: subject.size, mean: subject.mean, std: subject.std, resize: RESIZE },
    ...{ task, classes: classCounts(dataset, record.classes), data: dataOf(report) },
    training: trainingOf(record),
    start: startOf(record, subject.start),
    figures: subject.isLastRound ? figures : [],
  };
  return {
    ...{
      format: CARD_FORMAT,
      version: 1,
      created: input.created ?? new Date().toISOString(),
      program: subject.program,
    },
    ...about,
    limits: limitsOfModel(document, about),
    ...{ formats: subject.formats, files },
  };
}

function classCounts(dataset: Dataset, names: readonly string[]): ModelCard['classes'] {
  const counts = names.map((name) => ({ name, train: 0, val: 0, test: 0 }));
  for (const { label, labels = [label], split } of dataset.samples) {
    for (const each of labels) {
      const of = counts.at(each);
      if (of !== undefined) of[split]++;
    }
  }
  return counts;
}

function dataOf({ input: { study }, dataset }: BuiltReport): ModelCard['data'] {
  const byTitle = new Map<string, number>();
  const shortcuts: string[] = [];
  for (const { kind, reason } of dataset.problems) {
    if (SHORTCUT_KINDS.has(kind)) shortcuts.push(capitalised(reason));
    else byTitle.set(PROBLEM_WORDS[kind].title, (byTitle.get(PROBLEM_WORDS[kind].title) ?? 0) + 1);
  }
  return {
    ...{ sentence: study.dataSentence, fingerprint: study.fingerprint },
    counts: Object.fromEntries(SPLITS.map((split) => [split, study.counts[split]])) as Record<Split, number>,
    problems: [...byTitle].map(([title, count]) => ({ title, count })),
    shortcuts: [...new Set(shortcuts)],
    attribution: study.attribution ?? [],
  };
}

function trainingOf(record: RunRecord): ModelCard['training'] {
  const { settings, preset, versions, seconds, eps, epsSurvival, corrections } = record;
  return {
    ...{ arm: settings.arm, preset, seed: settings.seed, engine: record.engineDescription, versions, seconds },
    ...{ eps, epsSurvival },
    corrections:
      corrections === undefined ? null : { relabelled: corrections.relabelled, leftOut: corrections.leftOut },
    settings: changedSettings(settings),
  };
}

/** Arm and seed have lines of their own. */
function changedSettings(settings: RunSettings): CardSetting[] {
  const usual = new Map(flat(v.parse(RunSettings, {})));
  return flat(settings).flatMap(([name, value]) =>
    name === 'arm' || name === 'seed' || JSON.stringify(usual.get(name)) === JSON.stringify(value)
      ? []
      : [{ name, value, usual: usual.get(name) ?? null }],
  );
}

/** {a: {b: 1}} -> [['a.b', 1]]; lists stay whole. */
function flat(value: object, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? flat(inner, `${prefix}${key}.`)
      : [[`${prefix}${key}`, inner] satisfies [string, unknown]],
  );
}

function startOf({ settings }: RunRecord, kept: KeptWeights | null): ModelCard['start'] {
  const { weights } = settings.start;
  if (weights === NO_WEIGHTS) return null;
  if (kept === null) return { id: weights, name: 'weights that are not in the study any more', licence: null };
  return { id: weights, name: kept.description.name, licence: kept.description.licence ?? null };
}
