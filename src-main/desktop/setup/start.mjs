// @ts-check
/**
 * `npm start`: builds the app where its sources are newer than the build, and opens it. Where there is no Electron for
 * this machine, or no screen, it opens browser mode instead. `npm start -- FOLDER` opens a study.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../../compute/setup/command.mjs';
import { build, root, runHere } from './build.mjs';
import { resolveElectron, sandboxArguments } from './electron.mjs';

/** @param {string} line */
function say(line) {
  console.log(line.charAt(0).toUpperCase() + line.slice(1));
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
  await build(say);
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
