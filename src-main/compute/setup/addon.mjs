// @ts-check
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { lastLine, run, SetupError } from './command.mjs';

/** Where tfjs-node looks for its addon; Node-API 8 is answered by Node 18 and later. */
export const ADDON = 'lib/napi-v8/tfjs_binding.node';
const NAPI_VERSION = '8';

export async function requireCompiler() {
  if ((await run('g++', ['--version'])).code !== 0)
    throw new SetupError('it needs the compiler g++, which is not here.');
}

/**
 * Fetches the package's tarball (npm removed the package when its own install script failed), checks it against the
 * lock file and unpacks it into `package/`. npm still has it in its cache as a rule.
 * @param {{name: string, version: string, integrity: string, folder: string}} task
 */
export async function fetchPackage({ name, version, integrity, folder }) {
  const args = [
    'pack',
    `${name}@${version}`,
    '--pack-destination',
    folder,
    '--ignore-scripts',
    '--prefer-offline',
    '--json',
  ];
  const npm = process.env['npm_execpath'];
  // Outside the project: npm run inside it would read and judge the half-installed node_modules.
  const options = { cwd: folder };
  const { code, stdout, stderr } = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args], options)
    : await run('npm', args, options);
  if (code !== 0) throw new SetupError(`npm could not fetch ${name}@${version} (${lastLine(stderr)}).`);
  const tarball = path.join(folder, /[\w.-]+\.tgz/.exec(stdout)?.[0] ?? '');
  const algorithm = integrity.split('-')[0] ?? '';
  const digest = createHash(algorithm).update(readFileSync(tarball)).digest('base64');
  if (`${algorithm}-${digest}` !== integrity)
    throw new SetupError(`${name}@${version} is not what package-lock.json names.`);
  const unpacked = await run('tar', ['-xzf', tarball, '-C', folder]);
  if (unpacked.code !== 0) throw new SetupError(`${name} could not be unpacked (${lastLine(unpacked.stderr)}).`);
  rmSync(tarball);
}

/**
 * Compiles the addon from `package/binding` against `lib/` and `include/`, tries it, and leaves in the folder only
 * what running needs: `package/` (JavaScript, addon) and `lib/`, for CUDA also `nvidia/`.
 *
 * TensorFlow opens CUDA's libraries by name while it runs, when it is too late to tell the loader where they are. The
 * addon therefore names them itself: they are loaded with it from the places written into it, and a name that is
 * loaded already is found.
 * @param {{folder: string, headers: string,
 *   libraries?: readonly {readonly name: string, readonly folder: string}[]}} task `headers`: folder of the Node-API
 *   headers; `libraries`: in `nvidia/<folder>/lib`
 */
export async function buildAddon({ folder, headers, libraries = [] }) {
  if (!existsSync(path.join(headers, 'node_api.h')))
    throw new SetupError('the package node-api-headers is not installed.');
  const source = path.join(folder, 'package');
  const clean = path.join(folder, 'clean');
  mkdirSync(path.join(clean, path.dirname(ADDON)), { recursive: true });
  mkdirSync(path.join(clean, 'deps'));
  const { code, stderr } = await run(
    'g++',
    [
      ...['-O2', '-fPIC', '-shared', '-std=c++17', `-DNAPI_VERSION=${NAPI_VERSION}`],
      ...[`-I${headers}`, '-I.', '-I../include', 'binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
      ...['-L../lib', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ...['-Wl,-rpath,$ORIGIN/../../deps/lib', ...linkOf(libraries), '-o', path.join(clean, ADDON)],
    ],
    { cwd: source },
  );
  if (code !== 0) throw new SetupError(`the addon did not compile (${lastLine(stderr)}).`);

  cpSync(path.join(source, 'dist'), path.join(clean, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('_test.js') && !file.endsWith('_test.d.ts'),
  });
  copyFileSync(path.join(source, 'README.md'), path.join(clean, 'README.md'));
  writeFileSync(
    path.join(clean, 'package.json'),
    withoutScripts(readFileSync(path.join(source, 'package.json'), 'utf8')),
  );
  rmSync(source, { recursive: true });
  rmSync(path.join(folder, 'include'), { recursive: true });
  renameSync(clean, source);
  symlinkSync('../../lib', path.join(source, 'deps/lib'), 'dir');
  await loadAddon(source);
}

/**
 * What links the addon to CUDA's libraries; `deps/lib` is a link to the cache, beside whose `lib/` they lie.
 * @param {readonly {readonly name: string, readonly folder: string}[]} libraries
 * @returns {string[]}
 */
function linkOf(libraries) {
  if (libraries.length === 0) return [];
  const folders = [...new Set(libraries.map(({ folder }) => folder))];
  return [
    // The addon calls nothing of them, and the linker would leave them out.
    '-Wl,--no-as-needed',
    ...folders.map((folder) => `-L../nvidia/${folder}/lib`),
    ...folders.map((folder) => `-Wl,-rpath,$ORIGIN/../../deps/lib/../nvidia/${folder}/lib`),
    // What they need themselves is the loader's affair.
    '-Wl,--allow-shlib-undefined',
    ...libraries.map(({ name }) => `-l:${name}`),
  ];
}

/**
 * The package's manifest without its scripts: `npm rebuild` would run its download again, and fail.
 * @param {string} manifest JSON
 * @returns {string} JSON
 */
export function withoutScripts(manifest) {
  /** @type {Record<string, unknown>} */
  const fields = JSON.parse(manifest);
  const dropped = ['scripts', 'devDependencies', 'gypfile', 'binary'];
  return JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([key]) => !dropped.includes(key))), null, 2);
}

/**
 * Loads the placed addon in a process of its own, for a library that does not fit this machine ends the process.
 * @param {string} target folder of the package
 * @returns {Promise<string>} the version of the TensorFlow library, as the addon reports it
 */
export async function loadAddon(target) {
  const program = `console.log(require(${JSON.stringify(path.join(target, ADDON))}).TF_Version)`;
  // The addon asks for two functions that Node 23 removed.
  const bridge = `const u=require('node:util');u.isNullOrUndefined??=(v)=>v==null;u.isArray??=Array.isArray;`;
  const { code, stdout, stderr } = await run(process.execPath, ['-e', bridge + program]);
  const version = stdout.trim();
  if (code !== 0 || version === '')
    throw new SetupError(`the addon was built but does not load (${lastLine(stderr)}).`);
  return version;
}
