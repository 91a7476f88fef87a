/**
 * Doing the work of a report again: the same pictures, settings, seeds and corrections, the same measurements; then every
 * figure beside what the report says. Whoever is interrupted goes on by asking again with the same folder.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ENGINE_IDS } from '../compute/engine.ts';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import { measuringPlans, readRepeatable, reportedParts } from '../reports/repeatable.ts';
import type { Repeatable, ReportedPart, ReportedRun } from '../reports/repeatable.ts';
import { computedAlike, repeatedFigures, worstVerdict } from '../reports/repeated-figures.ts';
import type { RepeatedFigure, RepeatVerdict } from '../reports/repeated-figures.ts';
import { writeJsonAtomic } from '../workspace/atomic-file.ts';
import { summaryOfCorrections } from '../workspace/corrections-file.ts';
import { readEvaluation } from '../workspace/evaluation-store.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { evaluateRuns } from './evaluate-runs.ts';
import type { EvaluateOptions } from './evaluate-runs.ts';
import { writingInto } from './out-folder.ts';
import { studyToMeasure, studyToRepeatIn } from './repeat-data.ts';
import type { RepeatData } from './repeat-data.ts';
import { resumeRuns } from './resume-run.ts';
import { copyStart } from './start-weights.ts';
import { startRun } from './train-run.ts';
import type { WorkOptions } from './work.ts';

export interface RepeatOptions extends WorkOptions, Pick<RepeatData, 'study' | 'data' | 'anyway' | 'onProgress'> {
  /** Path of the `report.json`. */
  readonly report: string;
  /** Default: the engine of each run. */
  readonly engine?: EngineChoice;
  /** Measure the weights that lie in `study` again; nothing is trained. */
  readonly figuresOnly?: boolean;
  /** Ids of runs of the report; default: all that were finished. */
  readonly runs?: readonly string[];
  /** Folder for the study of the repetition and for `repeat.json`. */
  readonly out: string;
  /** What is done next, in a sentence. */
  readonly onStep?: (sentence: string) => void;
  readonly onPart?: EvaluateOptions['onPart'];
  readonly onMeasuring?: EvaluateOptions['onProgress'];
}

export interface RepeatedRun {
  /** Of the report. */
  readonly run: string;
  /** Of the repetition. */
  readonly repeated: string;
  readonly engine: string;
  readonly weights: 'same' | 'different';
  readonly figures: readonly RepeatedFigure[];
  /** In plain sentences: what must be known to judge the differences. */
  readonly notes: readonly string[];
  readonly verdict: RepeatVerdict;
}

export interface Repetition {
  readonly format: 'steadygaze-repetition';
  readonly version: 1;
  /** Whether the pictures were those of the report. */
  readonly sameData: boolean;
  readonly runs: readonly RepeatedRun[];
  /** The worst of all figures. */
  readonly verdict: RepeatVerdict;
}

/**
 * @throws SteadygazeError `bad-argument`, `not-found`, `data-changed`, `cancelled`, and what training and measuring throw
 */
export async function repeatReport(options: RepeatOptions): Promise<Repetition> {
  const block = readRepeatable(await textOf(options.report));
  const wanted = chooseReported(block, options.runs);
  const out = resolve(options.out);
  const again =
    options.figuresOnly === true
      ? await storedRuns(block, wanted, options)
      : await trainAgain(join(out, 'study'), block, wanted, options);
  await measureAgain(again, options);
  const runs: RepeatedRun[] = [];
  for (const pair of again.pairs) runs.push(await besideReported(again, pair));
  const result: Repetition = {
    format: 'steadygaze-repetition',
    version: 1,
    sameData: again.sameData,
    runs,
    verdict: worstVerdict(runs.map(({ verdict }) => verdict)),
  };
  await writingInto(out, () => writeJsonAtomic(join(out, 'repeat.json'), result));
  return result;
}

/** Runs of a report and the runs of a study that repeat them. */
interface Pairs {
  readonly study: string;
  readonly sameData: boolean;
  readonly pairs: readonly { readonly reported: ReportedRun; readonly id: string }[];
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) throw error;
    throw new SteadygazeError('not-found', `There is no such report: ${path}`, 'Name the report.json of a report.');
  }
}

