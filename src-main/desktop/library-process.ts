/**
 * A worker of the library as a process of its own. Not as a thread of the main process: the window's toolkit lives
 * there, see plain-node.ts.
 */
import { utilityProcess } from 'electron';
import { fork } from 'node:child_process';
import type { LibraryWorker } from '../service/library/worker-thread.ts';

/** Something that emits; each kind of process types its events by overloads of its own. */
interface AnyEmitter {
  on(event: string, listener: (value: never) => void): unknown;
}

/**
 * @param entry file of the program, outside any archive
 * @param node  program of plain Node; null: Electron's utility process
 */
export function libraryProcess(entry: string, node: string | null): LibraryWorker {
  return node === null ? utility(entry) : plain(entry, node);
}

function utility(entry: string): LibraryWorker {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Steadygaze reading', stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    postMessage: (message) => child.postMessage(message),
    // What goes wrong in a process is told by its exit.
    on: (event: string, listener: (value: never) => void) =>
      event === 'error' ? child : (child as unknown as AnyEmitter).on(event, listener),
    // It never keeps the app from ending.
    ref: () => undefined,
    unref: () => undefined,
    async terminate() {
      if (child.kill()) await ended;
    },
  };
}

function plain(entry: string, node: string): LibraryWorker {
  const child = fork(entry, [], {
    execPath: node,
    // A small nursery: reading 100,000 pictures else leaves 90 MB more lying about.
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'],
    // Bytes cross as bytes and not as JSON.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    postMessage: (message) => void (child.connected && child.send(message, () => undefined)),
    on: (event: string, listener: (value: never) => void) => (child as unknown as AnyEmitter).on(event, listener),
    ref: () => undefined,
    unref: () => undefined,
    async terminate() {
      // It keeps nothing that is not on disk already.
      if (child.kill('SIGKILL')) await ended;
    },
  };
}
