/**
 * Where compute processes come from. Under Node a forked process; a desktop shell brings its own implementation.
 * The host of a job (host.ts) knows only this interface.
 */
import { fork } from 'node:child_process';
import { extname, join } from 'node:path';
import type { EngineId } from '../compute/engine.ts';
import type { Command, Report } from './protocol.ts';

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it wrote to its error output: where a crashed library says why. */
  readonly errorOutput: string;
}

export interface ComputeProcess {
  readonly pid: number | undefined;
  send(command: Command): void;
  /** Ends it at once. */
  kill(): void;
  onReport(listener: (report: Report) => void): void;
  /** Called once. Every report that was sent has been heard before. */
  onExit(listener: (exit: ProcessExit) => void): void;
}

export interface ComputeHost {
  /** @param engine that it is going to compute with: not every kind of process can with every engine */
  start(engine: EngineId): ComputeProcess;
}

/**
 * For V8 of a compute process: a small nursery. Every operation leaves a little litter, which otherwise grows old beside
 * the tensors of a step: a process that trains for hours then holds 150 MB of it more, and keeps growing for 30,000 steps.
 */
export const SMALL_NURSERY = '--max-semi-space-size=2';

/** Characters kept of the error output. */
const TAIL = 8_000;

/**
 * The program of a compute process in a folder: beside this file, or, once bundled, in the folder of the main bundle
 * (a bundler may have put this very code elsewhere, so whoever bundles says where).
 */
function computeEntry(folder: string = import.meta.dirname): string {
  return join(folder, `compute-process${extname(import.meta.filename)}`);
}

/**
 * Compute processes as children of this process.
 * @param entry the program, see {@link computeEntry}
 * @param node  program of Node that runs it, absolute; default: this one
 */
export function forkingHost(entry: string, node: string = process.execPath): ComputeHost {
  return { start: () => startForked(entry, node) };
}

/** Compute processes as children of this Node process, from the program beside this file. */
export const nodeHost: ComputeHost = forkingHost(computeEntry());

function startForked(entry: string, execPath: string): ComputeProcess {
  const child = fork(entry, [], {
    execPath,
    // Its words on standard output are a library's chatter; ours come through the channel.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', SMALL_NURSERY],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' },
  });
  let errorOutput = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-TAIL);
  });
  return {
    pid: child.pid,
    send: (command) => void (child.connected && child.send(command, () => undefined)),
    kill: () => void child.kill('SIGKILL'),
    onReport: (listener) => void child.on('message', (report: Report) => listener(report)),
    onExit(listener) {
      let ended = false;
      const end = (code: number | null, signal: string | null) => {
        if (ended) return;
        ended = true;
        listener({ code, signal, errorOutput });
      };
      // 'close' and not 'exit': the channel and the error output have been read to their end.
      child.once('close', end);
      child.once('error', (error) => {
        errorOutput += error.message;
        if (child.pid === undefined) end(1, null);
      });
    },
  };
}
