/** Measuring what a model has learned, part by part, on runs that have finished. */
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { EVALUATION_PARTS, EvaluationSettings } from '../contract/evaluation.ts';
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import { evaluateRuns as measure } from '../jobs/evaluate-runs.ts';
import type { Evaluated, EvaluateOptions as MeasureOptions } from '../jobs/evaluate-runs.ts';
import { listRuns } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { withAdvice } from './tuning/remembered.ts';

export interface EvaluateOptions extends MeasureOptions {
  /** Absolute path of the study. */
  readonly study: string;
  /** Ids; all finished runs where not given. */
  readonly runs?: readonly string[];
  /** All where not given; what cannot be measured on the pictures says why. */
  readonly parts?: readonly EvaluationPart[];
  readonly settings?: EvaluationSettings;
  readonly engine?: EngineChoice;
  /** Also measure what was measured before. */
  readonly again?: boolean;
}

/**
 * Measures what is missing or outdated, and stores it with the runs. What was measured before it ends stays.
 * @throws SteadygazeError `not-found` where there is no finished run, `cancelled`, what is wrong with a run
 */
export async function evaluateRuns(options: EvaluateOptions): Promise<Evaluated> {
  const {
    parts = EVALUATION_PARTS,
    settings = v.parse(EvaluationSettings, {}),
    engine = 'auto',
    again = false,
  } = options;
  const { folder } = await openStudy(options.study);
  const runs = options.runs ?? (await finishedIds(folder));
  return measure(folder, engine, { runs, parts, settings, again }, { ...options, job: await withAdvice(options.job) });
}

async function finishedIds(study: string): Promise<string[]> {
  const finished = (await listRuns(study)).runs.filter(({ state }) => state === 'finished').map(({ id }) => id);
  if (finished.length > 0) return finished;
  throw new SteadygazeError(
    'not-found',
    'There is nothing to measure yet: no run of this study has finished.',
    'Train one first: "train".',
  );
}
