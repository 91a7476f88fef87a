/** What shall be trained: chosen by the person, measured and launched by the service. */
import { toErrorValue, type ErrorValue } from '../../../src-main/contract/errors.ts';
import type { ArchitectureName, Preset } from '../../../src-main/contract/settings.ts';
import type {
  EngineView,
  Estimate,
  Estimates,
  SettingValue,
  TrainedArm,
  TrainOptions,
  TuningView,
} from '../../../src-main/contract/train-view.ts';
import type { StudyWeightsView } from '../../../src-main/contract/weights-view.ts';
import { app } from '../../lib/app.svelte.ts';
import { client } from '../../lib/client.ts';
import { LongCall } from '../../lib/tasks.svelte.ts';
import { networkInForce } from './network/chosen-network.ts';
import { plannedSeconds } from './planned-time.ts';
import { parseSeeds } from './seeds.ts';
import { parseThreads } from './tuning-words.ts';

export type EngineChoice = 'auto' | 'cuda' | 'webgpu' | 'native' | 'wasm';

/** What every launch trains first: the model people have, and the one that looks at the object. */
const USUAL_ARMS: readonly TrainedArm[] = ['plain', 'consistency'];

export class TrainingPlan {
  options = $state.raw<TrainOptions | null>(null);
  engines = $state.raw<readonly EngineView[] | null>(null);
  error = $state.raw<ErrorValue | null>(null);

  preset = $state<Preset>('quick');
  arms = $state<readonly TrainedArm[]>(USUAL_ARMS);
  seedsText = $state('0');
  engine = $state<EngineChoice>('auto');
  /** Of the engine `native`; empty: as was found to be fastest. */
  threadsText = $state('');
  applyCorrections = $state(true);
  /** Settings changed by hand, by dotted name; everything else is the preset's. */
  changes = $state<Readonly<Record<string, SettingValue>>>({});
  /** What training begins with; null: random weights. Their settings of the network come before the preset's. */
  weights = $state.raw<StudyWeightsView | null>(null);

  readonly measuring = new LongCall();
  measured = $state.raw<Estimates | null>(null);
  launching = $state(false);
  launchError = $state.raw<ErrorValue | null>(null);

  readonly tuning = new LongCall();
  /** What is fastest here for what is chosen; null: it was not measured. */
  tuned = $state.raw<TuningView | null>(null);

  /** Undefined where what was typed is no number of threads. */
  readonly threads = $derived(parseThreads(this.threadsText));
  readonly seeds = $derived(parseSeeds(this.seedsText));
  readonly runs = $derived(this.arms.length * (this.seeds?.length ?? 0));
  /** What a launch is asked for: everything that is not the preset's. */
  readonly wishes = $derived.by((): Readonly<Record<string, SettingValue>> => {
    const fromWeights = this.weights === null ? {} : { ...this.weights.settings, 'start.weights': this.weights.id };
    return { ...fromWeights, ...this.changes };
  });
  /** Counts measurements, so that one that was overtaken knows it. */
  #turn = 0;
  /** The study that all this is for. */
  #study: string | null = null;

