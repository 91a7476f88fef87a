// @ts-check
/**
 * Sets up the `native` engine as one step of `npm install` / `npm ci` (the package's postinstall script).
 *
 * On an ordinary machine @tensorflow/tfjs-node installs itself and there is nothing to do. Where its download of
 * libtensorflow fails, npm drops the package, for it is optional; TensorFlow's official pip wheel holds the same
 * library, and the addon compiles against it unchanged. This script fetches that wheel, builds the addon, keeps both
 * in a cache outside node_modules, and puts the package back. See `wheel.mjs`, `addon.mjs`, `cache.mjs`, `place.mjs`.
 *
 * Plain JavaScript, because it also has to run on Node 20 and before any development dependency exists.
 * It never fails the install: without the native engine Steadygaze computes with `wasm`.
 *
 * Environment: STEADYGAZE_SKIP_NATIVE=1 skips it; STEADYGAZE_CACHE moves the cache.
 * `--required` (used by `npm run setup:native`) makes a failure an error: exit code 1.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon, fetchPackage, loadAddon, requireCompiler } from './addon.mjs';
import { buildOnce, cacheRoot, isComplete } from './cache.mjs';
import { SetupError } from './command.mjs';
import { placePackage, placedState } from './place.mjs';
import { fetchLibraries, TENSORFLOW_VERSION, wheelFor } from './wheel.mjs';

const PACKAGE = '@tensorflow/tfjs-node';
const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** @param {string} line one sentence for the person who waits for the install */
function say(line) {
  console.log(`Native engine: ${line}`);
}

/**
 * The pinned version of tfjs-node and its integrity, as package-lock.json records them.
 * @param {string} root project folder
 * @returns {{version: string, integrity: string}}
 */
function lockedPackage(root) {
  /** @type {{packages: Record<string, {version?: string, integrity?: string} | undefined>}} */
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const entry = lock.packages[`node_modules/${PACKAGE}`];
  if (!entry?.version || !entry.integrity) throw new SetupError(`package-lock.json does not name ${PACKAGE}.`);
  return { version: entry.version, integrity: entry.integrity };
}

/** @returns {Promise<void>} */
async function setUp() {
  const target = path.join(projectRoot, 'node_modules', PACKAGE);
  const { version, integrity } = lockedPackage(projectRoot);
  const id = `tfjs-node-${version}-tensorflow-${TENSORFLOW_VERSION}-${process.platform}-${process.arch}`;
  const entry = path.join(cacheRoot(process.env), 'native', id);
  const state = placedState(target, entry);
  if (state !== 'absent')
    return say(state === 'stock' ? `${PACKAGE} is installed, nothing to do.` : 'already in place.');
  if (process.env['STEADYGAZE_SKIP_NATIVE'] === '1') return say('skipped, as STEADYGAZE_SKIP_NATIVE=1 asks.');

  if (!isComplete(entry)) {
    const wheel = wheelFor(process.platform, process.arch);
    await requireCompiler();
    const built = await buildOnce(entry, say, async (folder) => {
      say(
        `setting it up once from TensorFlow's pip wheel (${wheel.name} ${TENSORFLOW_VERSION}, ` +
          `${wheel.megabytes} MB to fetch; STEADYGAZE_SKIP_NATIVE=1 skips this).`,
      );
      await fetchPackage({ name: PACKAGE, version, integrity, folder });
      await fetchLibraries({ wheel, folder, say });
      say('compiling the addon (about 15 seconds) ...');
      await buildAddon({ folder, headers: path.join(projectRoot, 'node_modules/node-api-headers/include') });
    });
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

const required = process.argv.includes('--required');
try {
  await setUp();
} catch (error) {
  const reason =
    error instanceof SetupError
      ? error.message
      : `an unexpected failure: ${error instanceof Error ? error.message : String(error)}.`;
  say(`not set up: ${reason} Steadygaze will use the slower wasm engine; "npm run setup:native" tries again.`);
  if (required) process.exitCode = 1;
}
