/** What a preset with somebody's settings comes to on this machine, before it is started. */
import { installedEngines } from '../../compute/installed.ts';
import type { Preset, RunSettings } from '../../contract/settings.ts';
import type { SettingValue } from '../../contract/train-view.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { Library } from '../library/library.ts';
import type { MachineMemory } from '../tuning/machine-memory.ts';
import { withTunedBatch } from '../tuning/remembered.ts';
import { assignments } from './assignments.ts';
import type { MeasuredFor } from './estimates.ts';

export interface Wanted {
  readonly engine: EngineChoice;
  readonly threads?: number | null | undefined;
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** As a run would be started, with the batch of assessments that was found to be fastest. */
export async function plannedSettings(
  library: Pick<Library, 'planRuns'>,
  study: string,
  preset: Preset,
  { engine, settings }: Wanted,
  memory: MachineMemory,
): Promise<RunSettings> {
  const chosen = assignments(settings);
  const [planned] = (await library.planRuns(study, preset, [chosen], false)).settings as [RunSettings];
  return withTunedBatch(planned, memory.tuningFor(planned), engine, chosen);
}

/** What times are measured and remembered for: the engine that is tried first, and its threads, are part of it. */
export function measuredFor(
  fingerprint: string,
  settings: RunSettings,
  { engine, threads }: Omit<Wanted, 'settings'>,
  memory: MachineMemory,
): MeasuredFor {
  const advice = memory.adviceFor(settings, { threads: threads ?? undefined });
  const first = advice.candidates(engine, installedEngines())[0];
  return {
    fingerprint,
    settings,
    engine: first === undefined ? engine : `${engine}: ${first.engine}`,
    threads: first?.threads ?? null,
  };
}
