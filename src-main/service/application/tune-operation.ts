/** What is fastest on this machine, for the window: remembered, or measured where it is not known. */
import type { CheckedInput } from '../../contract/operations.ts';
import type { RunSettings } from '../../contract/settings.ts';
import type { TuningView } from '../../contract/train-view.ts';
import type { Tuning } from '../tuning/machine-file.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import { assessedPerSecond, suggestionInWords } from '../tuning/words.ts';
import { refuseDisturbing } from './measure-operation.ts';
import type { Parts } from './parts.ts';
import { plannedSettings } from './planned-work.ts';

export async function tune(parts: Parts, input: CheckedInput<'train.tune'>): Promise<TuningView | null> {
  const { desk, library, work, tasks, launches, measurements } = parts;
  const { engine, preset, again, task } = input;
  const { folder, data } = desk.study;
  const memory = await MachineMemory.open();
  const settings = await plannedSettings(library, folder, preset, input, memory);
  const known = memory.tuningFor(settings);
  if (!again && (known !== null || engine !== 'auto')) return known === null ? null : viewOf(known, settings);
  // Where nothing is kept it would be measured every time.
  if (!again && !memory.remembers) return null;
  if (!again && launches.working) return null;
  refuseDisturbing(launches.working);
  measurements.refuse();
  const tuning = await tasks.run(task, 'Finding out what is fastest here', ({ signal, onProgress, retitle }) =>
    work.tune({
      ...{ settings, signal, classes: data.classes.length, several: false, pictures: data.counts.train },
      ...(engine === 'auto' ? {} : { engines: [engine] }),
      onProgress: (text, share) => {
        retitle(text);
        onProgress(Math.round(share * 100), 100, null);
      },
    }),
  );
  return viewOf(tuning, settings);
}

function viewOf(tuning: Tuning, { method }: RunSettings): TuningView {
  const { engine, description, threads, assessBatch, training, assessment } = tuning.choice;
  return {
    ...{ engine, description, threads, assessBatch, measured: tuning.measured },
    trainingImagesPerSecond: 1 / training,
    assessmentImagesPerSecond: assessedPerSecond(assessment, method),
    suggestion: suggestionInWords(tuning),
  };
}
