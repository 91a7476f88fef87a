/** Shows an address in the browser of whoever sits at this computer. */
import { spawn } from 'node:child_process';

/** @returns whether the system could be asked; what it then does, it does not tell */
export function openPage(url: string): Promise<boolean> {
  const [program, ...args] = command(process.platform);
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

function command(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // Not `start`, which would read the address as a command of the shell.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}
