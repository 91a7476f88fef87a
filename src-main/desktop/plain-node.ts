/**
 * A program of plain Node for the processes that compute and read. On Linux they must not be Electron's: its program
 * brings the system's GLib with it, sharp has a GLib of its own inside, and the two in one process (also in a utility
 * process) corrupt each other until it dies (lovell/sharp#4525, electron/electron#46323). The package carries Node with
 * it; in the project it comes from npm. Elsewhere Electron's own processes do.
 */
import { app } from 'electron';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Absolute path of the program; null where Electron's own processes are used. */
export function plainNode(): string | null {
  if (process.platform !== 'linux') return null;
  const path = app.isPackaged ? join(process.resourcesPath, 'node') : nodeOfProject();
  return path !== null && existsSync(path) ? path : null;
}

/** The `node` package that the project's scripts run on. */
function nodeOfProject(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin/node');
  } catch {
    return null;
  }
}
