/**
 * A worker of the library as a process of its own. Not as a thread of the main process: on Linux the window's toolkit
 * lives there, and brings another GLib than the one inside sharp; the two in one process crash it.
 */
import { utilityProcess } from 'electron';
import type { LibraryWorker } from '../service/library/worker-thread.ts';

/** Electron types each event by an overload of its own; the names here are two of them. */
interface AnyEmitter {
  on(event: string, listener: (value: never) => void): unknown;
}

/** @param entry file of the program, outside any archive */
export function libraryProcess(entry: string): LibraryWorker {
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
