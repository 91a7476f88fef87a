// @ts-check
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon, fetchPackage, loadAddon, requireCompiler } from './addon.mjs';
import { buildOnce, cacheRoot, isComplete } from './cache.mjs';
import { SetupError } from './command.mjs';
import { placePackage, placedState } from './place.mjs';
import { TENSORFLOW_VERSION } from './wheel.mjs';

const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/**
 * An engine on TensorFlow's library whose addon is built from TensorFlow's pip wheel.
 * @typedef {object} WheelEngine
 * @property {string} packageName as npm knows it
 * @property {string} kind folder of the cache
 * @property {boolean} keepsStock whether a package that its own installer set up is left as it is
 * @property {() => string} announcement what will be fetched and kept; throws SetupError where no wheel serves
 * @property {(task: {folder: string, downloads: string, say: (line: string) => void}) => Promise<void>} fetch puts
 *   `lib/` and `include/` into the folder
 * @property {readonly {readonly name: string, readonly folder: string}[]} libraries what the addon is linked to besides
 *   TensorFlow: `nvidia/<folder>/lib/<name>` of the entry
 */

/**
 * The pinned version of a package and its integrity, as package-lock.json records them.
 * @param {string} root project folder
 * @param {string} packageName
 * @returns {{version: string, integrity: string}}
 */
function lockedPackage(root, packageName) {
  /** @type {{packages: Record<string, {version?: string, integrity?: string} | undefined>}} */
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const entry = lock.packages[`node_modules/${packageName}`];
  if (!entry?.version || !entry.integrity) throw new SetupError(`package-lock.json does not name ${packageName}.`);
  return { version: entry.version, integrity: entry.integrity };
}

/**
 * @param {WheelEngine} engine
 * @returns {{version: string, integrity: string, target: string, entry: string}} `target`: folder of the package in
 *   node_modules; `entry`: folder of the cache
 */
function placesOf({ packageName, kind }) {
  const { version, integrity } = lockedPackage(projectRoot, packageName);
  const name = path.basename(packageName);
  const id = `${name}-${version}-tensorflow-${TENSORFLOW_VERSION}-${process.platform}-${process.arch}`;
  return {
    version,
    integrity,
    target: path.join(projectRoot, 'node_modules', packageName),
    entry: path.join(cacheRoot(process.env), kind, id),
  };
}

/**
 * Whether an engine that was built before can be put back without fetching anything.
 * @param {WheelEngine} engine
 * @returns {boolean}
 */
export function isBuilt(engine) {
  return isComplete(placesOf(engine).entry);
}

/**
 * Builds the engine where it is not in the cache yet, and puts it into node_modules.
 * @param {WheelEngine} engine
 * @param {{say: (line: string) => void, skip?: string | undefined}} options `skip`: why nothing is to be done where
 *   it is not in place yet
 * @returns {Promise<void>}
 */
export async function setUpEngine(engine, { say, skip }) {
  const { packageName } = engine;
  const { version, integrity, target, entry } = placesOf(engine);
  const state = placedState(target, entry);
  if (state === 'ours') return say('already in place.');
  if (state === 'stock' && engine.keepsStock) return say(`${packageName} is installed, nothing to do.`);
  if (skip !== undefined) return say(skip);

  if (!isComplete(entry)) {
    const announcement = engine.announcement();
    await requireCompiler();
    // Beside the entry, so that what a setup that was interrupted has fetched need not be fetched again.
    const downloads = `${entry}.wheels`;
    const built = await buildOnce(entry, say, async (folder) => {
      say(announcement);
      await fetchPackage({ name: packageName, version, integrity, folder });
      await engine.fetch({ folder, downloads, say });
      say('compiling the addon (about 15 seconds) ...');
      const headers = path.join(projectRoot, 'node_modules/node-api-headers/include');
      await buildAddon({ folder, headers, libraries: engine.libraries });
    });
    rmSync(downloads, { recursive: true, force: true });
    if (built) say(`kept in ${entry} for later installs.`);
  }
  placePackage(entry, target);
  try {
    say(`ready, TensorFlow ${await loadAddon(target)}.`);
  } catch (error) {
    rmSync(target, { recursive: true });
    throw error;
  }
}

/**
 * The reason of a failed setup, in a sentence.
 * @param {unknown} error
 * @returns {string}
 */
export function reasonOf(error) {
  if (error instanceof SetupError) return error.message;
  return `an unexpected failure: ${error instanceof Error ? error.message : String(error)}.`;
}