function chooseReported({ runs }: Repeatable, ids: readonly string[] | undefined): readonly ReportedRun[] {
  const unknown = ids?.find((id) => !runs.some(({ run }) => run === id));
  if (unknown !== undefined) {
    const known = runs.map(({ run }) => run).join(', ');
    throw new SteadygazeError('not-found', `The report is not about a run "${unknown}".`, `It is about: ${known}.`);
  }
  const finished = runs.filter(
    ({ run, weightsHash, parts }) => weightsHash !== null && parts.length > 0 && (ids?.includes(run) ?? true),
  );
  if (finished.length > 0) return finished;
  throw new SteadygazeError(
    'bad-argument',
    'There is nothing to repeat: no run of this report was finished and measured when it was written.',
    'Write the report again when a run has finished.',
  );
}

/** The runs of a study that still have the weights of the report. */
async function storedRuns(block: Repeatable, wanted: readonly ReportedRun[], options: RepeatOptions): Promise<Pairs> {
  if (options.study === undefined) {
    throw new SteadygazeError(
      'bad-argument',
      'To measure again without training, the study with the weights is needed.',
      'Name it with --study, or train again without --figures-only.',
    );
  }
  const { study, same } = await studyToMeasure(options.study, block.data, options.anyway ?? false);
  const { runs } = await listRuns(study.folder);
  const pairs = wanted.map((reported) => {
    const found =
      runs.find(({ weightsHash }) => weightsHash === reported.weightsHash) ??
      runs.find(({ id, state }) => id === reported.run && state === 'finished');
    if (found !== undefined) return { reported, id: found.id };
    throw new SteadygazeError(
      'not-found',
      `The study has no finished run "${reported.run}", nor one with its weights.`,
      'Choose the study that the report was written from, or leave this run out with --runs.',
    );
  });
  return { study: study.folder, sameData: same, pairs };
}

async function trainAgain(
  folder: string,
  block: Repeatable,
  wanted: readonly ReportedRun[],
  options: RepeatOptions,
): Promise<Pairs> {
  const { stop, onStep } = options;
  const signal = stop === undefined ? {} : { signal: stop };
  const { study, same } = await studyToRepeatIn(folder, block.data, { ...options, ...signal });
  const pairs: { readonly reported: ReportedRun; readonly id: string }[] = [];
  for (const [i, reported] of wanted.entries()) {
    const engine = options.engine ?? engineOf(reported);
    const others = (await listRuns(study.folder)).runs.filter(({ id }) => pairs.every((pair) => pair.id !== id));
    const begun = others.find((record) => repeats(record, reported, engine));
    if (begun?.state === 'finished') {
      pairs.push({ reported, id: begun.id });
      continue;
    }
    if (begun === undefined) await copyStart(options.study, study.folder, reported.settings);
    onStep?.(
      `${reported.settings.arm === 'given' ? 'Assessing' : 'Training'} the run ${reported.run} again (${i + 1} of ${wanted.length}).`,
    );
    const { settings, preset, corrections } = reported;
    const following = { ...workOptions(options), study: study.folder };
    const result =
      begun === undefined
        ? await startRun({ ...following, engine, settings, preset, corrections })
        : (await resumeRuns({ ...following, run: begun.id }))[0];
    if (result.stopped) throw stopped();
    pairs.push({ reported, id: result.run });
  }
  return { study: study.folder, sameData: same, pairs };
}

function stopped(): SteadygazeError {
  return new SteadygazeError(
    'cancelled',
    'Stopped on request.',
    'What was trained and measured is kept: ask for the same again, and it goes on from there.',
  );
}

/** What following a run needs, and nothing else. */
function workOptions({ onEvent, onEngine, onJob, stop, kill, job }: WorkOptions): WorkOptions {
  return {
    ...(onEvent === undefined ? {} : { onEvent }),
    ...(onEngine === undefined ? {} : { onEngine }),
    ...(onJob === undefined ? {} : { onJob }),
    ...(stop === undefined ? {} : { stop }),
    ...(kill === undefined ? {} : { kill }),
    ...(job === undefined ? {} : { job }),
  };
}

