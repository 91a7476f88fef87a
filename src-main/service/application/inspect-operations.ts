/** Looking at pictures, saying something of them, and comparing runs. */
import type { StudyState } from '../../contract/app-state.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { MarkChange } from '../library/library.ts';
import type { Handlers } from './checked-input.ts';
import { engineNamed } from './compute-work.ts';
import type { Parts } from './parts.ts';

type InspectHandlers = Pick<
  Handlers,
  | 'inspect.sample'
  | 'inspect.explain'
  | 'inspect.interpretation'
  | 'inspect.groups'
  | 'marks.list'
  | 'marks.set'
  | 'marks.undo'
  | 'marks.redo'
  | 'compare.view'
  | 'compare.pictures'
>;

export function inspectOperations({ desk, library, store, launches }: Parts): InspectHandlers {
  const marksChanged = () => {
    store.tell({ type: 'marks' });
    void desk.refresh();
  };
  /** @param step what was taken back or done again; null: there was nothing */
  const stepped = (step: string | null) => {
    if (step !== null) marksChanged();
    return step;
  };
  return {
    'inspect.sample': async ({ run, round, row }) => library.sample(desk.study.folder, run, round, row),
    'inspect.explain': async ({ run, round, rows }) => {
      const engines = enginesFor(desk.study, run, launches.working);
      await desk.explainers.explain(engines, run, round, rows);
      return null;
    },
    'inspect.interpretation': async ({ run, round, row }) =>
      desk.explainers.interpret(enginesFor(desk.study, run, launches.working), run, round, row),
    'inspect.groups': async ({ run, round }) => library.groups(desk.study.folder, run, round),

    'marks.list': async () => library.marks(desk.study.folder),
    'marks.set': async ({ ids, verdict, note, correction }) => {
      const change: MarkChange = {
        ...(verdict === undefined ? {} : { verdict }),
        ...(note === undefined ? {} : { note }),
        ...(correction === undefined ? {} : { correction }),
      };
      const marks = await library.setMarks(desk.study.folder, ids, change);
      marksChanged();
      return marks;
    },
    'marks.undo': async () => stepped(await library.undoMarks(desk.study.folder)),
    'marks.redo': async () => stepped(await library.redoMarks(desk.study.folder)),

    'compare.view': async ({ runs, baseline }) => library.compare(desk.study.folder, runs, baseline),
    'compare.pictures': async ({ a, b, order, limit }) =>
      library.comparePictures(desk.study.folder, a, b, order, limit),
  };
}

/** The engine that a run was trained on, then what there is; never the one whose memory the present run fills. */
function enginesFor({ runs }: StudyState, id: string, working: boolean): EngineChoice[] {
  const engine = engineNamed(runs.find((run) => run.id === id)?.engine ?? '');
  if (working && (engine === 'cuda' || engine === 'webgpu' || engine === null)) return ['native', 'wasm'];
  return engine === null ? ['auto'] : [engine, 'auto'];
}
