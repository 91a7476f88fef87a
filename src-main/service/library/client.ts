/**
 * The library as the main process has it: the same interface, answered by worker threads. There are two of one kind, so
 * that a report whose intervals take seconds never holds up a thumbnail: one for short questions, and one for long work
 * and for what only that one knows (data sets that were just looked at, reports that were just made).
 */
import { isAbsolute } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Resource } from '../../contract/resources.ts';
import type { Library } from './library.ts';
import { METHOD_NAMES, METHODS, type MethodName } from './methods.ts';
import { WorkerThread, type LibraryWorker } from './worker-thread.ts';

export type LibraryClient = Library & {
  /** Ends the threads; what is still waited for is rejected. */
  close(): Promise<void>;
};

export interface LibraryClientOptions {
  /** Program of the worker. Default: worker.ts beside this file, or `library-worker.js` beside the bundle. */
  readonly entry?: URL | string;
  /** Starts a worker, where it is to be something else than a thread of this process. */
  readonly make?: () => LibraryWorker;
}

export const LibraryClient = {
  /** The threads begin with the first call. */
  start({ entry = defaultEntry(), make = () => thread(entry) }: LibraryClientOptions = {}): LibraryClient {
    const short = new WorkerThread(make);
    const long = new WorkerThread(make);
    const call = async (method: MethodName, args: readonly unknown[]): Promise<unknown> => {
      const first = threadFor(method, args);
      if (first !== 'either') return (first === 'long' ? long : short).call(method, args);
      try {
        return await short.call(method, args);
      } catch (error) {
        if (!(error instanceof SteadygazeError) || error.code !== 'not-found' || !long.isRunning) throw error;
        // Perhaps a picture of a data set that was just looked at, while a study is open.
        return long.call(method, [null, ...args.slice(1)]).catch(() => Promise.reject(error));
      }
    };
    const methods = Object.fromEntries(
      METHOD_NAMES.map((method) => [method, (...args: readonly unknown[]) => call(method, args)]),
    );
    // Every name of the interface is in METHODS: the compiler checked it there.
    return {
      ...(methods as unknown as Library),
      close: async () => {
        await Promise.all([short.close(), long.close()]);
      },
    };
  },
};

const thread = (entry: URL | string): LibraryWorker =>
  new Worker(entry, { name: 'steadygaze-library', resourceLimits: { maxYoungGenerationSizeMb: 24 } });

function threadFor(method: MethodName, args: readonly unknown[]): 'short' | 'long' | 'either' {
  if (method === 'classPictures' || method === 'problems') {
    // The id of an inspection, which is no path.
    return isAbsolute(String(args[0])) ? 'short' : 'long';
  }
  if (method === 'resource') {
    const [study, resource] = args as [string | null, Resource];
    if (resource.kind === 'report' || study === null) return 'long';
    return resource.kind === 'picture' ? 'either' : 'short';
  }
  return METHODS[method].length;
}

function defaultEntry(): URL {
  const here = import.meta.url;
  // Put together at run time, so that a bundler does not take the worker's source for a file to copy.
  const name = here.endsWith('.ts') ? 'worker.ts' : 'library-worker.js';
  return new URL(name, here.replace(/\/parts\/[^/]*$/, '/'));
}
