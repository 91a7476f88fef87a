/**
 * A program of plain Node for processes that must not be Electron's. The package carries Node with it; in the project it
 * comes from npm.
 */
import { app } from 'electron';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Whether all processes that compute and read must be plain Node's. On Linux Electron's program brings the system's GLib
 * with it, sharp has a GLib of its own inside, and the two in one process (also in a utility process) corrupt each other
 * until it dies (lovell/sharp#4525, electron/electron#46323).
 */
export const nodeOnly = process.platform === 'linux';

const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';

/** Absolute path of the program; null where it is missing. */
export function plainNode(): string | null {
  const path = app.isPackaged ? join(process.resourcesPath, PROGRAM) : nodeOfProject();
  return path !== null && existsSync(path) ? path : null;
}

/** The `node` package that the project's scripts run on. */
function nodeOfProject(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', PROGRAM);
  } catch {
    return null;
  }
}
