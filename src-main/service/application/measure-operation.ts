/** How long runs would take: measured once, remembered, and corrected by what runs here really took. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { CheckedInput } from '../../contract/operations.ts';
import type { Preset, RunSettings } from '../../contract/settings.ts';
import type { Estimate, Estimates } from '../../contract/train-view.ts';
import { secondsOf } from '../../jobs/run-seconds.ts';
import { corrected } from '../tuning/correction.ts';
import { MachineMemory } from '../tuning/machine-memory.ts';
import type { KeptEstimate, MeasuredFor } from './estimates.ts';
import { shareAfterWarmup } from './launch-progress.ts';
import type { Parts } from './parts.ts';
import { measuredFor, plannedSettings } from './planned-work.ts';

interface WantedEstimate {
  readonly preset: Preset;
  readonly for: MeasuredFor;
}

/** What is not known yet is measured, and remembered. */
export async function measure(parts: Parts, input: CheckedInput<'train.measure'>): Promise<Estimates> {
  const { desk, library, work, estimates } = parts;
  const { folder } = desk.study;
  const [fingerprint, memory] = await Promise.all([work.fingerprint(folder), MachineMemory.open()]);
  const wanted = await Promise.all(
    [...new Set(input.presets)].map(async (preset): Promise<WantedEstimate> => {
      const settings = await plannedSettings(library, folder, preset, input, memory);
      return { preset, for: measuredFor(fingerprint, settings, input, memory) };
    }),
  );
  const known = new Map<Preset, KeptEstimate>();
  for (const each of wanted) {
    const figures = estimates.find(each.for);
    if (figures !== null) known.set(each.preset, figures);
  }
  const unknown = wanted.filter(({ preset }) => !known.has(preset));
  const problem = unknown.length === 0 ? null : await measureUnknown(parts, input, unknown, known);
  const found = wanted.flatMap((each) => {
    const figures = known.get(each.preset);
    return figures === undefined ? [] : [estimateOf(each.preset, each.for.settings, figures, memory)];
  });
  const first = wanted.flatMap(({ preset }) => known.get(preset) ?? [])[0];
  // A preset too large for this machine is left out, unless there is nothing else to answer.
  if (first === undefined) {
    throw problem ?? new SteadygazeError('bad-argument', 'No preset was named to be measured.', 'Choose one.');
  }
  return { engine: first.engine, estimates: found };
}

/** Enters what was measured into `known`. @returns why one of them cannot be carried out; null: all can */
async function measureUnknown(
  { desk, work, estimates, tasks, launches, measurements }: Parts,
  { engine, task }: CheckedInput<'train.measure'>,
  unknown: readonly WantedEstimate[],
  known: Map<Preset, KeptEstimate>,
): Promise<SteadygazeError | null> {
  refuseDisturbing(launches.working);
  measurements.refuse();
  let problem: SteadygazeError | null = null;
  // Those that start in the same way share a process.
  const groups = Map.groupBy(unknown, (each) => `${each.for.engine} ${String(each.for.threads)}`);
  await tasks.run(task, 'Measuring how long it would take', async ({ signal }) => {
    for (const group of groups.values()) {
      const plans = group.map((each) => each.for.settings);
      const measured = await work.measure(desk.study.folder, engine, plans, signal, group[0]?.for.threads ?? null);
      const { id, description } = measured.engine;
      for (const [i, each] of group.entries()) {
        const estimate = measured.estimates[i];
        if (estimate === undefined) continue;
        if (estimate.problem !== undefined) {
          problem ??= SteadygazeError.fromValue(estimate.problem);
          continue;
        }
        const figures = { engine: { id, description }, ...estimate };
        known.set(each.preset, figures);
        // A run that began meanwhile made everything slower than it is.
        if (!launches.working) estimates.keep(each.for, figures);
      }
    }
  });
  return problem;
}

function estimateOf(preset: Preset, settings: RunSettings, figures: KeptEstimate, memory: MachineMemory): Estimate {
  const correction = memory.correction(figures.engine.id);
  return {
    preset,
    secondsPerRun: secondsOf(corrected(figures.parts, correction)),
    shareOfFurtherArm: shareAfterWarmup(settings),
    trainingImagesPerSecond: figures.trainingImagesPerSecond / correction.training,
    assessmentImagesPerSecond: figures.assessmentImagesPerSecond / correction.assessment,
  };
}

/** @throws SteadygazeError `busy` */
export function refuseDisturbing(working: boolean): void {
  if (!working) return;
  throw new SteadygazeError(
    'busy',
    'How long runs would take cannot be measured while another run is being worked on.',
    'Wait until it has finished.',
  );
}
