/** Training: what can be chosen, how long it would take, and runs from their start to their end. */
import type { EngineView } from '../../contract/train-view.ts';
import type { Handlers } from './checked-input.ts';
import { deleteRun } from './delete-run.ts';
import { measure } from './measure-operation.ts';
import type { Parts } from './parts.ts';
import { tune } from './tune-operation.ts';

type TrainHandlers = Pick<
  Handlers,
  | 'train.options'
  | 'train.engines'
  | 'train.measure'
  | 'train.tune'
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
    'train.tune': (input) => tune(parts, input),
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
