/** The course of a run, for its curves. */
import type { RunRecord } from '../../contract/run.ts';
import type { RunHistory } from '../../contract/train-view.ts';
import { readEvents } from '../../workspace/events.ts';
import { runFolder } from '../../workspace/study-layout.ts';
import { epochsOf } from '../epochs.ts';

export async function runHistory(study: string, record: RunRecord): Promise<RunHistory> {
  const { events } = await readEvents(runFolder(study, record.id));
  const { warmupEpochs, rounds, epochsPerRound } = record.settings.training;
  const warnings = events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
  return {
    run: record.id,
    epochs: epochsOf(events),
    rounds: record.rounds,
    // What a resumed run says again is said once.
    warnings: [...new Set(warnings)],
    epochsPlanned: record.settings.arm === 'given' ? 0 : warmupEpochs + rounds * epochsPerRound,
  };
}
