/** What the application asks of its shell, with the dialogs of the system. */
import { app, dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { WEIGHTS_EXTENSIONS } from '../networks/weights/weights-name.ts';
import type { SaveRequest, Shell } from '../service/shell.ts';
import { printPdf } from './print-pdf.ts';

const DIALOGS: Readonly<Record<Parameters<Shell['pickFolder']>[0], OpenDialogOptions>> = {
  pictures: { title: 'Choose the folder of your pictures', buttonLabel: 'Choose', properties: ['openDirectory'] },
  // No dialog of Windows or Linux chooses files and folders at once.
  'data-file': {
    title: 'Choose an archive, a table or an annotation',
    buttonLabel: 'Choose',
    properties: ['openFile'],
  },
  'weights-file': {
    title: 'Choose a file of weights',
    buttonLabel: 'Choose',
    properties: ['openFile'],
    filters: [
      { name: 'Weights', extensions: WEIGHTS_EXTENSIONS.map((extension) => extension.slice(1)) },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  study: { title: 'Open a study', buttonLabel: 'Open', properties: ['openDirectory'] },
  'place-for-study': {
    title: 'Choose where the study goes',
    buttonLabel: 'Choose',
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
};

/** @param owner the window that dialogs belong to */
export function desktopShell(owner: () => BrowserWindow | null): Shell {
  return {
    mode: 'desktop',
    async pickFolder(purpose) {
      const window = owner();
      const options = DIALOGS[purpose];
      const { canceled, filePaths } = await (window === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options));
      return canceled ? null : (filePaths[0] ?? null);
    },
    async save(request) {
      const path = await askForPlace(owner(), request);
      if (path === null) return null;
      await request.write(path);
      return { path, url: null };
    },
    async reveal(path) {
      if (!existsSync(path)) {
        throw new SteadygazeError(
          'not-found',
          `It is not there any more: ${path}`,
          'It was moved or deleted outside Steadygaze.',
        );
      }
      shell.showItemInFolder(path);
    },
    printPdf,
  };
}

/** Folder of the last file saved, while the app runs. */
let lastFolder: string | null = null;

async function askForPlace(window: BrowserWindow | null, { suggestedName, kind }: SaveRequest): Promise<string | null> {
  const ending = `.${kind.extension}`;
  let suggested = join(lastFolder ?? app.getPath('documents'), suggestedName);
  for (;;) {
    const options = {
      defaultPath: suggested,
      filters: [{ name: kind.name, extensions: [kind.extension] }],
      properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
    };
    const { canceled, filePath } = await (window === null
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options));
    if (canceled || filePath === '') return null;
    const path = extname(filePath).toLowerCase() === ending ? filePath : filePath + ending;
    // Whether this one may be replaced has not been asked: some systems add no ending by themselves.
    if (path !== filePath && existsSync(path)) {
      suggested = path;
      continue;
    }
    lastFolder = join(path, '..');
    return path;
  }
}
