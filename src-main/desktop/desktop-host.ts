/** Compute processes of the desktop app: Electron's utility processes, or plain Node's where those will not do. */
import { utilityProcess } from 'electron';
import { once } from 'node:events';
import type { EngineId } from '../compute/engine.ts';
import { forkingHost, SMALL_NURSERY } from '../jobs/compute-host.ts';
import type { ComputeHost, ComputeProcess } from '../jobs/compute-host.ts';
import type { Report } from '../jobs/protocol.ts';

/** Characters kept of the error output. */
const TAIL = 8_000;
/** How long the rest of the error output is waited for, once the process has ended. */
const LAST_WORDS_MS = 500;

export interface DesktopHost extends ComputeHost {
  /** Ends whatever still works, at once. */
  killAll(): void;
}

/** What cannot compute in a process of Electron: Dawn shares buffers with JavaScript, which Electron forbids. */
const NODE_ONLY: ReadonlySet<EngineId> = new Set(['webgpu']);

/**
 * @param entry file of the program, outside any archive
 * @param node  program of plain Node (plain-node.ts); null: there is none, all are utility processes
 * @param only  whether all processes are to be plain Node's, and not just those that must
 */
export function desktopHost(entry: string, node: string | null, only: boolean): DesktopHost {
  const working = new Set<ComputeProcess>();
  const forking = node === null ? null : forkingHost(entry, node);
  return {
    start(engine) {
      const plain = only || NODE_ONLY.has(engine) ? forking : null;
      const started = plain?.start(engine) ?? startUtility(entry);
      working.add(started);
      started.onExit(() => working.delete(started));
      return started;
    },
    killAll() {
      for (const each of working) each.kill();
    },
  };
}

function startUtility(entry: string): ComputeProcess {
  const child = utilityProcess.fork(entry, [], {
    serviceName: 'Steadygaze computing',
    execArgv: [`--js-flags=${SMALL_NURSERY}`],
    // Its words on standard output are a library's chatter; ours come as messages.
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' },
  });
  let errorOutput = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    errorOutput = (errorOutput + bytes.toString('utf8')).slice(-TAIL);
  });
  const said = child.stderr === null ? Promise.resolve() : once(child.stderr, 'close');
  let killed = false;
  const ended = new Promise<number>((resolve) => child.once('exit', resolve)).then(async (status) => {
    await Promise.race([said, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
    return status;
  });
  return {
    get pid() {
      return child.pid;
    },
    send: (command) => child.postMessage(command),
    kill() {
      killed = true;
      // SIGTERM would be heard by the program and taken for a wish to store what it has.
      if (child.pid !== undefined) endProcess(child.pid);
    },
    onReport: (listener) => void child.on('message', (report: Report) => listener(report)),
    onExit(listener) {
      void ended.then((status) => listener({ ...exitOf(status, killed), errorOutput }));
    },
  };
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * Electron tells how a process ended by the system's own number.
 * @param killed by us
 */
function exitOf(status: number, killed: boolean): { readonly code: number | null; readonly signal: string | null } {
  return killed ? { code: null, signal: 'SIGKILL' } : { code: status, signal: null };
}