/** Whether a run of the repetition's study is that of the report done again. */
function repeats(record: RunRecord, reported: ReportedRun, engine: EngineChoice): boolean {
  const corrections = reported.corrections.length === 0 ? undefined : summaryOfCorrections(reported.corrections).hash;
  return (
    JSON.stringify(record.settings) === JSON.stringify(reported.settings) &&
    record.corrections?.hash === corrections &&
    (engine === 'auto' || record.engine === engine)
  );
}

function engineOf({ run, engine }: ReportedRun): EngineChoice {
  const found = ENGINE_IDS.find((id) => id === engine);
  if (found !== undefined) return found;
  throw new SteadygazeError(
    'engine-unavailable',
    `The run ${run} was computed on an engine that this version does not know: ${engine}.`,
    'Choose another with --engine.',
  );
}

async function measureAgain({ study, pairs }: Pairs, options: RepeatOptions): Promise<void> {
  const { stop, kill, job, onPart, onMeasuring, onStep } = options;
  const plans = measuringPlans(pairs.map(({ reported }) => reported));
  for (const [i, { runs, parts, settings }] of plans.entries()) {
    options.onStep?.(`Measuring again: ${parts.join(', ')} (${i + 1} of ${plans.length}).`);
    const [first, ...others] = pairs.filter(({ reported }) => runs.includes(reported.run));
    await evaluateRuns({
      ...{ study, runs: [first, ...others].map(({ id }) => id), parts, settings },
      engine: options.engine ?? engineOf(first.reported),
      // What was just trained has just been measured, and what was interrupted goes on.
      again: options.figuresOnly === true,
      ...(stop === undefined ? {} : { signal: stop }),
      ...(kill === undefined ? {} : { kill }),
      ...(job === undefined ? {} : { job }),
      ...(onStep === undefined ? {} : { onRestart: onStep }),
      ...(onPart === undefined ? {} : { onPart }),
      ...(onMeasuring === undefined ? {} : { onProgress: onMeasuring }),
    });
  }
}

async function besideReported(
  { study, sameData, pairs }: Pairs,
  { reported, id }: Pairs['pairs'][number],
): Promise<RepeatedRun> {
  const record = await readRun(study, id);
  const parts = reportedParts(await readEvaluation(runFolder(study, id), record));
  const alike = sameData && computedAlike(reported, record);
  const figures = repeatedFigures(reported.parts, parts, alike);
  const weights = record.weightsHash === reported.weightsHash ? 'same' : 'different';
  const notes = [
    ...(sameData ? [] : ['The pictures are not those of the report, so the figures need not be equal.']),
    ...(alike ? [] : [`${computingNote(reported, record)} Differences up to 0.001 count as none.`]),
    ...partNotes(
      reported,
      parts,
      pairs.map((pair) => pair.reported.weightsHash),
    ),
  ];
  return {
    ...{ run: reported.run, repeated: id, engine: record.engine, weights, figures, notes },
    verdict: worstVerdict(figures.map(({ verdict }) => verdict)),
  };
}

function computingNote(reported: ReportedRun, record: RunRecord): string {
  if (reported.engine !== record.engine || reported.engineDescription !== record.engineDescription) {
    return `The report was computed by ${reported.engineDescription}, this by ${record.engineDescription}.`;
  }
  const names = Object.keys({ ...reported.versions, ...record.versions });
  const others = names.filter((name) => reported.versions[name] !== record.versions[name]);
  if (others.length > 0) return `The report was computed with other versions: ${others.join(', ')}.`;
  return 'On this engine the same work need not give the same last digits.';
}

/** What stands in the way of equal figures, part by part. */
function partNotes(
  reported: ReportedRun,
  parts: readonly ReportedPart[],
  repeatedHashes: readonly (string | null)[],
): string[] {
  return reported.parts.flatMap(({ part, definition, judges }) => {
    const now = parts.find((each) => each.part === part);
    const outside = judges.filter((hash) => !repeatedHashes.includes(hash)).length;
    return [
      ...(now === undefined ? [`What the report calls "${part}" could not be measured again.`] : []),
      ...(now !== undefined && now.definition !== definition
        ? [`The definition of "${part}" has changed since the report was written, so its figures cannot be compared.`]
        : []),
      ...(outside > 0
        ? [
            `For "${part}" several models said where the objects are; ${outside} of them ${outside === 1 ? 'was' : 'were'} not repeated, so its figures can differ.`,
          ]
        : []),
    ];
  });
}
