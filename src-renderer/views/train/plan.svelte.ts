/** What shall be trained: chosen by the person, measured and launched by the service. */
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import type { Arm, Preset } from '../../../src-main/contract/settings.ts';
import type {
  EngineView,
  Estimate,
  Estimates,
  SettingValue,
  TrainOptions,
} from '../../../src-main/contract/train-view.ts';
import { client } from '../../lib/client.ts';
import { LongCall } from '../../lib/tasks.svelte.ts';
import { plannedSeconds } from './planned-time.ts';
import { parseSeeds } from './seeds.ts';

export type EngineChoice = 'auto' | 'cuda' | 'native' | 'wasm';

/** What every launch trains first: the model people have, and the one that looks at the object. */
const USUAL_ARMS: readonly Arm[] = ['plain', 'consistency'];

export class TrainingPlan {
  options = $state.raw<TrainOptions | null>(null);
  engines = $state.raw<readonly EngineView[] | null>(null);
  error = $state.raw<ErrorValue | null>(null);

  preset = $state<Preset>('quick');
  arms = $state<readonly Arm[]>(USUAL_ARMS);
  seedsText = $state('0');
  engine = $state<EngineChoice>('auto');
  applyCorrections = $state(true);
  /** Settings changed by hand, by dotted name; everything else is the preset's. */
  changes = $state<Readonly<Record<string, SettingValue>>>({});

  readonly measuring = new LongCall();
  measured = $state.raw<Estimates | null>(null);
  launching = $state(false);
  launchError = $state.raw<ErrorValue | null>(null);

  readonly seeds = $derived(parseSeeds(this.seedsText));
  readonly runs = $derived(this.arms.length * (this.seeds?.length ?? 0));

  /** Asks what there is to choose. Called when the view opens and when marks change. */
  async load(): Promise<void> {
    try {
      this.options = await client.call('train.options', {});
      this.error = null;
    } catch (thrown) {
      this.error = toErrorValue(thrown);
    }
  }

  async loadEngines(): Promise<void> {
    // Without the list the choice stays "fastest that works".
    this.engines ??= await client.call('train.engines', {}).catch(() => null);
  }

  /** Measures this machine; the service remembers, so that a second time takes no time. */
  async measure(): Promise<void> {
    const { engine, changes } = this;
    const settings = { ...changes };
    const presets: Preset[] = ['quick', 'standard', 'thorough'];
    this.measured = null;
    const found = await this.measuring.run((task) => client.call('train.measure', { engine, presets, settings, task }));
    if (found !== null) this.measured = found;
  }

  estimateOf(preset: Preset): Estimate | null {
    return this.measured?.estimates.find((estimate) => estimate.preset === preset) ?? null;
  }

  /** This machine was measured, and the preset did not fit into the memory of the engine. */
  isTooLarge(preset: Preset): boolean {
    return this.measured !== null && this.estimateOf(preset) === null;
  }

  /** Seconds of everything that is chosen with this preset; null until it was measured. */
  secondsOf(preset: Preset): number | null {
    const estimate = this.estimateOf(preset);
    return estimate === null ? null : plannedSeconds(estimate, this.arms, this.seeds?.length ?? 1);
  }

  /** The same with the preset that is chosen. */
  get seconds(): number | null {
    return this.secondsOf(this.preset);
  }

  /** The value in force of a setting. */
  valueOf(name: string): SettingValue | undefined {
    return this.changes[name] ?? this.presetValueOf(name);
  }

  presetValueOf(name: string): SettingValue | undefined {
    return this.options?.presets.find(({ preset }) => preset === this.preset)?.values[name];
  }

  /** Null takes a change back. */
  set(name: string, value: SettingValue | null): void {
    const others = Object.fromEntries(Object.entries(this.changes).filter(([each]) => each !== name));
    this.changes = value === null || value === this.presetValueOf(name) ? others : { ...others, [name]: value };
  }

  toggleArm(arm: Arm, isIn: boolean): void {
    const order = this.options?.arms.map((each) => each.arm) ?? [];
    this.arms = order.filter((each) => (each === arm ? isIn : this.arms.includes(each)));
  }

  async launch(): Promise<void> {
    const { preset, arms, seeds, engine, changes, applyCorrections, seconds } = this;
    if (seeds === null || arms.length === 0) return;
    this.launching = true;
    this.launchError = null;
    if (this.measuring.running) await this.measuring.cancel();
    try {
      await client.call('train.launch', {
        ...{ preset, arms: [...arms], seeds: [...seeds], engine, settings: { ...changes } },
        ...{ applyCorrections, estimate: seconds },
      });
    } catch (thrown) {
      this.launchError = toErrorValue(thrown);
    } finally {
      this.launching = false;
    }
  }
}
