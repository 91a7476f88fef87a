/** The menu, the theme and the system's list of recent studies follow what the service says. */
import { app, Menu, nativeTheme, type WebContents } from 'electron';
import { join } from 'node:path';
import type { DesktopService } from './desktop-service.ts';
import type { MainWindow } from './main-window.ts';
import { menuTemplate } from './menu.ts';

export function followState(service: DesktopService, window: MainWindow, development: boolean): void {
  const invoke = (name: string, input: unknown) => void service.invoke(name, input);
  const takeBack = async (command: 'undo' | 'redo') => {
    const contents = window.window?.webContents;
    if (contents === undefined) return;
    if (await isWriting(contents)) contents[command]();
    else service.command(command);
  };
  const buildMenu = () => {
    const { recent, study, app: info } = service.state;
    const template = menuTemplate({
      platform: process.platform,
      development,
      recent,
      studyIsOpen: study !== null,
      hasSample: info.hasSample,
      command: (command) => window.tell(() => service.command(command)),
      openRecent: (folder) => window.tell(() => service.offer(folder)),
      undo: () => void takeBack('undo'),
      redo: () => void takeBack('redo'),
      showLogs: () => invoke('folders.reveal', { what: 'log' }),
      showAbout: () => app.showAboutPanel(),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  const followTheme = () => (nativeTheme.themeSource = service.state.preferences.theme);
  let study: string | null = null;
  service.onEvent((event) => {
    if (event.type !== 'changed') return;
    if (event.part === 'preferences') followTheme();
    if (event.part === 'recent') buildMenu();
    if (event.part !== 'study' || (event.value?.folder ?? null) === study) return;
    study = event.value?.folder ?? null;
    buildMenu();
    // Linux keeps no list for Electron.
    if (study !== null && process.platform !== 'linux') app.addRecentDocument(join(study, 'study.json'));
  });
  app.setAboutPanelOptions({
    applicationName: 'Steadygaze',
    applicationVersion: app.getVersion(),
    copyright: 'MIT license',
  });
  followTheme();
  buildMenu();
}

const QUESTION = "document.activeElement?.matches('input, textarea, [contenteditable]') ?? false";
/** Runs beside the page and not in it. */
const ISOLATED_WORLD = 999;

/** Whether what is taken back is writing. */
async function isWriting(contents: WebContents): Promise<boolean> {
  const answer: unknown = await contents
    .executeJavaScriptInIsolatedWorld(ISOLATED_WORLD, [{ code: QUESTION }])
    .catch(() => false);
  return answer === true;
}
