/** A network that was trained elsewhere, assessed and measured here as it is. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { pickClasses } from '../networks/class-rows.ts';
import { requireMatch, shapesOf } from '../networks/matching.ts';
import { describeParameters } from '../networks/parameters.ts';
import { openStudy } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import { keepWeights, readKeptWeights } from '../workspace/study-weights.ts';
import type { StudyWeightsDescription } from '../workspace/weights-description.ts';
import { outputsOfClasses } from './class-outputs.ts';
import { resolveSettings } from './settings.ts';
import { startRun } from './train-run.ts';
import { networkOf, useWeights } from './use-weights.ts';
import type { WeightsSource } from './use-weights.ts';
import type { WorkOptions, WorkResult } from './work.ts';

export interface BringWishes {
  /** Id of weights that the study keeps. */
  readonly weights: string;
  /** For each class of the study the output of the network; null: see {@link outputsOfClasses}. */
  readonly classes: readonly (number | null)[] | null;
}

interface BringOptions extends WorkOptions {
  /** Absolute path of the study. */
  readonly study: string;
  readonly source: WeightsSource;
  readonly engine?: EngineChoice;
  /** Told what fitted and what did not, before anything long begins. */
  readonly onSentences?: (sentences: readonly string[]) => void;
}

/**
 * Settles the run that measures a network: where its outputs are more than the study's classes, or in another order, the
 * study keeps a copy of it that has just these.
 * @throws SteadygazeError `not-found`, `weights-invalid` where it is not whole, `bad-argument` where classes are not its own
 */
export async function planGiven(
  study: string,
  { classes }: Pick<Dataset, 'classes'>,
  { weights: id, classes: wished }: BringWishes,
): Promise<RunSettings> {
  const { weights, description } = await readKeptWeights(study, id);
  if (description.outputs < 2) {
    throw new SteadygazeError(
      'weights-invalid',
      'The weights lack the last layer of the network, so it cannot say what a picture shows.',
      'Choose a file that holds the whole network, or train from these weights.',
    );
  }
  const network = networkOf(description);
  const architecture = buildArchitecture(network, description.outputs);
  requireMatch(shapesOf(describeParameters(architecture)), weights);
  const outputs = outputsOfClasses(classes, description, wished);
  const isAsItIs = outputs.length === description.outputs && outputs.every((output, label) => output === label);
  if (isAsItIs) return givenSettings(description, id);
  const picked: StudyWeightsDescription = {
    ...{ ...description, outputs: classes.length, classes: [...classes], pickedFrom: id },
    sentences: [...description.sentences, `The outputs ${outputs.join(', ')} were picked.`],
  };
  const kept = await keepWeights(study, pickClasses(architecture, weights, outputs), picked, false);
  return givenSettings(picked, kept.id);
}

/** Nothing is trained, so that what training would do has no meaning: assessed once, and measured. */
function givenSettings(description: StudyWeightsDescription, id: string): RunSettings {
  const settings = { arm: 'given', network: networkOf(description), start: { weights: id }, training: { rounds: 0 } };
  return resolveSettings(settings as Parameters<typeof resolveSettings>[0], []);
}

/**
 * Takes a file into the study, and measures the network as it is.
 * @throws SteadygazeError; where it is about the file or the classes, no run was begun
 */
export async function bringModel(options: BringOptions): Promise<WorkResult> {
  const { study, source, onSentences } = options;
  const found = await openStudy(study);
  const { dataset, state } = await new StudyData(found).read();
  const { id, sentences } = await useWeights(found.folder, dataset.classes.length, source);
  onSentences?.(sentences);
  const settings = await planGiven(found.folder, dataset, { weights: id, classes: null });
  return startRun({ ...options, preset: null, settings, corrections: [], data: state });
}
