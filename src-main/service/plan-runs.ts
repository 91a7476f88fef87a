/** What runs are going to do, settled and checked before anything is started. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Correction } from '../contract/run.ts';
import type { Preset, RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { applyCorrections, checkCorrections } from '../jobs/corrections.ts';
import { buildArchitecture } from '../networks/architectures.ts';
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

function refuseImpossible({ method, network }: RunSettings): void {
  if (method.heatmap !== 'cam' || poolingHead(buildArchitecture(network, 2)) !== null) return;
  throw new SteadygazeError(
    'impossible-value',
    'The setting method.heatmap cannot be "cam" with this network, which has no closed-form class activation map.',
    'Use auto or gradcam.',
  );
}
