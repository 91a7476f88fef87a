/** Measuring finished runs: what has been, what could be, and doing it. */
import type { StudyState } from '../../contract/app-state.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { EvaluationPart } from '../../contract/evaluation.ts';
import { PART_WORDS } from '../library/part-words.ts';
import type { Handlers } from './checked-input.ts';
import type { Measurements } from './measurements.ts';
import type { Parts } from './parts.ts';
import type { AppStore } from './store.ts';

type EvaluationHandlers = Pick<Handlers, 'evaluation.overview' | 'evaluation.measure'>;

/** Progress is told in thousandths of the whole. */
const STEPS = 1000;

export function evaluationOperations(parts: Parts): EvaluationHandlers {
  const { desk, library, launches, log, measurements, store, tasks, work } = parts;
  return {
    'evaluation.overview': async ({ runs }) => library.evaluationOverview(desk.study.folder, runs),
    'evaluation.measure': async ({ runs: asked, parts: wanted, again, engine, task }) => {
      const { study } = desk;
      const runs = [...new Set(asked)];
      tasks.refuseTaken(task);
      refuseTraining(launches.working);
      for (const id of runs) refuseRun(study, id, measurements);
      const closed = whenClosed(store, study.folder);
      const keys = runs.map((id) => keyOf(study, id));
      try {
        await measurements.during(keys, () =>
          tasks.run(task, 'Getting ready to measure', ({ signal, onProgress, retitle }) =>
            work.evaluate(
              study.folder,
              { runs, parts: [...new Set(wanted)], again, engine },
              {
                onProgress: ({ run, part, overall, secondsLeft }) => {
                  if (run !== null && part !== null) retitle(titleOf(study, run, part));
                  onProgress(Math.round(overall * STEPS), STEPS, secondsLeft);
                },
                onPart: () => void desk.refresh(),
                // Until the next part of a run is measured: that can take a while now.
                onRestart(message) {
                  log('warn', message);
                  retitle(message);
                },
                signal: AbortSignal.any([signal, closed.signal]),
              },
            ),
          ),
        );
      } catch (error) {
        if (!closed.signal.aborted) throw error;
        throw new SteadygazeError('cancelled', 'The study was closed.', '', String(error));
      } finally {
        closed.forget();
        // Also after a failure: the parts before it are there.
        await desk.refresh();
      }
      return null;
    },
  };
}

function titleOf({ runs }: StudyState, id: string, part: EvaluationPart): string {
  const name = runs.find((run) => run.id === id)?.name ?? id;
  return `Measuring: ${PART_WORDS[part].label}, ${name}`;
}

function refuseTraining(working: boolean): void {
  if (!working) return;
  throw new SteadygazeError(
    'busy',
    'Models cannot be measured while another one is being trained: together they may not fit into memory.',
    'Wait until the training has finished, or stop it; it can be gone on with.',
  );
}

const keyOf = ({ folder }: StudyState, run: string): string => `${folder}/${run}`;

function refuseRun(study: StudyState, id: string, measurements: Measurements): void {
  const run = study.runs.find((each) => each.id === id);
  if (run === undefined) {
    throw new SteadygazeError('not-found', `There is no run "${id}" in this study.`, 'Choose another run.');
  }
  if (run.status !== 'finished') {
    throw new SteadygazeError(
      'bad-argument',
      `"${run.name}" is not finished, so there is no model to measure.`,
      'Let it finish first, or leave it out.',
    );
  }
  if (measurements.has(keyOf(study, id))) {
    throw new SteadygazeError(
      'busy',
      `"${run.name}" is being measured already.`,
      'Wait until that has ended, or cancel it; what was measured stays.',
    );
  }
}

/** Aborts once the study is not the open one any more: nobody would see what is measured, or could cancel it. */
function whenClosed(store: AppStore, folder: string): { readonly signal: AbortSignal; forget(): void } {
  const closed = new AbortController();
  const forget = store.listen(() => {
    if (store.state.study?.folder !== folder) closed.abort();
  });
  return { signal: closed.signal, forget };
}
