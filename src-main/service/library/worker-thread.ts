/** One worker of the library, seen from whoever asks: started when it is needed, and again after it died. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Following } from './library.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { METHODS, type MethodName } from './methods.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SteadygazeError) => void;
  readonly following: Following | undefined;
  /** Stops listening to the signal. */
  readonly forget: () => void;
}

/** The part of a worker thread that is used here. Under Electron a process of its own plays it. */
export interface LibraryWorker {
  postMessage(message: ToWorker): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  on(event: 'error', listener: (cause: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

export class WorkerThread {
  readonly #make: () => LibraryWorker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: LibraryWorker | null = null;
  #calls = 0;
  #closed = false;

  /** @param make starts a worker */
  constructor(make: () => LibraryWorker) {
    this.#make = make;
  }

  get isRunning(): boolean {
    return this.#worker !== null;
  }

  /** Calls a method of the library in the worker. @throws SteadygazeError its own, or `job-crashed` */
  async call(method: MethodName, args: readonly unknown[]): Promise<unknown> {
    if (this.#closed) throw closedError();
    const given = [...args];
    const position = METHODS[method].following;
    const following = position === undefined ? undefined : (given.splice(position, 1)[0] as Following | undefined);
    if (following?.signal?.aborted === true) throw cancelled();
    const id = ++this.#calls;
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const cancel = () => this.#send({ type: 'cancel', id });
      following?.signal?.addEventListener('abort', cancel, { once: true });
      const forget = () => following?.signal?.removeEventListener('abort', cancel);
      this.#waiting.set(id, { resolve, reject, following, forget });
      // A program that only waits for an answer must not end before it.
      worker.ref();
      try {
        this.#send({ type: 'call', id, method, args: given });
      } catch (error) {
        this.#settle(id)?.reject(
          new SteadygazeError('internal', `The call ${method} cannot be sent.`, '', String(error)),
        );
      }
    });
  }

  /** Ends the worker. What is still waited for is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#rejectAll(closedError());
    await worker?.terminate();
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #start(): LibraryWorker {
    const worker = this.#make();
    let cause: unknown = null;
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', (error: unknown) => {
      cause = error;
    });
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#rejectAll(crashed(cause, code));
    });
    worker.unref();
    return worker;
  }

  #hear(message: FromWorker): void {
    if (message.type === 'progress') {
      this.#waiting.get(message.id)?.following?.onProgress?.(message.done, message.total);
      return;
    }
    const waiting = this.#settle(message.id);
    if (message.type === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(SteadygazeError.fromValue(message.error));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    waiting?.forget();
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    return waiting;
  }

  #rejectAll(error: SteadygazeError): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }
}

function crashed(cause: unknown, code: number): SteadygazeError {
  const details = cause instanceof Error ? (cause.stack ?? cause.message) : `exit code ${code}`;
  return new SteadygazeError(
    'job-crashed',
    'The part of Steadygaze that reads pictures and tables stopped unexpectedly.',
    'Try again; it has been started anew. Nothing that was saved is lost.',
    details,
  );
}

const cancelled = () => new SteadygazeError('cancelled', 'Stopped on request.');
const closedError = () => new SteadygazeError('cancelled', 'Steadygaze is being closed.');
