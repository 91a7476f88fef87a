/** Which engines there are and which of them work on this machine. */
import { ENGINE_IDS } from '../compute/engine.ts';
import { probeEngines } from '../jobs/engine-job.ts';
import type { EngineStatus } from '../jobs/engine-job.ts';

export type { EngineStatus };

/** Tries every engine, each in a process of its own: one that crashes takes nothing with it. */
export function listEngines(): Promise<EngineStatus[]> {
  return probeEngines(ENGINE_IDS);
}
