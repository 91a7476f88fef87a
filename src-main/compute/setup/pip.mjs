// @ts-check
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { lastLine, run, SetupError } from './command.mjs';

/**
 * The first Python on the path whose pip answers.
 * @returns {Promise<string>}
 */
export async function pythonWithPip() {
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
export function bytesUnder(folder) {
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
 * @param {number | null} megabytes expected in the end; null where nobody knows: then only a terminal shows it
 * @param {(line: string) => void} say
 * @returns {() => void} stop
 */
function watchDownload(folder, megabytes, say) {
  let quarter = 0;
  const timer = setInterval(() => {
    const bytes = Math.round(bytesUnder(folder) / 1e6);
    const done = megabytes === null ? `${bytes} MB` : `${Math.min(bytes, megabytes)} of ${megabytes} MB`;
    if (process.stdout.isTTY) process.stdout.write(`\r  fetched ${done} `);
    else if (megabytes !== null && Math.floor((4 * bytes) / megabytes) > quarter && quarter < 4) {
      quarter = Math.floor((4 * bytes) / megabytes);
      say(`fetched ${done}.`);
    }
  }, 500);
  return () => {
    clearInterval(timer);
    if (process.stdout.isTTY) process.stdout.write('\n');
  };
}

/** "nvidia-cudnn-cu12<10.0,>=9.3" -> "nvidia_cudnn_cu12-", what the file name of its wheel begins with. */
const fileStart = (/** @type {string} */ requirement) =>
  `${(/^[\w.-]+?(?=[<>=!~]|$)/.exec(requirement)?.[0] ?? requirement).replace(/[-.]/g, '_')}-`;

/**
 * Downloads a wheel with pip, which checks its hash against the index, unless it is there already.
 * The libraries in these wheels do not depend on Python, so a wheel for another Python than the installed one serves as
 * well: a very new Python, for which no wheel exists yet, is no obstacle.
 * @param {{python: string, requirement: string, downloads: string, platform?: string, megabytes?: number,
 *   say?: (line: string) => void}} task `platform`: that of wheels for other Pythons
 * @returns {Promise<string>} the file
 */
export async function fetchWheel({ python, requirement, downloads, platform, megabytes, say = () => undefined }) {
  const finished = () => readdirSync(downloads).find((name) => name.startsWith(fileStart(requirement)));
  mkdirSync(downloads, { recursive: true });
  const before = finished();
  if (before !== undefined) return path.join(downloads, before);
  // pip writes to its own temporary folder first; inside ours it is counted, and removed if it is killed.
  const unfinished = path.join(downloads, 'unfinished');
  const temporary = path.join(unfinished, 'temporary');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const stop = watchDownload(unfinished, megabytes ?? null, say);
  try {
    await download({ python, requirement, folder: unfinished, temporary, platform });
  } finally {
    stop();
  }
  const name = readdirSync(unfinished).find((file) => file.endsWith('.whl'));
  if (name === undefined) throw new SetupError('pip reported success but left no wheel.');
  // By a rename, so that a file that exists is whole.
  renameSync(path.join(unfinished, name), path.join(downloads, name));
  rmSync(unfinished, { recursive: true, force: true });
  return path.join(downloads, name);
}

/**
 * @param {{python: string, requirement: string, folder: string, temporary: string, platform: string | undefined}} task
 */
async function download({ python, requirement, folder, temporary, platform }) {
  // pip's own cache would keep every wheel a second time.
  const once = ['--no-cache-dir', '--no-input', '--dest', folder];
  const fixed = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...once];
  // pip 25.1 and later go on where a connection broke; earlier ones take no notice of this.
  const env = { ...process.env, TMPDIR: temporary, PIP_RESUME_RETRIES: '5' };
  const others = platform === undefined ? [] : ['3.13', '3.12', '3.11'];
  const attempts = [[], ...others.map((v) => ['--python-version', v, '--platform', platform ?? ''])];
  let complaint = '';
  for (const attempt of attempts) {
    const { code, stderr } = await run(python, [...fixed, ...attempt, requirement], { env });
    if (code === 0) return;
    complaint ||= lastLine(stderr);
    // Only "no such version for this Python" is worth another try.
    if (!/no matching distribution/i.test(stderr)) break;
  }
  throw new SetupError(`pip could not supply ${requirement} (${complaint.replace(/\.$/, '')}).`);
}

const UNPACK = `
import sys, zipfile, shutil, os
target, *sources = sys.argv[1:]
headers = ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/')
def place(name):
    if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
        return os.path.join('lib', os.path.basename(name))
    if name.endswith('.h') and name.startswith(tuple('tensorflow/include/' + h for h in headers)):
        return os.path.join('include', name[len('tensorflow/include/'):])
    if name.startswith('nvidia/') and '..' not in name:
        if ('/lib/' in name and '.so' in name) or name.endswith(('/bin/ptxas', '/bin/nvlink', '.bc')):
            return name
for source in sources:
    with zipfile.ZipFile(source) as wheel:
        for entry in wheel.infolist():
            if place(entry.filename) is None:
                continue
            path = os.path.join(target, place(entry.filename))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with wheel.open(entry) as packed, open(path, 'wb') as out:
                shutil.copyfileobj(packed, out, 1 << 20)
            if '/bin/' in entry.filename:
                os.chmod(path, 0o755)
`;

/**
 * Takes out of wheels what we use: TensorFlow's two libraries into `lib/`, its C headers into `include/`; NVIDIA's
 * libraries into `nvidia/`, in the order of pip: they look for each other, and TensorFlow for them, in that order.
 * @param {string} python
 * @param {readonly string[]} wheels
 * @param {string} folder
 */
export async function unpack(python, wheels, folder) {
  const { code, stderr } = await run(python, ['-c', UNPACK, folder, ...wheels]);
  if (code !== 0) throw new SetupError(`what was fetched could not be unpacked (${lastLine(stderr)}).`);
}

const METADATA = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    print(wheel.read(next(n for n in wheel.namelist() if n.endswith('.dist-info/METADATA'))).decode())
`;

/**
 * @param {string} python
 * @param {string} file a wheel
 * @returns {Promise<string>}
 */
export async function metadataOf(python, file) {
  const { code, stdout, stderr } = await run(python, ['-c', METADATA, file]);
  if (code !== 0) throw new SetupError(`${path.basename(file)} could not be read (${lastLine(stderr)}).`);
  return stdout;
}
