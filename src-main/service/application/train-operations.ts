/** Training: what can be chosen, how long it would take, and runs from their start to their end. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { CheckedInput } from '../../contract/operations.ts';
import type { RunSettings } from '../../contract/settings.ts';
import type { EngineView, Estimate, Estimates } from '../../contract/train-view.ts';
import type { Handlers } from './checked-input.ts';
import { deleteRun } from './delete-run.ts';
import type { MeasuredFor } from './estimates.ts';
import type { Parts } from './parts.ts';
import { shareAfterWarmup } from './launch-progress.ts';
import { assignments } from './assignments.ts';

type TrainHandlers = Pick<
  Handlers,
  | 'train.options'
  | 'train.engines'
  | 'train.measure'
  | 'train.launch'
  | 'train.pause'
  | 'train.resume'
  | 'train.stop'
  | 'train.goOn'
  | 'train.deleteRun'
  | 'train.history'
>;

export function trainOperations(parts: Parts): TrainHandlers {
  const { desk, library, launches, measurements, work } = parts;
  let engines: Promise<readonly EngineView[]> | null = null;
  return {
    'train.options': async () => library.trainOptions(desk.study.folder),
    'train.engines': () => {
      // Once a session: each of them starts a process that proves itself.
      engines ??= work.engines().catch((error: unknown) => {
        engines = null;
        throw error;
      });
      return engines;
    },
    'train.measure': (input) => measure(parts, input),
    'train.launch': async (input) => {
      measurements.refuse();
      await launches.launch(input);
      return null;
    },
    'train.pause': async () => {
      launches.present.pause();
      return null;
    },
    'train.resume': async () => {
      launches.present.resume();
      return null;
    },
    'train.stop': async () => {
      launches.present.stop();
      return null;
    },
    'train.goOn': async ({ runs }) => {
      measurements.refuse();
      await launches.goOn(runs);
      return null;
    },
    'train.deleteRun': async ({ run }) => {
      await desk.inTurn(async () => {
        launches.refuseWorking();
        await deleteRun(desk.study.folder, run);
        launches.forget(run);
      });
      await desk.refresh();
      return null;
    },
    'train.history': async ({ run }) => library.history(desk.study.folder, run),
  };
}

/** What is not known yet is measured, all of it in one process, and remembered. */
async function measure(parts: Parts, input: CheckedInput<'train.measure'>): Promise<Estimates> {
  const { desk, library, work, estimates, tasks, launches, measurements } = parts;
  const { folder } = desk.study;
  const fingerprint = await work.fingerprint(folder);
  const sets = [assignments(input.settings)];
  const wanted = await Promise.all(
    [...new Set(input.presets)].map(async (preset) => {
      const [settings] = (await library.planRuns(folder, preset, sets, false)).settings as [RunSettings];
      return { preset, measuredFor: { fingerprint, engine: input.engine, settings } satisfies MeasuredFor };
    }),
  );
  const known = wanted.map(({ measuredFor }) => estimates.find(measuredFor));
  const unknown = wanted.flatMap(({ measuredFor }, i) => (known[i] === null ? [{ measuredFor, i }] : []));
  let problem: SteadygazeError | null = null;
  if (unknown.length > 0) {
    refuseDisturbing(launches.working);
    measurements.refuse();
    const plans = unknown.map(({ measuredFor }) => measuredFor.settings);
    const measured = await tasks.run(input.task, 'Measuring how long it would take', ({ signal }) =>
      work.measure(folder, input.engine, plans, signal),
    );
    const { id, description } = measured.engine;
    for (const [at, { measuredFor, i }] of unknown.entries()) {
      const estimate = measured.estimates[at];
      if (estimate === undefined) continue;
      if (estimate.problem !== undefined) {
        problem ??= SteadygazeError.fromValue(estimate.problem);
        continue;
      }
      known[i] = { engine: { id, description }, ...estimate };
      // A run that began meanwhile made everything slower than it is.
      if (!launches.working) estimates.keep(measuredFor, known[i]);
    }
  }
  const found = wanted.flatMap(({ preset, measuredFor }, i) => {
    const figures = known[i] ?? null;
    return figures === null ? [] : [{ preset, figures, settings: measuredFor.settings }];
  });
  const [first] = found;
  // A preset too large for this machine is left out, unless there is nothing else to answer.
  if (first === undefined) {
    throw problem ?? new SteadygazeError('bad-argument', 'No preset was named to be measured.', 'Choose one.');
  }
  return {
    engine: first.figures.engine,
    estimates: found.map(({ preset, figures, settings }): Estimate => {
      const { seconds, trainingImagesPerSecond, assessmentImagesPerSecond } = figures;
      const shareOfFurtherArm = shareAfterWarmup(settings);
      return {
        ...{ preset, secondsPerRun: seconds, shareOfFurtherArm },
        ...{ trainingImagesPerSecond, assessmentImagesPerSecond },
      };
    }),
  };
}

function refuseDisturbing(working: boolean): void {
  if (!working) return;
  throw new SteadygazeError(
    'busy',
    'How long runs would take cannot be measured while another run is being worked on.',
    'Wait until it has finished.',
  );
}
