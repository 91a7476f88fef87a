// @ts-check
/**
 * Which Electron this project is run and tested with on this machine:
 * 1. ELECTRON_OVERRIDE_DIST_PATH, where somebody chose one;
 * 2. the official one of the `electron` package, downloaded by the package's own installer where it is missing;
 * 3. on Linux x64, where that cannot be downloaded, the pinned one of `pinned-electron.mjs`;
 * 4. none, with the reason in one sentence.
 *
 * Run as a program it prints the path of the executable.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLine, run, SetupError } from '../../compute/setup/command.mjs';
import { isPinnedFor, PINNED_VERSION, pinnedElectron } from './pinned-electron.mjs';

/** Long enough for a slow connection to answer once; without any, it fails at once. */
const ANSWER_MS = 4_000;

/**
 * @typedef {object} FoundElectron
 * @property {string} executable absolute
 * @property {string} dist folder of the distribution
 * @property {string} version as "33.2.1"
 * @property {string} sentence what is used, and why
 */

/**
 * @typedef {object} NoElectron
 * @property {null} executable
 * @property {string} sentence why there is none
 */

const packageFolder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
/** @type {{version: string}} */
const manifest = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));

/** @returns {string} the executable's path inside a distribution, as Electron's installer would record it */
function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

/**
 * @param {string} dist
 * @param {string} sentence
 * @returns {FoundElectron | null} null where there is none in that folder
 */
function electronIn(dist, sentence) {
  const executable = path.join(dist, executableName());
  const version = path.join(dist, 'version');
  if (!existsSync(executable) || !existsSync(version)) return null;
  return { executable, dist, version: readFileSync(version, 'utf8').trim().replace(/^v/, ''), sentence };
}

/** @returns {FoundElectron | null} */
function official() {
  const found = electronIn(path.join(packageFolder, 'dist'), `Electron ${manifest.version} is used.`);
  // A folder left by an older package, or half unpacked, is the installer's to replace.
  return found?.version === manifest.version && existsSync(path.join(packageFolder, 'path.txt')) ? found : null;
}

/** @returns {Promise<boolean>} whether Electron's releases can be reached, asked by one small request */
async function canDownload() {
  if (process.env['ELECTRON_MIRROR'] || process.env['npm_config_electron_mirror']) return true;
  const address = `https://github.com/electron/electron/releases/download/v${manifest.version}/SHASUMS256.txt`;
  try {
    return (await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    return false;
  }
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<FoundElectron | null>}
 */
async function downloaded(say) {
  if (!(await canDownload())) return null;
  say(`downloading Electron ${manifest.version}, once ...`);
  const { code, stderr } = await run(process.execPath, [path.join(packageFolder, 'install.js')]);
  if (code !== 0) say(`Electron ${manifest.version} could not be downloaded (${lastLine(stderr)}).`);
  return official();
}

/**
 * @param {(line: string) => void} [say] told what takes long
 * @returns {Promise<FoundElectron | NoElectron>}
 */
export async function resolveElectron(say = () => undefined) {
  try {
    return await findElectron(say);
  } catch (error) {
    if (error instanceof SetupError) return { executable: null, sentence: sentenceOf(error.message) };
    throw error;
  }
}

/** @param {string} text */
const sentenceOf = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * @param {(line: string) => void} say
 * @returns {Promise<FoundElectron>}
 */
async function findElectron(say) {
  const chosen = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (chosen) {
    const found = electronIn(path.resolve(chosen), `Electron of ELECTRON_OVERRIDE_DIST_PATH is used (${chosen}).`);
    if (found === null)
      throw new SetupError(`ELECTRON_OVERRIDE_DIST_PATH names ${chosen}, where there is no Electron.`);
    return found;
  }
  const found = official() ?? (await downloaded(say));
  if (found !== null) return found;
  if (!isPinnedFor(process.platform, process.arch)) {
    throw new SetupError(
      `Electron ${manifest.version} cannot be downloaded from GitHub here, and there is no other for this machine.`,
    );
  }
  const sentence = `Electron ${PINNED_VERSION} from the npm registry is used, because GitHub, where Electron ${manifest.version} would come from, cannot be reached.`;
  const pinned = electronIn(await pinnedElectron(say), sentence);
  if (pinned === null)
    throw new SetupError(`the cached Electron ${PINNED_VERSION} is not whole: delete it and try again.`);
  return pinned;
}

/**
 * Arguments without which Electron would refuse to start here, and the sentence that says so.
 * @param {FoundElectron} electron
 * @returns {Promise<{args: string[], sentence: string | null}>}
 */
export async function sandboxArguments(electron) {
  if (process.platform !== 'linux') return { args: [], sentence: null };
  const without = { args: ['--no-sandbox'] };
  if (process.getuid?.() === 0)
    return { ...without, sentence: "Chromium's sandbox is off, because it refuses to work for root." };
  const setuid = await run('test', ['-u', path.join(electron.dist, 'chrome-sandbox')]);
  if (setuid.code === 0) return { args: [], sentence: null };
  // 127: no `unshare` to ask with; then Chromium itself has to say.
  const allowed = await run('unshare', ['--user', 'true']);
  if (allowed.code === 0 || allowed.code === 127) return { args: [], sentence: null };
  return { ...without, sentence: "Chromium's sandbox is off, because this system allows no user namespaces." };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { executable, sentence } = await resolveElectron((line) => console.error(line));
  console.error(sentence);
  if (executable === null) process.exitCode = 1;
  else console.log(executable);
}
