/** What is remembered of this machine, put to use where work is started. */
import type { RunSettings } from '../../contract/settings.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { LastingJobOptions } from '../../jobs/lasting-job.ts';
import type { Tuning } from './machine-file.ts';
import { MachineMemory } from './machine-memory.ts';
import type { TuningWishes } from './machine-memory.ts';

/**
 * Options of a job with what is known of this machine, unless they say it themselves.
 * @param settings of the work; absent: of any kind
 */
export async function withAdvice(
  options: LastingJobOptions = {},
  settings: Pick<RunSettings, 'network'> | null = null,
  wishes: TuningWishes = {},
): Promise<LastingJobOptions> {
  if (options.advice !== undefined) return options;
  return { ...options, advice: (await MachineMemory.open()).adviceFor(settings, wishes) };
}

/**
 * Settings with the batch of assessments that was found to be fastest, unless somebody chose one. What is found of a
 * picture does not depend on its batch.
 * @param assignments "name=value" that somebody asked for
 */
export function withTunedBatch(
  settings: RunSettings,
  tuning: Tuning | null,
  engine: EngineChoice,
  assignments: readonly string[],
): RunSettings {
  if (tuning === null || assignments.some((each) => each.split('=', 1)[0]?.trim() === 'assessBatch')) return settings;
  const { choice } = tuning;
  if (engine !== 'auto' && engine !== choice.engine) return settings;
  return { ...settings, assessBatch: choice.assessBatch };
}

/** What was found to be fastest for work of this kind; null where it was never measured. */
export async function rememberedTuning(settings: Pick<RunSettings, 'network'>): Promise<Tuning | null> {
  return (await MachineMemory.open()).tuningFor(settings);
}

/** Everything that was found on this machine, the newest first. */
export async function rememberedTunings(): Promise<readonly Tuning[]> {
  return (await MachineMemory.open()).tunings;
}
