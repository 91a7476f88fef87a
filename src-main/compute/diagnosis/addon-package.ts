/** The three parts of an engine on TensorFlow's own library: the package, its addon, the library. */
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { missing, ok, unknown } from './check.ts';
import type { MachineView } from './machine-view.ts';

interface AddonPackage {
  readonly name: string;
  /** What the file name of TensorFlow's library begins with. */
  readonly library: string;
  /** How it is set up. */
  readonly setup: string;
}

export function packageChecks(machine: MachineView, { name, library, setup }: AddonPackage): EngineCheck[] {
  const checks = ['Package', 'Addon', 'TensorFlow'] as const;
  const folder = machine.packageFolder(name);
  const after = (from: number, what: string) =>
    checks.slice(from).map((check) => unknown(check, `Not looked at: ${what} comes first.`));
  if (folder === null) return [missing(checks[0], `${name} is not installed.`, setup), ...after(1, 'the package')];
  const present = ok(checks[0], name);

  const builds = machine
    .list(`${folder}/lib`)
    .map((build) => `${folder}/lib/${build}`)
    .filter((build) => machine.exists(`${build}/tfjs_binding.node`));
  if (builds.length === 0)
    return [
      present,
      missing(checks[1], 'The package came without the part that is made for this system.', setup),
      ...after(2, 'the addon'),
    ];
  const addon = ok(checks[1], `${builds[0]}/tfjs_binding.node`);

  // In `deps/lib`, or on Windows beside the addon.
  const found = [`${folder}/deps/lib`, ...builds]
    .flatMap((place) => machine.list(place).map((file) => ({ place, file })))
    .find(({ place, file }) => file.startsWith(library) && machine.exists(`${place}/${file}`));
  if (found !== undefined) return [present, addon, ok(checks[2], `${found.place}/${found.file}`)];
  const gone = 'It is not where the addon looks for it; the folder that it was kept in was perhaps emptied.';
  return [present, addon, missing(checks[2], gone, setup)];
}
