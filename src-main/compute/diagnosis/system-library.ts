import type { MachineView } from './machine-view.ts';

/** Where the loader looks when its own index cannot be read. */
const USUAL_FOLDERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/lib64', '/usr/lib', '/lib'],
    ...['/usr/local/lib', '/usr/lib/wsl/lib'],
  ],
  darwin: ['/usr/local/lib', '/opt/homebrew/lib'],
};

/** A path of the machine that is looked at, whatever system this runs on. */
const join = (machine: MachineView, folder: string, name: string) =>
  machine.platform === 'win32' ? `${folder}\\${name}` : `${folder}/${name}`;

/** Looks for shared libraries where the system's loader would: the folders of the environment, its index, the usual ones. */
export class SystemLibraries {
  readonly #machine: MachineView;
  /** Name -> path, from the loader's index. */
  readonly #indexed: ReadonlyMap<string, string>;

  private constructor(machine: MachineView, indexed: ReadonlyMap<string, string>) {
    this.#machine = machine;
    this.#indexed = indexed;
  }

  static async of(machine: MachineView): Promise<SystemLibraries> {
    const indexed = new Map<string, string>();
    if (machine.platform === 'linux') {
      const index = (await machine.run('/sbin/ldconfig', ['-p'])) ?? (await machine.run('ldconfig', ['-p']));
      // "	libcuda.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcuda.so.1"; others are for 32 bits.
      const bits = machine.arch === 'arm64' ? 'AArch64' : 'x86-64';
      for (const [, name, kind, path] of (index?.stdout ?? '').matchAll(/^\s*(\S+) \(([^)]*)\) => (\S+)$/gm))
        if (kind.includes(bits) && !indexed.has(name)) indexed.set(name, path);
    }
    return new SystemLibraries(machine, indexed);
  }

  /** Path of a library, null where the loader finds none. */
  find(name: string): string | null {
    const machine = this.#machine;
    const first = this.#environment().map((folder) => join(machine, folder, name));
    const indexed = this.#indexed.get(name);
    const last = (USUAL_FOLDERS[machine.platform] ?? []).map((folder) => join(machine, folder, name));
    return (
      [...first, ...(indexed === undefined ? [] : [indexed]), ...last].find((path) => machine.exists(path)) ?? null
    );
  }

  #environment(): readonly string[] {
    const { platform, env } = this.#machine;
    if (platform === 'win32') {
      const system = `${env['SystemRoot'] ?? 'C:\\Windows'}\\System32`;
      return [system, ...(env['PATH'] ?? env['Path'] ?? '').split(';').filter((folder) => folder !== '')];
    }
    const variable = platform === 'darwin' ? env['DYLD_LIBRARY_PATH'] : env['LD_LIBRARY_PATH'];
    return (variable ?? '').split(':').filter((folder) => folder !== '');
  }
}
