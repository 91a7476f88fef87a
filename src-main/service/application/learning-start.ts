/** Runs that are started and, while they work, compared with what was expected of them: estimates learn from it. */
import { MachineMemory } from '../tuning/machine-memory.ts';
import { RunClock } from '../tuning/run-clock.ts';
import type { ComputeWork } from './compute-work.ts';
import type { KeptEstimates } from './estimates.ts';
import { measuredFor } from './planned-work.ts';

/** Starts runs as `work` does. What is learned never makes a run fail. */
export function learningStart(
  work: ComputeWork,
  estimates: KeptEstimates,
  warn: (text: string) => void,
): ComputeWork['start'] {
  return async (study, run, follower) => {
    const clock = new RunClock();
    let engine: string | null = null;
    const result = await work.start(study, run, {
      ...follower,
      onEngine: (info) => {
        engine = info.id;
        follower.onEngine(info);
      },
      onEvent: (event) => {
        clock.hear(event);
        follower.onEvent(event);
      },
    });
    const { how } = run;
    if (result.stopped || how.kind !== 'train' || engine === null) return result;
    try {
      const [memory, fingerprint] = await Promise.all([MachineMemory.open(), work.fingerprint(study)]);
      const expected = estimates.find(measuredFor(fingerprint, how.settings, how, memory));
      if (expected?.engine.id === engine) await memory.learn(engine, clock.ratios(expected));
    } catch (error) {
      warn(`Nothing was learned from a run: ${String(error)}`);
    }
    return result;
  };
}
