/** The network that is chosen, in words. */
import type {
  NetworkView,
  SettingCondition,
  SettingValue,
  TrainOptions,
} from '../../../../src-main/contract/train-view.ts';
import type { StudyWeightsView } from '../../../../src-main/contract/weights-view.ts';
import { networkName } from '../preset-words.ts';

/** What is asked of a plan here. */
interface Chosen {
  readonly options: TrainOptions | null;
  readonly weights: StudyWeightsView | null;
  readonly arms: readonly string[];
  valueOf(name: string): SettingValue | undefined;
}

/** The view of the network in force; undefined until there is one. */
export function networkInForce(plan: Pick<Chosen, 'options' | 'valueOf'>): NetworkView | undefined {
  const name = plan.valueOf('network.architecture');
  return plan.options?.networks.find(({ architecture }) => architecture === name);
}

/** "ResNet-18, 96 × 96 pixels, learns from nothing." */
export function networkSentence(plan: Chosen): string {
  const side = String(plan.valueOf('network.size') ?? '');
  const own = plan.valueOf('network.interpretable') ?? 'none';
  const explained = plan.options?.interpretable.find(({ kind }) => kind === own);
  return [
    networkName(String(plan.valueOf('network.architecture') ?? '')),
    ...(explained === undefined || own === 'none' ? [] : [`explains itself by ${lower(explained.title)}`]),
    `${side} × ${side} pixels`,
    plan.weights === null ? 'learns from nothing.' : `starts from ${plan.weights.name}.`,
  ].join(', ');
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Whether a setting means something with what is chosen. */
export function isRelevant(conditions: readonly SettingCondition[] | undefined, plan: Chosen): boolean {
  return (conditions ?? []).every((condition) => {
    const values = condition.setting === 'arm' ? plan.arms : [plan.valueOf(condition.setting)];
    return values.some((value) => {
      if (typeof value !== 'string' && typeof value !== 'number') return true;
      return 'values' in condition ? condition.values.includes(value) : !condition.except.includes(value);
    });
  });
}

/** "a third of the work", "2.5 times the work": of a network beside the preset's own. */
export function costWords(relative: number): string {
  if (Math.abs(relative - 1) < 0.05) return 'as much work as usual';
  if (relative < 0.95) return `${String(Math.max(1, Math.round(relative * 100)))} % of the usual work`;
  const times = relative < 10 ? Math.round(relative * 10) / 10 : Math.round(relative);
  return `${String(times)} times the usual work`;
}

/** What stays of a network of so many stages before its last layers. */
export function stageWords(frozen: number, stages: number): string {
  if (frozen === 0) return 'none: everything learns';
  if (frozen >= stages) return 'all: only the last layers learn';
  if (frozen === 1) return 'the first layers';
  return `the first layers and ${String(frozen - 1)} of ${String(stages - 1)} further stages`;
}
