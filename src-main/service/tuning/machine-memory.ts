/** What is remembered of this machine, as the rest of the app asks for it. */
import type { EngineId } from '../../compute/engine.ts';
import { hasThreads, threadsAskedFor } from '../../compute/threads.ts';
import type { RunSettings } from '../../contract/settings.ts';
import type { EngineAdvice, EngineCandidate, EngineChoice } from '../../jobs/engine-job.ts';
import { learned, NO_CORRECTION } from './correction.ts';
import type { CorrectedPart, Correction } from './correction.ts';
import { kindOfWork } from './kind-of-work.ts';
import { machineKey } from './machine.ts';
import { changeMachine, machineFolder, readMachine } from './machine-file.ts';
import type { MachineRecord, Refused, Tuning } from './machine-file.ts';

/** Milliseconds for which an engine that was refused is not the first to be tried. */
const DAY = 24 * 3600 * 1000;

interface MachinePlace {
  /** Of the file; null: nothing is remembered. */
  readonly folder: string | null;
  /** Names this machine. */
  readonly key: string;
  readonly now: () => number;
}

/** What somebody wants otherwise than it was found to be fastest. */
export interface TuningWishes {
  /** Threads of `native`; absent: as remembered. */
  readonly threads?: number | undefined;
}

export class MachineMemory {
  readonly #place: MachinePlace;
  #machine: MachineRecord;

  private constructor(place: MachinePlace, machine: MachineRecord) {
    this.#place = place;
    this.#machine = machine;
  }

  static async open(place: Partial<MachinePlace> = {}): Promise<MachineMemory> {
    const { folder = machineFolder(), key = machineKey(), now = Date.now } = place;
    return new MachineMemory({ folder, key, now }, await readMachine(folder, key));
  }

  /** Whether anything is kept for the next time. */
  get remembers(): boolean {
    return this.#place.folder !== null;
  }

  /** The newest first. */
  get tunings(): readonly Tuning[] {
    return this.#machine.tunings;
  }

  /** What was found for work of this kind; null where it was never measured. */
  tuningFor(settings: Pick<RunSettings, 'network'>): Tuning | null {
    const kind = kindOfWork(settings);
    return this.#machine.tunings.find((each) => each.kind === kind) ?? null;
  }

  /** Engines that were refused within the last day. */
  get refused(): readonly Refused[] {
    const since = this.#place.now() - DAY;
    return this.#machine.refusals.filter(({ at }) => Date.parse(at) > since);
  }

  correction(engine: string): Correction {
    return this.#machine.corrections[engine] ?? NO_CORRECTION;
  }

  async keepTuning(tuning: Tuning): Promise<void> {
    await this.#change((machine) => ({
      ...machine,
      tunings: [tuning, ...machine.tunings.filter(({ kind }) => kind !== tuning.kind)],
    }));
  }

  /** Learns from a run that has ended: see {@link learned}. */
  async learn(engine: string, ratios: Partial<Record<CorrectedPart, number>>): Promise<void> {
    if (Object.keys(ratios).length === 0) return;
    await this.#change((machine) => {
      const before = machine.corrections[engine] ?? NO_CORRECTION;
      return { ...machine, corrections: { ...machine.corrections, [engine]: learned(before, ratios) } };
    });
  }

  /**
   * What to start, for work of a kind: with `auto` the engine that was found to be fastest, then the others; engines
   * that were refused of late come last. Threads as they were asked for, else as they were found.
   * @param settings of the work; null: of any kind, and what was found last holds
   */
  adviceFor(settings: Pick<RunSettings, 'network'> | null, { threads }: TuningWishes = {}): EngineAdvice {
    const tuning = settings === null ? (this.#machine.tunings[0] ?? null) : this.tuningFor(settings);
    const asked = threads ?? threadsAskedFor() ?? undefined;
    const candidate = (engine: EngineId): EngineCandidate => {
      if (!hasThreads(engine)) return { engine };
      const found = asked ?? fastestThreads(tuning, engine);
      return found === null ? { engine } : { engine, threads: found };
    };
    return {
      candidates: (choice, installed) => order(choice, installed, tuning, this.refused).map(candidate),
      refused: ({ id, reason, hint }) => {
        const refusal = { engine: id, reason, hint, at: new Date(this.#place.now()).toISOString() };
        void this.#change((machine) => withRefusal(machine, id, refusal));
      },
      works: (id) => {
        if (this.#machine.refusals.some(({ engine }) => engine === id)) {
          void this.#change((machine) => withRefusal(machine, id, null));
        }
      },
    };
  }

  async #change(change: (machine: MachineRecord) => MachineRecord): Promise<void> {
    const { folder, key } = this.#place;
    this.#machine = await changeMachine(folder, key, change);
  }
}

function withRefusal(machine: MachineRecord, id: EngineId, refusal: Refused | null): MachineRecord {
  const others = machine.refusals.filter(({ engine }) => engine !== id);
  return { ...machine, refusals: refusal === null ? others : [refusal, ...others] };
}

function order(
  choice: EngineChoice,
  installed: readonly EngineId[],
  tuning: Tuning | null,
  refused: readonly Refused[],
): EngineId[] {
  if (choice !== 'auto') return [choice];
  const best = tuning?.choice.engine;
  const isLate = (id: EngineId) => refused.some(({ engine }) => engine === id);
  const rank = (id: EngineId) => (isLate(id) ? 2 : id === best ? 0 : 1);
  // Sorting is stable: otherwise they stay as they are.
  return [...installed].sort((a, b) => rank(a) - rank(b));
}

/** The threads with which an engine was fastest; null where it was not measured. */
function fastestThreads(tuning: Tuning | null, engine: EngineId): number | null {
  if (tuning === null) return null;
  if (tuning.choice.engine === engine) return tuning.choice.threads;
  const least = ({ training, assessment }: Tuning['engines'][number]) =>
    (training[0]?.seconds ?? Infinity) + Math.min(...assessment.map(({ seconds }) => seconds));
  const own = tuning.engines.filter((each) => each.engine === engine);
  return [...own].sort((a, b) => least(a) - least(b))[0]?.threads ?? null;
}
