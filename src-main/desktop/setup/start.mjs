// @ts-check
/**
 * `npm start`: builds the app where its sources are newer than the build, and opens it. Where there is no Electron for
 * this machine, or no screen, it opens browser mode instead. `npm start -- FOLDER` opens a study.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../../compute/setup/command.mjs';
import { resolveElectron, sandboxArguments } from './electron.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
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
function runHere(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
    // Ctrl-C reaches the child too, and it decides when it has stored its work.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
  });
}

/** @param {string} line */
function say(line) {
  console.log(line.charAt(0).toUpperCase() + line.slice(1));
}

async function build() {
  if (isBuilt()) return;
  say('building the app (half a minute) ...');
  const vite = path.join(
    path.dirname(createRequire(import.meta.url).resolve('electron-vite/package.json')),
    'bin/electron-vite.js',
  );
  const code = await runHere(process.execPath, [vite, 'build', '-c', 'electron.config.ts', '--logLevel', 'warn']);
  if (code !== 0) throw new SetupError('The app could not be built; the lines above say why.');
}

/** @returns {Promise<{executable: string, args: string[]} | string>} how to open a window, or why there is none */
async function howToOpen() {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return 'There is no screen here, so Steadygaze opens in browser mode.';
  }
  const electron = await resolveElectron(say);
  if (electron.executable === null) return `${electron.sentence} So Steadygaze opens in browser mode.`;
  const sandbox = await sandboxArguments(electron);
  say(electron.sentence);
  if (sandbox.sentence !== null) say(sandbox.sentence);
  return { executable: electron.executable, args: sandbox.args };
}

// npm runs scripts in the project's folder; what the person typed is meant from where they were.
const from = process.env['INIT_CWD'] ?? process.cwd();
const given = process.argv.slice(2).map((argument) => {
  const place = path.resolve(from, argument);
  return existsSync(place) ? place : argument;
});
try {
  await build();
  const opening = await howToOpen();
  if (typeof opening === 'string') {
    say(opening);
    process.exitCode = await runHere(process.execPath, [
      path.join(root, 'src-main/cli/steadygaze.js'),
      'serve',
      ...given,
    ]);
  } else {
    process.exitCode = await runHere(opening.executable, [...opening.args, root, ...given]);
  }
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
