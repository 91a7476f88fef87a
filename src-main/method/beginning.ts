/** Where a run begins, and with which weights. */
import type { RunSettings } from '../contract/settings.ts';
import { firstWeights } from '../networks/fine-tuning.ts';
import { PROTOTYPES } from '../networks/interpretable/interpretable.ts';
import { importWeights, type FlatWeights, type NamedArray, type ParameterLayout } from '../networks/parameters.ts';
import type { RunPosition } from './snapshot.ts';

const START: RunPosition = {
  round: 0,
  phase: 'train',
  epoch: 0,
  offset: 0,
  step: 0,
  eps: null,
  epsSurvival: null,
  lossSum: 0,
  correct: 0,
};

const PROTOTYPE_SOURCES = `${PROTOTYPES}.sources`;

/** Where a run begins: a network that was trained elsewhere is measured as it is. */
export function beginning({ arm, method }: RunSettings): RunPosition {
  if (arm !== 'given') return START;
  return { ...START, phase: method.eps === 'auto' ? 'calibrate' : 'assess' };
}

/**
 * What a run begins with.
 * @throws SteadygazeError `weights-invalid` where a network is to be measured as it is and is not whole
 */
export function beginningWeights(
  layout: ParameterLayout,
  { arm, seed }: RunSettings,
  start: ReadonlyMap<string, NamedArray> | null,
): FlatWeights {
  const weights = arm === 'given' ? importWeights(layout, start ?? new Map()) : firstWeights(layout, seed, start);
  for (const { name, offset, size } of layout.parameters) {
    // Where prototypes came from is told in rows of training pictures, which were perhaps other ones.
    if (name === PROTOTYPE_SOURCES) weights.parameters.fill(-1, offset, offset + size);
  }
  return weights;
}
