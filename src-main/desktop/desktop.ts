/** The desktop app, put together: one process, one window, one service. */
import { app, BrowserWindow, crashReporter, powerMonitor, session } from 'electron';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ApplicationOptions } from '../service/application/application.ts';
import { KeptFile } from '../service/application/kept-file.ts';
import { LibraryClient } from '../service/library/client.ts';
import { Activity } from './activity.ts';
import { openLog } from './app-log.ts';
import { openBridge } from './bridge.ts';
import type { DesktopService } from './desktop-service.ts';
import { desktopShell } from './desktop-shell.ts';
import { followState } from './follow-state.ts';
import { closeTheNetwork, guardSession } from './guard.ts';
import { libraryProcess } from './library-process.ts';
import { MainWindow } from './main-window.ts';
import { offeredPath, studyOf } from './offered-path.ts';
import { folders, PLACES } from './places.ts';
import { declareProtocol, serveProtocol } from './protocol.ts';
import { Quitting } from './quitting.ts';
import { nodeOnly, plainNode } from './plain-node.ts';
import { desktopHost } from './desktop-host.ts';
import { WindowPlace } from './window-place.ts';

/** Opens the service; a test brings another one. */
export type OpenService = (options: ApplicationOptions) => Promise<DesktopService>;

/** How long the app stays for a click on its last notification, once the work is done and no window is open. */
const LINGER_MS = 10 * 60_000;

/** Called while the main program is being loaded: much of this must be said before Electron is ready. */
export function startDesktop(open: OpenService): void {
  const packaged = app.isPackaged;
  const asked = offeredPath(process.argv, packaged, process.cwd());
  // A second start hands over what it was asked to open, and ends.
  if (!app.requestSingleInstanceLock({ path: asked })) {
    app.exit(0);
    return;
  }
  app.setAppUserModelId('io.github.steadygaze');
  declareProtocol();
  closeTheNetwork();
  // Crashes are written down on this machine, and go nowhere.
  crashReporter.start({ uploadToServer: false });

  /** What was asked for before there was anybody to ask. */
  const early: string[] = asked === null ? [] : [asked];
  let offer = (path: string): void => void early.push(path);
  let show = (): void => undefined;
  app.on('second-instance', (_event, _arguments, _folder, data) => {
    const path = v.safeParse(v.object({ path: v.string() }), data);
    if (path.success) offer(path.output.path);
    else show();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    offer(studyOf(path));
  });
  app.on('activate', () => show());

  app
    .whenReady()
    .then(() => run(open))
    .then((running) => {
      ({ offer, show } = running);
      for (const path of early) offer(path);
    })
    .catch((error: unknown) => {
      console.error(error);
      app.exit(1);
    });
}

async function run(open: OpenService): Promise<{ offer: (path: string) => void; show: () => void }> {
  const development = !app.isPackaged;
  const { data, logs, studies, resources } = folders();
  const log = openLog(logs, development);
  const warn = (text: string) => log('warn', text);
  const place = await KeptFile.open<WindowPlace | null>({
    ...{ path: join(data, 'window.json'), kind: 'window', schema: v.nullable(WindowPlace), fresh: null, log: warn },
  });
  const window = new MainWindow({ preload: PLACES.preload, icon: PLACES.icon, development, place, log: warn });
  const node = plainNode();
  if (node === null && nodeOnly) {
    log('warn', 'Node is missing from this installation: pictures are read by Electron itself, which may crash it.');
  }
  const host = desktopHost(PLACES.computeProcess, node, nodeOnly);
  const service = await open({
    dataFolder: data,
    studiesFolder: studies,
    resourcesFolder: resources,
    version: app.getVersion(),
    shell: desktopShell(() => window.window),
    host,
    library: LibraryClient.start({ make: () => libraryProcess(PLACES.libraryWorker, nodeOnly ? node : null) }),
    log,
  });

  guardSession(session.defaultSession);
  serveProtocol(session.defaultSession, { files: PLACES.window, resource: (path) => service.resource(path) });
  openBridge(service, { windows: () => window.contents, onListening: () => window.listens() });
  const show = () => window.show();
  const activity = new Activity(service, { window: () => window.window, focused: () => window.focused, show });
  const quitting = new Quitting(service, {
    window: () => window.window,
    settled: () => place.settled(),
    killAll: () => host.killAll(),
  });
  process.on('SIGTERM', () => quitting.withoutAsking());
  process.on('SIGINT', () => quitting.withoutAsking());
  powerMonitor.on('shutdown', () => quitting.withoutAsking());
  stayForWork(service, activity, quitting);
  followState(service, window, development);
  app.on('browser-window-created', () => setImmediate(() => activity.refresh()));
  window.show();
  log('info', `Steadygaze ${app.getVersion()} on Electron ${process.versions.electron}.`);
  return { show, offer: (path) => window.tell(() => service.offer(path)) };
}

/** Without a window the app stays while a run is worked on, and a little longer. */
function stayForWork(service: DesktopService, activity: Activity, quitting: Quitting): void {
  const alone = () => BrowserWindow.getAllWindows().length === 0;
  app.on('window-all-closed', () => {
    if (quitting.underWay) return;
    if (service.working) {
      const body = 'Start Steadygaze again to see it.';
      activity.say({ title: 'Training goes on in the background', body });
    } else if (process.platform !== 'darwin') app.quit();
  });
  let timer: NodeJS.Timeout | undefined;
  service.onEvent((event) => {
    if (event.type !== 'changed' || event.part !== 'launch' || process.platform === 'darwin') return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (alone() && !service.working) app.quit();
    }, LINGER_MS);
    timer.unref();
  });
}
