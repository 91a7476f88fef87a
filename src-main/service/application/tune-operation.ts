/** What is fastest on this machine, for the window: remembered, or measured where it is not known. */
import type { CheckedInput } from '../../contract/operations.ts';
import type { RunSettings } from '../../contract/settings.ts';
import type { TuningView } from '../../contract/train-view.ts';
import type { Tuning } from '../tuning/machine-file.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import { assessedPerSecond, suggestionInWords } from '../tuning/words.ts';
import { refuseDisturbing } from './measure-operation.ts';
import type { Parts } from './parts.ts';
import { measuredFor, plannedSettings } from './planned-work.ts';

export async function tune(parts: Parts, input: CheckedInput<'train.tune'>): Promise<TuningView | null> {
  const { desk, library, work, estimates, tasks, launches, measurements } = parts;
  const { engine, preset, task } = input;
  const { folder, data } = desk.study;
  const memory = await MachineMemory.open();
  const settings = await plannedSettings(library, folder, preset, input, memory);
  const known = memory.tuningFor(settings);
  if (input.measure !== 'again') {
    if (known !== null) return viewOf(known, settings);
    // Where nothing is kept it would be measured every time.
    const isWanted = input.measure === 'unless-known' && engine === 'auto' && memory.remembers && !launches.working;
    if (!isWanted) return null;
  }
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
  // What was measured before, perhaps beside something else that kept the machine busy, is measured anew.
  const after = await MachineMemory.open();
  const planned = await plannedSettings(library, folder, preset, input, after);
  estimates.forget(measuredFor(await work.fingerprint(folder), planned, input, after));
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
