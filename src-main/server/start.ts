/** Browser mode as a whole: the window is built where needed, the application opened, and both put on a port. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { Application } from '../service/application/application.ts';
import { BrowserShell } from './browser-shell.ts';
import { Downloads } from './downloads.ts';
import { openLog } from './log-file.ts';
import { serveSite, type ServedSite } from './serve-site.ts';
import { builtWindow } from './window-build.ts';
import { windowFiles } from './window-files.ts';

export { openPage } from './open-page.ts';

export interface ServerOptions {
  /** Folder of a study to open. */
  readonly study?: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The app's own files: recent studies, preferences, logs. */
  readonly dataFolder?: string;
  /** Where new studies go. */
  readonly studiesFolder?: string;
  /** A sentence for whoever started it. */
  readonly say: (sentence: string) => void;
}

export interface RunningServer {
  /** A new address that works once. */
  newUrl(): string;
  /** True while a run is worked on. */
  readonly working: boolean;
  /** Lets a run store where it is and stop, then ends everything. */
  close(): Promise<void>;
}

/** The project's folder. */
const ROOT = resolve(import.meta.dirname, '../..');

/** @throws SteadygazeError where the window cannot be built, the port not be used, or the study not be opened */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, say } = options;
  const files = await windowFiles(await builtWindow(ROOT, say));
  const dataFolder = resolve(options.dataFolder ?? defaultDataFolder());
  const studiesFolder = resolve(options.studiesFolder ?? (await defaultStudiesFolder()));
  const log = openLog(dataFolder);
  const downloads = await Downloads.create();
  let application: Application | null = null;
  let site: ServedSite | null = null;
  const close = async () => {
    // The application first: its windows see a run stop before they lose the connection.
    await application?.close();
    await site?.close();
    downloads.remove();
  };
  try {
    application = await Application.open({
      dataFolder,
      studiesFolder,
      resourcesFolder: join(ROOT, 'resources'),
      version: await version(),
      shell: new BrowserShell(downloads),
      log,
    });
    if (options.study !== undefined) await openStudy(application, resolve(options.study));
    const onRefusal = (sentence: string) => log('warn', `Refused ${sentence}`);
    site = await serveSite(port, { application, downloads, files, onRefusal });
  } catch (error) {
    await close();
    throw error;
  }
  const [opened, served] = [application, site];
  return {
    newUrl: () => served.newUrl(),
    get working() {
      return opened.working;
    },
    close,
  };
}

async function openStudy(application: Application, folder: string): Promise<void> {
  const result = await application.invoke('study.open', { folder });
  if (!result.ok) throw SteadygazeError.fromValue(result.error);
}

/** Where the system wants such files. Not the desktop app's folder: two programs must not write the same files. */
function defaultDataFolder(): string {
  const { platform, env } = process;
  const name = 'Steadygaze (browser mode)';
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), name);
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name);
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'steadygaze-browser-mode');
}

/** The same as the desktop app's; a computer without a screen may have no folder for documents. */
async function defaultStudiesFolder(): Promise<string> {
  const named = process.env['STEADYGAZE_STUDIES'];
  if (named !== undefined) return named;
  const documents = join(homedir(), 'Documents');
  const there = await stat(documents).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return join(there ? documents : homedir(), 'Steadygaze');
}

async function version(): Promise<string> {
  return (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
