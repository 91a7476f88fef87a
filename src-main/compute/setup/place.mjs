// @ts-check
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { ADDON } from './addon.mjs';

/**
 * @param {string} target folder of the package in node_modules
 * @param {string} entry folder of the cache that our copy would be linked to
 * @returns {'stock' | 'ours' | 'absent'} `stock`: installed by npm, with addon and library; `ours`: placed by this
 *   setup from that entry, and still whole; `absent`: neither
 */
export function placedState(target, entry) {
  const libraries = path.join(target, 'deps/lib');
  const addons = path.join(target, 'lib');
  // existsSync follows links: a copy whose cache was deleted counts as absent.
  if (!existsSync(libraries) || !existsSync(addons)) return 'absent';
  if (lstatSync(libraries).isSymbolicLink()) {
    const current = existsSync(entry) && realpathSync(libraries) === realpathSync(path.join(entry, 'lib'));
    return current && existsSync(path.join(target, ADDON)) ? 'ours' : 'absent';
  }
  const built = readdirSync(addons).some((name) => existsSync(path.join(addons, name, 'tfjs_binding.node')));
  const fetched = readdirSync(libraries).some((name) => /^(lib)?tensorflow/.test(name));
  return built && fetched ? 'stock' : 'absent';
}

/**
 * Copies the small part of a cache entry into node_modules (its JavaScript must find @tensorflow/tfjs there) and links
 * the libraries (850 MB, or 6 GB with CUDA).
 * @param {string} entry folder of the cache with `package/` and `lib/`
 * @param {string} target folder of the package in node_modules
 */
export function placePackage(entry, target) {
  const source = path.join(entry, 'package');
  // A hidden name: npm takes no notice of it, should this process be killed here.
  const fresh = path.join(path.dirname(target), `.${path.basename(target)}-${process.pid}`);
  mkdirSync(path.dirname(target), { recursive: true });
  rmSync(fresh, { recursive: true, force: true });
  cpSync(source, fresh, { recursive: true, filter: (file) => file !== path.join(source, 'deps/lib') });
  symlinkSync(path.join(entry, 'lib'), path.join(fresh, 'deps/lib'), 'dir');
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
}
