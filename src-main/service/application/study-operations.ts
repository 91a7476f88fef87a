/** Studies, and the pictures they are made of. */
import { SteadygazeError } from '../../contract/errors.ts';
import { absolutePath } from './absolute-path.ts';
import type { Handlers } from './checked-input.ts';
import type { Parts } from './parts.ts';
import { placeForSample, sampleStudyFolder } from './sample-study.ts';

type StudyHandlers = Pick<
  Handlers,
  | 'study.open'
  | 'study.openSample'
  | 'study.create'
  | 'study.close'
  | 'study.forget'
  | 'data.inspect'
  | 'data.view'
  | 'data.pictures'
  | 'data.problems'
>;

export function studyOperations({ desk, library, tasks, recent, places, launches }: Parts): StudyHandlers {
  /** Before minutes are spent on what could not be opened afterwards. */
  const refuseBusy = () => {
    if (!launches.working) return;
    throw new SteadygazeError(
      'busy',
      'A run is being worked on. Another study can be opened when it has finished.',
      'Wait, or stop the run first; it can be gone on with.',
    );
  };
  return {
    'study.open': ({ folder }) => desk.open(folder),
    'study.openSample': async ({ task }) => {
      const { folder, copied } = await placeForSample(places.resourcesFolder, places.studiesFolder);
      if (!copied) {
        refuseBusy();
        const sample = sampleStudyFolder(places.resourcesFolder);
        await tasks.run(task, 'Copying the sample study', (following) => library.copySample(sample, folder, following));
      }
      return desk.open(folder);
    },
    'study.create': async ({ inspection, name, folder, task }) => {
      refuseBusy();
      const target = absolutePath(folder);
      await tasks.run(task, 'Making the study', (following) =>
        library.createStudy(inspected(inspection) ?? '', name, target, following),
      );
      return desk.open(target);
    },
    'study.close': async () => {
      await desk.close();
      void recent.look();
      return null;
    },
    'study.forget': async ({ folder }) => {
      recent.forget(folder);
      return null;
    },

    'data.inspect': ({ path, task, format, choices }) => {
      const target = absolutePath(path);
      return tasks.run(task, 'Reading the pictures', (following) =>
        library.inspect(target, { format, choices }, places.studiesFolder, following),
      );
    },
    'data.view': async () => library.dataView(desk.study.folder),
    'data.pictures': async ({ label, split, offset, limit, inspection }) =>
      library.classPictures(inspected(inspection) ?? desk.study.folder, label, split, offset, limit),
    'data.problems': async ({ kind, offset, limit, inspection }) =>
      library.problems(inspected(inspection) ?? desk.study.folder, kind, offset, limit),
  };
}

/** The id of a data set that was looked at. A path in its place would lead to a study that nobody opened. */
function inspected(id: string | null): string | null {
  if (id === null || /^[0-9A-Za-z-]+$/.test(id)) return id;
  throw new SteadygazeError('not-found', 'There is no such data set.', 'Choose the folder of pictures again.');
}
