/** Training one arm of a study. */
import type { EngineId } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { Correction } from '../contract/run.ts';
import type { Preset, RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { applyCorrections, checkCorrections } from '../jobs/corrections.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import type { TrainRequest } from '../jobs/protocol.ts';
import { openStudyForWriting, readDataset } from '../workspace/study.ts';
import { presetSettings } from './presets.ts';
import { resolveSettings } from './settings.ts';
import { work } from './work.ts';
import type { WorkOptions, WorkResult } from './work.ts';

export interface TrainOptions extends WorkOptions {
  /** Absolute path of the study. */
  readonly study: string;
  readonly preset?: Preset;
  /** "name=value", in order; later ones win. */
  readonly set?: readonly string[];
  readonly engine?: EngineChoice;
  /** Training pictures that get another label, or are left out. The files are not touched. */
  readonly corrections?: readonly Correction[];
}

/** @throws SteadygazeError; where it is about the settings or the data, nothing was written */
export async function trainRun(options: TrainOptions): Promise<WorkResult> {
  const { study: folder, preset = 'standard', set = [], engine = 'auto' } = options;
  const study = await openStudyForWriting(folder);
  try {
    const dataset = await readDataset(study);
    const corrections = checkCorrections(dataset, options.corrections ?? []);
    // The preset is fitted to the study's pictures: a run with corrections compares with one without.
    const settings = resolveSettings(presetSettings(preset, dataset), set);
    refuseUntrainable(applyCorrections(dataset, corrections), settings);
    const requestFor = (id: EngineId): TrainRequest => {
      return { kind: 'train', study: study.folder, engine: id, settings, preset, corrections };
    };
    return await work(engine, requestFor, options);
  } finally {
    study.lock.release();
  }
}

/** What can be known to be impossible before anything is started. */
function refuseUntrainable(dataset: Dataset, settings: RunSettings): void {
  const trained = new Set(dataset.samples.filter(({ split }) => split === 'train').map(({ label }) => label));
  if (trained.size < 2) {
    throw new SteadygazeError(
      'data-one-class',
      'Fewer than two classes have pictures for training, so there is nothing to tell apart.',
      'Add pictures for training, and create the study again.',
    );
  }
  const { heatmap } = settings.method;
  if (heatmap === 'cam' && settings.network.architecture.startsWith('vgg')) {
    throw new SteadygazeError(
      'impossible-value',
      'The setting method.heatmap cannot be "cam" with this network, which has no closed-form class activation map.',
      'Use auto or gradcam.',
    );
  }
}
