import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineView, ProgramOutcome } from './machine-view.ts';

/** Node's own; the types that this project is compiled with know it only as a name of types. */
const wasm = (globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } }).WebAssembly;

/** Milliseconds: "nvidia-smi" takes two seconds on a machine with many cards. */
const PATIENCE = 10_000;

/** The machine that this runs on. */
export function realMachine(): MachineView {
  const asked = new Map<string, Promise<ProgramOutcome | null>>();
  return {
    platform: process.platform,
    arch: process.arch,
    env: process.env,
    home: homedir(),
    read: (file) => orElse(null, () => readFileSync(file, 'utf8')),
    list: (folder) => orElse([], () => readdirSync(folder)),
    exists: existsSync,
    writable: (file) =>
      orElse(false, () => {
        accessSync(file, constants.R_OK | constants.W_OK);
        return true;
      }),
    // Several engines ask the same programs.
    run: (program, args) => {
      const key = JSON.stringify([program, args]);
      const answer = asked.get(key) ?? runProgram(program, args);
      asked.set(key, answer);
      return answer;
    },
    packageFolder: (name) =>
      orElse(null, () => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))),
    acceptsModule: (bytes) => wasm.validate(bytes),
  };
}

function orElse<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}

function runProgram(program: string, args: readonly string[]): Promise<ProgramOutcome | null> {
  const ended = new Promise<ProgramOutcome | null>((resolve) => {
    // English, so that its words can be understood here.
    const env = { ...process.env, LC_ALL: 'C' };
    execFile(program, args, { env, timeout: PATIENCE, windowsHide: true }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else resolve(null);
    });
  });
  // A program that waits for a broken driver cannot even be killed.
  return Promise.race([ended, sleep(PATIENCE + 1000, null, { ref: false })]);
}
