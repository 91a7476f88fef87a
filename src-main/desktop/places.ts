/** Where the parts of the app lie: in the project's folder, or inside the package. All absolute. */
import { app } from 'electron';
import { dirname, join } from 'node:path';

/** Folder of the bundled programs: `out/main`, in the project or in `app.asar`. */
const programs = import.meta.dirname.endsWith('parts') ? dirname(import.meta.dirname) : import.meta.dirname;

/**
 * Programs of processes and threads of their own lie beside the archive, not in it: the libraries they load natively
 * can be loaded only from real files.
 */
const unpacked = programs.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2');

export const PLACES = {
  computeProcess: join(unpacked, 'compute-process.js'),
  libraryWorker: join(unpacked, 'library-worker.js'),
  preload: join(programs, '../preload/preload.cjs'),
  window: join(programs, '../renderer'),
  icon: join(programs, '../../resources/icons/256x256.png'),
} as const;

export interface Folders {
  /** The app's own files: recent studies, preferences, logs. */
  readonly data: string;
  readonly logs: string;
  /** Where new studies go. */
  readonly studies: string;
  /** Holds `sample-study`. */
  readonly resources: string;
}

/** Where a person's things go. `--user-data-dir` and STEADYGAZE_STUDIES put them elsewhere. */
export function folders(): Folders {
  const data = app.getPath('userData');
  return {
    data,
    logs: join(data, 'logs'),
    studies: process.env['STEADYGAZE_STUDIES'] ?? join(app.getPath('documents'), 'Steadygaze'),
    resources: app.isPackaged ? process.resourcesPath : join(programs, '../../resources'),
  };
}
