// @ts-check
/** Builds the app in `out/` where its sources are newer than what was built last. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../../compute/setup/command.mjs';

/** Folder of the project. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const SOURCES = ['src-main', 'src-renderer', 'electron.config.ts', 'svelte.config.js', 'package.json'];
const BUILT = ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html'];
/** Not part of the app. */
const TESTING = /\.(test|suite|fixture|reference)\.ts$/;

/**
 * @param {string} place file or folder
 * @returns {number} when the newest source in it was changed, in ms; 0 where there is none
 */
function newest(place) {
  const entry = statSync(place, { throwIfNoEntry: false });
  if (entry === undefined || TESTING.test(place)) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(place).map((name) => newest(path.join(place, name))));
}

/** @returns {boolean} */
function isBuilt() {
  const built = BUILT.map((file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.min(...built) >= Math.max(...SOURCES.map((source) => newest(path.join(root, source))));
}

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} its exit code, once it has ended
 */
export function runHere(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
    // Ctrl-C reaches the child too, and it decides when it has stored its work.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
  });
}

/** @param {(line: string) => void} [say] told before it builds */
export async function build(say = () => undefined) {
  if (isBuilt()) return;
  say('building the app (some seconds) ...');
  const vite = path.join(
    path.dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')),
    'bin/electron-vite.js',
  );
  const code = await runHere(process.execPath, [vite, 'build', '-c', 'electron.config.ts', '--logLevel', 'warn']);
  if (code !== 0) throw new SetupError('The app could not be built; the lines above say why.');
}
