/** What a snapshot keeps beside position and weights, by name, and how it is read again. */
import type { NamedArray } from '../networks/parameters.ts';
import type { AssessmentTable } from './assessment-table.ts';
import type { TrainingData } from './data.ts';
import { type LabelMaps, pairsOf } from './label-maps.ts';
import type { TrainingConsistency } from './training-consistency.ts';

const MOMENTUM = 'momentum.';
const MAPS = 'mixing.maps';

/**
 * @param momentum the optimiser's buffers, by the names of the parameters
 * @param v        [count] sample weights
 * @param table    of an assessment that is not finished
 * @param mixing   heatmaps of the last assessment, where backgrounds are mixed
 * @param watched  E as training itself shows it
 */
export function stateToStore(
  momentum: ReadonlyMap<string, NamedArray>,
  v: Float32Array,
  table: AssessmentTable | null,
  mixing: LabelMaps | null,
  watched: TrainingConsistency | null,
): Map<string, NamedArray> {
  const state = new Map<string, NamedArray>();
  for (const [name, array] of momentum) state.set(MOMENTUM + name, array);
  state.set('v', { shape: [v.length], data: v });
  for (const [name, array] of table?.toState() ?? []) state.set(name, array);
  for (const [name, array] of watched?.toState() ?? []) state.set(name, array);
  if (mixing !== null) {
    const { count, height, width, values } = mixing.maps;
    state.set(MAPS, { shape: [count, height, width], data: values });
  }
  return state;
}

export function storedMomentum(state: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> {
  const found = new Map<string, NamedArray>();
  for (const [name, array] of state) if (name.startsWith(MOMENTUM)) found.set(name.slice(MOMENTUM.length), array);
  return found;
}

export function storedMaps(
  state: ReadonlyMap<string, NamedArray>,
  { count, labelSets }: TrainingData,
): LabelMaps | null {
  const stored = state.get(MAPS);
  if (stored === undefined) return null;
  const [, height = 1, width = 1] = stored.shape;
  const pairs = labelSets === null ? null : pairsOf(labelSets);
  return { maps: { values: stored.data.slice(), count: pairs?.count ?? count, height, width }, pairs };
}
