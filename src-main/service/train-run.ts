/** Training one arm of a study. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Preset, RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
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
}

/** @throws SteadygazeError; where it is about the settings or the data, nothing was written */
export async function trainRun(options: TrainOptions): Promise<WorkResult> {
  const { study: folder, preset = 'standard', set = [], engine = 'auto' } = options;
  const study = await openStudyForWriting(folder);
  try {
    const dataset = await readDataset(study);
    const settings = resolveSettings(presetSettings(preset, dataset), set);
    refuseUntrainable(dataset, settings);
    return await work(engine, (id) => ({ kind: 'train', study: study.folder, engine: id, settings, preset }), options);
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
