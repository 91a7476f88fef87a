/** Which engines there are, which of them work on this machine, and why the others do not. */
import { explainEngine } from '../compute/diagnosis/explain.ts';
import { realMachine } from '../compute/diagnosis/real-machine.ts';
import { ENGINE_IDS } from '../compute/engine.ts';
import type { EngineExplanation } from '../contract/engine-checks.ts';
import type { EngineView } from '../contract/train-view.ts';
import { probeEngines } from '../jobs/engine-job.ts';
import type { EngineStatus } from '../jobs/engine-job.ts';
import { withAdvice } from './tuning/remembered.ts';

export type { EngineStatus };

/** Tries every engine, each in a process of its own: one that crashes takes nothing with it. */
export async function listEngines(): Promise<EngineStatus[]> {
  return probeEngines(ENGINE_IDS, await withAdvice());
}

/** Tries every engine and looks at what each needs of this machine. */
export async function explainEngines(): Promise<EngineExplanation[]> {
  const statuses = await listEngines();
  return explainTrials(
    statuses.map((status) => (status.usable ? { ...status, hint: '' } : { ...status, description: status.reason })),
  );
}

/** The same for engines that were tried before. */
export async function explainTrials(tried: readonly EngineView[]): Promise<EngineExplanation[]> {
  const machine = realMachine();
  return Promise.all(
    ENGINE_IDS.flatMap((id) => {
      const view = tried.find((engine) => engine.id === id);
      if (view === undefined) return [];
      const { usable, description, hint } = view;
      return explainEngine(id, machine, usable ? { usable, description } : { usable, reason: description, hint });
    }),
  );
}
