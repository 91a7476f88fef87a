/**
 * What the diagnosis sees of a machine. The checks are pure over this, so that machines that nobody here has (another
 * system, a driver too old, a container without its card) are written down as fixtures.
 */

export interface ProgramOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MachineView {
  readonly platform: NodeJS.Platform;
  /** Of the processor, as Node calls it: `x64`, `arm64`. */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's own folder. */
  readonly home: string;
  /** Text of a file; null where there is none or it may not be read. */
  read(file: string): string | null;
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): readonly string[];
  /** Whether something is there; a link that leads nowhere is not. */
  exists(file: string): boolean;
  /** Whether this user may read and write it. */
  writable(file: string): boolean;
  /** Runs a program for a few seconds at most; null where there is no such program, or it does not end. */
  run(program: string, args: readonly string[]): Promise<ProgramOutcome | null>;
  /** Folder of an installed package; null where it is not installed. */
  packageFolder(name: string): string | null;
  /** Whether this Node takes a WebAssembly module. */
  acceptsModule(bytes: Uint8Array): boolean;
}

/** How the start of an engine ended: it proved itself, or it was refused. */
export type Trial =
  | { readonly usable: true; readonly description: string }
  | { readonly usable: false; readonly reason: string; readonly hint: string };
