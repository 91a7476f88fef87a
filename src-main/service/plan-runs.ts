/** What runs are going to do, settled and checked before anything is started. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Correction } from '../contract/run.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import type { Preset, RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { applyCorrections, checkCorrections } from '../jobs/corrections.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { splitFeatures } from '../networks/fine-tuning.ts';
import { poolingHead } from '../networks/layer.ts';
import { presetSettings } from './presets.ts';
import { resolveSuited } from './suited-training.ts';

export interface RunWishes {
  readonly preset: Preset;
  /** For each run "name=value", in order; later ones win. */
  readonly sets: readonly (readonly string[])[];
  /** Training pictures that get another label, or are left out, in all of them. */
  readonly corrections: readonly Correction[];
}

export interface RunPlans {
  /** One for each of the wishes. */
  readonly settings: readonly RunSettings[];
  /** Those that change something. */
  readonly corrections: readonly Correction[];
}

/**
 * Goes through every sample, so a process that must answer a window leaves it to the library (library/library.ts).
 * @throws SteadygazeError `unknown-setting`, `impossible-value`; `data-one-class`; `bad-argument` for a correction
 */
export function planRuns(dataset: Dataset, { preset, sets, corrections: asked }: RunWishes): RunPlans {
  const corrections = checkCorrections(dataset, asked);
  // The preset is fitted to the study's pictures: a run with corrections compares with one without.
  const base = presetSettings(preset, dataset);
  const settings = sets.map((set) => resolveSuited(base, set));
  refuseOneClass(applyCorrections(dataset, corrections));
  settings.forEach(refuseImpossible);
  return { settings, corrections };
}

function refuseOneClass({ samples }: Dataset): void {
  const trained = new Set(samples.filter(({ split }) => split === 'train').map(({ label }) => label));
  if (trained.size >= 2) return;
  throw new SteadygazeError(
    'data-one-class',
    'Fewer than two classes have pictures for training, so there is nothing to tell apart.',
    'Add pictures for training, and create the study again.',
  );
}

function refuseImpossible({ arm, method, network, start }: RunSettings): void {
  if (arm === 'given') {
    throw new SteadygazeError(
      'impossible-value',
      'The setting arm cannot be "given" here: a network that was trained elsewhere is measured and not trained.',
      'Bring it: steadygaze bring STUDY --weights FILE',
    );
  }
  if (start.frozenStages > 0 && start.weights === NO_WEIGHTS) {
    throw new SteadygazeError(
      'impossible-value',
      `The setting start.frozenStages cannot be ${start.frozenStages} without weights to begin with: these stages would stay random.`,
      'Set it to 0, or choose weights.',
    );
  }
  // Throws where there are fewer stages.
  splitFeatures(buildArchitecture(network, 2), start.frozenStages);
  if (method.heatmap !== 'cam' || poolingHead(buildArchitecture(network, 2)) !== null) return;
  throw new SteadygazeError(
    'impossible-value',
    'The setting method.heatmap cannot be "cam" with this network, which has no closed-form class activation map.',
    'Use auto or gradcam.',
  );
}
