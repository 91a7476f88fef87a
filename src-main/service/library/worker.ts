/** The thread or process that reads for the window: answers the calls of `LibraryClient` (client.ts), several at a time. */
import { parentPort } from 'node:worker_threads';
import { toErrorValue } from '../../contract/errors.ts';
import type { ParentPort } from '../../jobs/channel.ts';
import type { Following } from './library.ts';
import { LocalLibrary } from './local-library.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { METHODS } from './methods.ts';

type AnyMethod = (...args: readonly unknown[]) => Promise<unknown>;

/** Progress is told at most so often, in milliseconds: a window draws no faster, and messages are not free. */
const PROGRESS_EVERY = 100;

const library = new LocalLibrary();
const calls = new Map<number, AbortController>();

/** Electron's, where this is a utility process and no thread. */
const utilityPort = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;

/** Between processes buffers are copied, not handed over. */
function tell(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  if (parentPort !== null) parentPort.postMessage(message, transfer);
  else if (utilityPort !== undefined) utilityPort.postMessage(message);
  else if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function following(id: number, signal: AbortSignal): Following {
  let told = -Infinity;
  return {
    signal,
    onProgress(done, total) {
      const now = performance.now();
      if (now - told < PROGRESS_EVERY && done !== total) return;
      told = now;
      tell({ type: 'progress', id, done, total });
    },
  };
}

async function answer({ id, method, args }: Extract<ToWorker, { type: 'call' }>): Promise<void> {
  const controller = new AbortController();
  calls.set(id, controller);
  try {
    const given = [...args];
    const position = METHODS[method].following;
    if (position !== undefined) given[position] = following(id, controller.signal);
    const value = await (library[method].bind(library) as AnyMethod)(...given);
    const [sendable, buffers] = transferable(value);
    tell({ type: 'answer', id, value: sendable }, buffers);
  } catch (error) {
    tell({ type: 'error', id, error: toErrorValue(error) });
  } finally {
    calls.delete(id);
  }
}

/** The bytes of a resource are copied once and handed over: the library may keep its own for the next who asks. */
function transferable(value: unknown): [unknown, ArrayBuffer[]] {
  if (typeof value !== 'object' || value === null || !('body' in value) || !(value.body instanceof Uint8Array)) {
    return [value, []];
  }
  const body = new Uint8Array(value.body);
  return [{ ...value, body }, [body.buffer]];
}

function hear(message: ToWorker): void {
  if (message.type === 'cancel') calls.get(message.id)?.abort();
  else void answer(message);
}

if (parentPort !== null) parentPort.on('message', hear);
else if (utilityPort !== undefined) utilityPort.on('message', ({ data }) => hear(data as ToWorker));
else {
  process.on('message', hear);
  // Nobody would hear the answers.
  process.on('disconnect', () => process.exit());
}
