import { createInterface } from 'node:readline';
import { InvalidArgumentError, type Command } from 'commander';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson } from '../output.ts';

interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly dataFolder?: string;
  readonly studies?: string;
}

/** What server/start.ts offers. The command line is a shell beside the server, so it starts it without knowing it. */
export interface ServerModule {
  readonly startServer: (options: {
    study?: string;
    port: number;
    dataFolder?: string;
    studiesFolder?: string;
    say: (sentence: string) => void;
  }) => Promise<{ newUrl(): string; readonly working: boolean; close(): Promise<void> }>;
  readonly openPage: (url: string) => Promise<boolean>;
}

const MODULE = '../../server/start.ts';

export function serveCommand(): Command {
  return command('serve', 'show the window of Steadygaze in a browser on this computer')
    .argument('[study]', 'folder of a study to open')
    .option('--port <number>', 'port on 127.0.0.1; 0 is any that is free', portNumber, 0)
    .option('--open', 'also open it in the browser')
    .option('--data-folder <folder>', 'where recent studies, preferences and the log are kept')
    .option('--studies <folder>', 'where new studies go')
    .action(
      action<ServeOptions, [string | undefined]>(
        async ({ json = false, port, open = false, dataFolder, studies }, study) => {
          const { startServer, openPage } = (await import(new URL(MODULE, import.meta.url).href)) as ServerModule;
          const say = (sentence: string) => void (json || process.stderr.write(`${sentence}\n`));
          const signals = interruptible(() => say('Stopping. A run stores where it is. Once more ends it at once.'));
          signals.kill.addEventListener('abort', () => process.exit(130));
          const server = await startServer({
            port,
            say,
            ...(study === undefined ? {} : { study }),
            ...(dataFolder === undefined ? {} : { dataFolder }),
            ...(studies === undefined ? {} : { studiesFolder: studies }),
          });
          const show = () => {
            const url = server.newUrl();
            if (json) printJson({ url });
            else print(`Steadygaze is at ${url}`);
            return url;
          };
          const url = show();
          say('This address lets one browser in, once. Press Enter for another one, Ctrl-C to end.');
          if (open && !(await openPage(url))) say('No browser could be opened here; open the address yourself.');
          const keys = process.stdin.isTTY ? createInterface({ input: process.stdin }) : null;
          keys?.on('line', show);
          // Ctrl-C in a terminal comes as a signal; the interface only reads lines.
          await aborted(signals.stop);
          keys?.close();
          await server.close();
          // Whatever an engine or a library still holds open.
          process.exit(0);
        },
      ),
    );
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
