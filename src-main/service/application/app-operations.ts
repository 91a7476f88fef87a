/** The app itself and the places on its machine. */
import { lstat, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SteadygazeError } from '../../contract/errors.ts';
import { absolutePath } from './absolute-path.ts';
import type { Handlers } from './checked-input.ts';
import { isInside, listFolders } from './folder-browser.ts';
import type { Parts } from './parts.ts';
import { recognise } from './recognise.ts';

type AppHandlers = Pick<
  Handlers,
  | 'app.state'
  | 'app.setPreferences'
  | 'app.cancelTask'
  | 'app.reportProblem'
  | 'folders.pick'
  | 'folders.list'
  | 'folders.recognise'
  | 'folders.reveal'
>;

export function appOperations({ store, preferences, tasks, shell, log, places, desk }: Parts): AppHandlers {
  return {
    'app.state': async () => store.state,
    'app.setPreferences': async (changes) => {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      // Each of them was checked against the same schema that the whole is made of.
      const next: typeof preferences.value = { ...preferences.value, ...Object.fromEntries(given) };
      preferences.set(next);
      store.change('preferences', next);
      return next;
    },
    'app.cancelTask': async ({ task }) => tasks.cancel(task),
    'app.reportProblem': async ({ text }) => {
      log('error', `In a window: ${text}`);
      return null;
    },

    'folders.pick': ({ purpose }) => shell.pickFolder(purpose),
    'folders.list': ({ path }) => {
      const ours = [
        { name: 'Studies', path: places.studiesFolder },
        { name: 'Sample pictures', path: join(places.resourcesFolder, 'sample') },
      ];
      return listFolders(path === null ? null : absolutePath(path), ours);
    },
    'folders.recognise': ({ path }) => recognise(absolutePath(path)),
    'folders.reveal': async ({ what, id }) => {
      if (what === 'log') {
        const folder = logFolder(places.dataFolder);
        await mkdir(folder, { recursive: true });
        await shell.reveal(folder);
        return null;
      }
      const { folder, data } = desk.study;
      await shell.reveal(what === 'study' ? folder : what === 'pictures' ? data.root : await samplePath(data.root, id));
      return null;
    },
  };
}

/** Where a shell writes its logs. @param dataFolder of the app */
const logFolder = (dataFolder: string): string => join(dataFolder, 'logs');

/**
 * The file of a sample, or the file that it lies in (an archive, an array): nothing outside the data set can be shown by
 * way of an id.
 */
async function samplePath(root: string, id: string): Promise<string> {
  const archive = await lstat(root).then(
    (found) => found.isFile(),
    () => false,
  );
  if (archive && id !== '') return root;
  for (const name of [id, id.replace(/#[^#]*$/, '')]) {
    const path = resolve(root, name);
    const isThere = name !== '' && !name.includes('\0') && isInside(path, root) && path !== root;
    if (isThere && (await lstat(path).catch(() => null)) !== null) return path;
  }
  throw new SteadygazeError(
    'not-found',
    `There is no such picture: ${id.slice(0, 200)}`,
    'It may have been moved away.',
  );
}
