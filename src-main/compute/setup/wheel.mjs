// @ts-check
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { lastLine, run, SetupError } from './command.mjs';

export const TENSORFLOW_VERSION = '2.21.0';

/** Space for the wheel and the two libraries unpacked from it, at the same time. */
const BYTES_NEEDED = 1_300_000_000;

/** @typedef {{name: string, megabytes: number, platform: string}} Wheel */

/**
 * TensorFlow's official wheel for a machine.
 * @param {NodeJS.Platform} platform
 * @param {string} arch
 * @returns {Wheel}
 */
export function wheelFor(platform, arch) {
  if (platform === 'linux' && arch === 'x64')
    return { name: 'tensorflow-cpu', megabytes: 274, platform: 'manylinux_2_27_x86_64' };
  if (platform === 'linux' && arch === 'arm64')
    return { name: 'tensorflow', megabytes: 270, platform: 'manylinux_2_27_aarch64' };
  throw new SetupError(
    `@tensorflow/tfjs-node could not be installed, and it can be built from TensorFlow's pip wheel only on Linux (x64, arm64).`,
  );
}

/**
 * The first Python on the path whose pip answers.
 * @returns {Promise<string>}
 */
async function pythonWithPip() {
  for (const python of ['python3', 'python']) {
    if ((await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  throw new SetupError('it needs Python 3 with pip, and neither "python3 -m pip" nor "python -m pip" works here.');
}

/**
 * Bytes under a folder; files may vanish while it looks.
 * @param {string} folder
 * @returns {number}
 */
function bytesUnder(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const entry = statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (entry?.isFile()) bytes += entry.size;
  }
  return bytes;
}

/**
 * Reports the growth of a folder until stopped: on a terminal in place, in a log one line a quarter.
 * @param {string} folder
 * @param {number} megabytes expected in the end
 * @param {(line: string) => void} say
 * @returns {() => void} stop
 */
function watchDownload(folder, megabytes, say) {
  let quarter = 0;
  const timer = setInterval(() => {
    const done = Math.min(Math.round(bytesUnder(folder) / 1e6), megabytes);
    if (process.stdout.isTTY) process.stdout.write(`\rNative engine: fetched ${done} of ${megabytes} MB `);
    else if (Math.floor((4 * done) / megabytes) > quarter) {
      quarter = Math.floor((4 * done) / megabytes);
      say(`fetched ${done} of ${megabytes} MB.`);
    }
  }, 500);
  return () => {
    clearInterval(timer);
    if (process.stdout.isTTY) process.stdout.write('\n');
  };
}

/**
 * Downloads the wheel with pip, which checks its hash against the index.
 * The library in the wheel does not depend on Python, so a wheel for another Python than the installed one serves as
 * well: a very new Python, for which no wheel exists yet, is no obstacle.
 * @param {string} python
 * @param {Wheel} wheel
 * @param {string} folder
 */
async function download(python, wheel, folder) {
  const requirement = `${wheel.name}==${TENSORFLOW_VERSION}`;
  const fixed = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--dest', folder];
  // pip writes to its own temporary folder first; inside ours it is counted, and removed if it is killed.
  const temporary = path.join(folder, 'temporary');
  mkdirSync(temporary, { recursive: true });
  const env = { ...process.env, TMPDIR: temporary };
  const attempts = [[], ...['3.13', '3.12', '3.11'].map((v) => ['--python-version', v, '--platform', wheel.platform])];
  let complaint = '';
  for (const attempt of attempts) {
    const { code, stderr } = await run(python, [...fixed, ...attempt, requirement], { env });
    if (code === 0) return;
    complaint ||= lastLine(stderr);
    // Only "no such version for this Python" is worth another try.
    if (!/no matching distribution/i.test(stderr)) break;
  }
  throw new SetupError(`pip could not supply ${requirement} (${complaint}).`);
}

const UNPACK = `
import sys, zipfile, shutil, os
source, target = sys.argv[1:]
headers = ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/')
with zipfile.ZipFile(source) as wheel:
    for name in wheel.namelist():
        if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
            path = os.path.join(target, 'lib', os.path.basename(name))
        elif name.endswith('.h') and name.startswith(tuple('tensorflow/include/' + h for h in headers)):
            path = os.path.join(target, 'include', name[len('tensorflow/include/'):])
        else:
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with wheel.open(name) as entry, open(path, 'wb') as out:
            shutil.copyfileobj(entry, out, 1 << 20)
`;

/**
 * Puts `lib/` (the two TensorFlow libraries) and `include/` (the C headers) into the folder.
 * @param {{wheel: Wheel, folder: string, say: (line: string) => void}} task
 */
export async function fetchLibraries({ wheel, folder, say }) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < BYTES_NEEDED) {
    const free = Math.round((bavail * bsize) / 1e6);
    throw new SetupError(
      `it needs ${BYTES_NEEDED / 1e6} MB of free space at ${path.dirname(folder)}, and ${free} MB are free.`,
    );
  }
  const python = await pythonWithPip();
  const downloads = path.join(folder, 'download');
  mkdirSync(downloads);
  const stop = watchDownload(downloads, wheel.megabytes, say);
  try {
    await download(python, wheel, downloads);
  } finally {
    stop();
  }
  const file = readdirSync(downloads).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new SetupError('pip reported success but left no wheel.');
  const { code, stderr } = await run(python, ['-c', UNPACK, path.join(downloads, file), folder]);
  if (code !== 0) throw new SetupError(`the wheel could not be unpacked (${lastLine(stderr)}).`);
  rmSync(downloads, { recursive: true, force: true });
}
