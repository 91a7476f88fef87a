/** A display to open windows on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Display {
  readonly env: Record<string, string>;
  close(): void;
}

/** The display of this machine, or a new one that nobody sees. @returns null where there can be none */
export async function openDisplay(): Promise<Display | null> {
  const env = process.env as Record<string, string>;
  if (process.platform !== 'linux' || env['DISPLAY']) return { env, close: () => undefined };
  // It chooses a free number and says it on the third channel.
  const server: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2000x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const said = server.stdio[3];
  if (said == null) return null;
  const number = await Promise.race([
    once(said, 'data').then(([bytes]) => String(bytes).trim()),
    once(server, 'error').then(() => null),
    once(server, 'exit').then(() => null),
  ]);
  if (number === null) return null;
  return { env: { ...env, DISPLAY: `:${number}` }, close: () => void server.kill() };
}
