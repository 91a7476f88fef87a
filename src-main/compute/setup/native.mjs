// @ts-check
/**
 * Sets up the `native` engine as one step of `npm install` / `npm ci` (the package's postinstall script).
 *
 * On an ordinary machine @tensorflow/tfjs-node installs itself and there is nothing to do. Where its download of
 * libtensorflow fails, npm drops the package, for it is optional; TensorFlow's official pip wheel holds the same
 * library, and the addon compiles against it unchanged. This script fetches that wheel, builds the addon, keeps both
 * in a cache outside node_modules, and puts the package back. See `engine-setup.mjs`, `wheel.mjs`, `addon.mjs`,
 * `cache.mjs`, `place.mjs`. The engine `cuda` is put back too where `cuda.mjs` built it before; nothing is fetched for it.
 *
 * Plain JavaScript, because it also has to run on Node 20 and before any development dependency exists.
 * It never fails the install: without the native engine Steadygaze computes with `wasm`.
 *
 * Environment: STEADYGAZE_SKIP_NATIVE=1 skips it; STEADYGAZE_CACHE moves the cache.
 * `--required` (used by `npm run setup:native`) makes a failure an error: exit code 1.
 */
import { CUDA } from './cuda-engine.mjs';
import { isBuilt, reasonOf, setUpEngine } from './engine-setup.mjs';
import { fetchTensorFlow, TENSORFLOW_VERSION, wheelFor } from './wheel.mjs';

/** Space for the wheel and the two libraries unpacked from it, at the same time. */
const BYTES_NEEDED = 1_300_000_000;

/** @param {string} line one sentence for the person who waits for the install */
function say(line) {
  console.log(`Native engine: ${line}`);
}

/** @type {import('./engine-setup.mjs').WheelEngine} */
const NATIVE = {
  packageName: '@tensorflow/tfjs-node',
  kind: 'native',
  keepsStock: true,
  libraries: [],
  announcement() {
    const { name, megabytes } = wheelFor(process.platform, process.arch);
    return (
      `setting it up once from TensorFlow's pip wheel (${name} ${TENSORFLOW_VERSION}, ` +
      `${megabytes} MB to fetch; STEADYGAZE_SKIP_NATIVE=1 skips this).`
    );
  },
  async fetch({ folder, downloads, say }) {
    const wheel = wheelFor(process.platform, process.arch);
    await fetchTensorFlow({ wheel, folder, downloads, bytesNeeded: BYTES_NEEDED, say });
  },
};

const required = process.argv.includes('--required');
const skip = process.env['STEADYGAZE_SKIP_NATIVE'] === '1' ? 'skipped, as STEADYGAZE_SKIP_NATIVE=1 asks.' : undefined;
try {
  await setUpEngine(NATIVE, { say, skip });
} catch (error) {
  say(`not set up: ${reasonOf(error)} Steadygaze will use the slower wasm engine; "npm run setup:native" tries again.`);
  if (required) process.exitCode = 1;
}
try {
  if (isBuilt(CUDA)) await setUpEngine(CUDA, { say: (line) => console.log(`CUDA engine: ${line}`) });
} catch (error) {
  console.log(`CUDA engine: not put back: ${reasonOf(error)} "npm run setup:cuda" tries again.`);
}
