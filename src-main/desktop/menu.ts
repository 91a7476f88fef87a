/** The application menu: nothing happens here, it says what a person wants. */
import type { MenuItemConstructorOptions } from 'electron';
import type { WindowCommand } from '../contract/app-events.ts';
import type { RecentStudy } from '../contract/app-state.ts';

export interface MenuContext {
  readonly platform: string;
  /** Not packaged: reloading and developer tools are at hand. */
  readonly development: boolean;
  readonly recent: readonly RecentStudy[];
  readonly studyIsOpen: boolean;
  readonly hasSample: boolean;
  readonly command: (command: WindowCommand) => void;
  readonly openRecent: (folder: string) => void;
  /** Takes back what was written where the person writes, and else the last mark. */
  readonly undo: () => void;
  readonly redo: () => void;
  readonly showLogs: () => void;
  readonly showAbout: () => void;
}

type Item = MenuItemConstructorOptions;
const LINE: Item = { type: 'separator' };
const VIEWS = [
  ['Data', 'go-data'],
  ['Train', 'go-train'],
  ['Inspect', 'go-inspect'],
  ['Compare', 'go-compare'],
  ['Report', 'go-report'],
] as const;
/** Studies in the menu; the start screen shows the rest. */
const MOST_RECENT = 10;

export function menuTemplate(context: MenuContext): Item[] {
  const mac: Item[] = context.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  return [...mac, fileMenu(context), editMenu(context), viewMenu(context), { role: 'windowMenu' }, helpMenu(context)];
}

function fileMenu({ platform, recent, studyIsOpen, hasSample, command, openRecent }: MenuContext): Item {
  const there = recent.filter(({ missing }) => !missing).slice(0, MOST_RECENT);
  return {
    label: '&File',
    submenu: [
      { label: 'New study…', accelerator: 'CmdOrCtrl+N', click: () => command('new-study') },
      { label: 'Open study…', accelerator: 'CmdOrCtrl+O', click: () => command('open-study') },
      {
        label: 'Open recent',
        enabled: there.length > 0,
        submenu: there.map(({ name, folder }) => ({
          label: plain(name),
          toolTip: folder,
          click: () => openRecent(folder),
        })),
      },
      { label: 'Open sample study', enabled: hasSample, click: () => command('open-sample') },
      LINE,
      { label: 'Close study', enabled: studyIsOpen, click: () => command('close-study') },
      LINE,
      {
        label: 'Export report…',
        accelerator: 'CmdOrCtrl+E',
        enabled: studyIsOpen,
        click: () => command('export-report'),
      },
      LINE,
      platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
    ],
  };
}

function editMenu({ platform, studyIsOpen, command, undo, redo }: MenuContext): Item {
  return {
    label: '&Edit',
    submenu: [
      { label: 'Undo', accelerator: 'CmdOrCtrl+Z', click: undo },
      { label: 'Redo', accelerator: platform === 'win32' ? 'Ctrl+Y' : 'CmdOrCtrl+Shift+Z', click: redo },
      LINE,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
      LINE,
      { label: 'Find…', accelerator: 'CmdOrCtrl+F', enabled: studyIsOpen, click: () => command('find') },
    ],
  };
}

function viewMenu({ development, studyIsOpen, command }: MenuContext): Item {
  const views = VIEWS.map(([label, go], i): Item => {
    return { label, accelerator: `CmdOrCtrl+${i + 1}`, enabled: studyIsOpen, click: () => command(go) };
  });
  const forDevelopers: Item[] = development ? [LINE, { role: 'reload' }, { role: 'toggleDevTools' }] : [];
  return {
    label: '&View',
    submenu: [
      ...views,
      LINE,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      LINE,
      { role: 'togglefullscreen' },
      ...forDevelopers,
    ],
  };
}

function helpMenu({ platform, command, showLogs, showAbout }: MenuContext): Item {
  // On macOS the application's own menu has it.
  const about: Item[] = platform === 'darwin' ? [] : [LINE, { label: 'About Steadygaze', click: showAbout }];
  return {
    role: 'help',
    submenu: [
      { label: 'Keyboard shortcuts', click: () => command('show-shortcuts') },
      { label: 'Show log folder', click: showLogs },
      ...about,
    ],
  };
}

/** An ampersand in a label underlines the next letter, unless it is doubled. */
function plain(label: string): string {
  return label.replaceAll('&', '&&');
}