  /** Asks what there is to choose. Called when the view opens and when marks change. */
  async load(): Promise<void> {
    const study = app.study?.id ?? null;
    // Weights lie in the study.
    if (study !== this.#study) this.weights = null;
    this.#study = study;
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
    const { engine, wishes, threads = null } = this;
    const settings = { ...wishes };
    const presets: Preset[] = ['quick', 'standard', 'thorough'];
    const turn = ++this.#turn;
    this.measured = null;
    await this.tune('unless-known');
    // Cancelled by hand, the times are still wanted; but not those of what is no longer the choice.
    if (turn !== this.#turn) return;
    const found = await this.measuring.run((task) =>
      client.call('train.measure', { engine, threads, presets, settings, task }),
    );
    if (found !== null) this.measured = found;
  }

  /** Asks which engine, threads and batches are fastest for the preset. */
  async tune(measure: 'never' | 'unless-known' | 'again'): Promise<void> {
    const { engine, preset, wishes } = this;
    const settings = { ...wishes };
    const found = await this.tuning.run((task) =>
      client.call('train.tune', { engine, preset, settings, measure, task }),
    );
    if (preset === this.preset) this.tuned = found;
  }

  /** Measures anew what is fastest, and what that makes of the times. */
  async tuneAgain(): Promise<void> {
    await this.stopMeasuring();
    await this.tune('again');
    await this.measure();
  }

  /** Ends what is measured, because it is no longer wanted. */
  async stopMeasuring(): Promise<void> {
    this.#turn += 1;
    await Promise.all([this.tuning.cancel(), this.measuring.cancel()]);
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

  /** What it would be if nobody had changed it: as it suits the network, the weights, or as the preset says. */
  presetValueOf(name: string): SettingValue | undefined {
    if (name === 'training.learningRate') return this.#learningRate();
    if (name === 'start.weights' && this.weights !== null) return this.weights.id;
    return this.weights?.settings[name] ?? this.#ofPreset(name);
  }

  #ofPreset(name: string): SettingValue | undefined {
    return this.options?.presets.find(({ preset }) => preset === this.preset)?.values[name];
  }

  #learningRate(): SettingValue | undefined {
    const suited = networkInForce(this)?.presets[this.preset];
    if (suited === undefined) return this.#ofPreset('training.learningRate');
    const rate = this.weights === null ? suited.learningRate : suited.fineTuningRate;
    const kind = this.valueOf('network.interpretable');
    const share = this.options?.interpretable.find((each) => each.kind === kind)?.learningRateShare ?? 1;
    return Number((rate * share).toPrecision(3));
  }

  /** Of the preset that is chosen. */
  usualNetwork(): SettingValue | undefined {
    return this.#ofPreset('network.architecture');
  }

  /** Weights of another network do not fit it. */
  chooseNetwork(architecture: ArchitectureName): void {
    if (this.weights !== null && this.weights.architecture !== architecture) this.startFrom(null);
    this.set('network.architecture', architecture);
  }

  /** Takes back all that was chosen of the network and of what it begins with. */
  usePresetNetwork(): void {
    this.weights = null;
    const isOfNetwork = (name: string): boolean => name.startsWith('network.') || name.startsWith('start.');
    this.changes = Object.fromEntries(Object.entries(this.changes).filter(([name]) => !isOfNetwork(name)));
  }

  /** Begins with these weights, whose network takes the place of the one that was chosen; null: with random ones. */
  startFrom(weights: StudyWeightsView | null): void {
    const isTheirs = (name: string): boolean =>
      weights !== null && (name.startsWith('network.') ? name in weights.settings : false);
    const stays = (name: string): boolean => (weights === null ? !name.startsWith('start.') : !isTheirs(name));
    this.changes = Object.fromEntries(Object.entries(this.changes).filter(([name]) => stays(name)));
    this.weights = weights;
  }

  /** Null takes a change back. */
  set(name: string, value: SettingValue | null): void {
    const others = Object.fromEntries(Object.entries(this.changes).filter(([each]) => each !== name));
    this.changes = value === null || value === this.presetValueOf(name) ? others : { ...others, [name]: value };
  }

  toggleArm(arm: TrainedArm, isIn: boolean): void {
    const order = this.options?.arms.map((each) => each.arm) ?? [];
    this.arms = order.filter((each) => (each === arm ? isIn : this.arms.includes(each)));
  }

  async launch(): Promise<void> {
    const { preset, arms, seeds, engine, threads = null, wishes, applyCorrections, seconds } = this;
    if (seeds === null || arms.length === 0) return;
    this.launching = true;
    this.launchError = null;
    await this.stopMeasuring();
    try {
      await client.call('train.launch', {
        ...{ preset, arms: [...arms], seeds: [...seeds], engine, threads, settings: { ...wishes } },
        ...{ applyCorrections, estimate: seconds },
      });
    } catch (thrown) {
      this.launchError = toErrorValue(thrown);
    } finally {
      this.launching = false;
    }
  }
}
