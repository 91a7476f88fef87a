/**
 * Prepares batches in threads of their own while the engine computes. Most engines hold up this thread for a whole step,
 * so nothing here waits for a turn of the event loop where a batch is ready: messages are taken out of the port by hand.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { SteadygazeError } from '../contract/errors.ts';
import type { PixelOwner } from '../datasets/cache/pixel-cache.ts';
import type { TrainingData } from '../method/data.ts';
import { type BatchLoader, type OrderedBatch, prepareBatch } from '../method/loading.ts';
import type { TrainingPlan } from '../method/loading-plan.ts';
import type { LoaderAnswer, LoaderOrder, LoaderSetting } from './loader-protocol.ts';

/** One is enough beside a processor that computes; a graphics card can be faster than one. */
const MOST_THREADS = 4;
/** Decoded pixels that all threads together keep in memory. */
const MEMORY_BYTES = 256 * 1024 ** 2;
/** How long threads may take to end of themselves, in milliseconds. */
const FAREWELL = 2_000;

export interface LoaderOptions {
  /** The training pictures, in the order of the training data. */
  readonly samples: readonly PixelOwner[];
  /** Where their decoded pixels are. */
  readonly folder: string;
  /** What prepares a batch here, should a thread end unexpectedly. */
  readonly data: Pick<TrainingData, 'size' | 'read'>;
  /** Default: by the number of processors. */
  readonly threads?: number;
  /** Program of the threads. Default: loader-thread.ts beside this file, or beside the bundle. */
  readonly entry?: URL;
}

/** Batch of a thread that has not been released yet. */
interface Ticket {
  answer: LoaderAnswer | null;
  /** Told once when there is an answer, or never will be one. */
  wake: (() => void) | null;
}

/** Close it. */
export class ThreadLoader implements BatchLoader {
  readonly ahead: number;
  readonly #options: LoaderOptions;
  readonly #threads: LoaderThread[];
  /** Memory of batches that are over. */
  readonly #spare: ArrayBuffer[] = [];
  #next = 0;

  /** The threads begin at once, so that they are ready when the first batch is wanted. */
  constructor(options: LoaderOptions) {
    this.#options = options;
    const threads = options.threads ?? Math.max(1, Math.min(MOST_THREADS, Math.floor(availableParallelism() / 2)));
    const { folder, data } = options;
    const setting = { folder, size: data.size, memoryBytes: Math.floor(MEMORY_BYTES / threads) };
    this.#threads = Array.from({ length: threads }, () => new LoaderThread(options.entry ?? defaultEntry(), setting));
    this.ahead = threads + 1;
  }

  order(indices: Int32Array, plan: TrainingPlan | null): OrderedBatch {
    const ticket = this.#next++;
    const thread = this.#threads[ticket % this.#threads.length];
    const { samples, data } = this.#options;
    const values = indices.length * data.size ** 2 * 3;
    const spare = this.#spare.findIndex(({ byteLength }) => byteLength >= 4 * values);
    const [buffer = null] = spare < 0 ? [] : this.#spare.splice(spare, 1);
    // Nothing else of the samples crosses over.
    const owners = Array.from(indices, (index): PixelOwner => {
      const { id, hash, maskHash } = samples[index];
      return { id, hash, maskHash };
    });
    const pending = thread.ask({ ticket, samples: owners, plan, buffer });
    return {
      take: async () => {
        const answer = await thread.answerTo(pending);
        // The thread has ended: slower from here on, but the same.
        if (answer === null) return prepareBatch(data, indices, plan);
        if ('error' in answer) throw SteadygazeError.fromValue(answer.error);
        return answer.values;
      },
      release: () => {
        thread.forget(ticket);
        const { answer } = pending;
        if (answer === null || 'error' in answer || this.#spare.length > this.ahead) return;
        this.#spare.push(answer.values.buffer);
      },
    };
  }

  async close(): Promise<void> {
    this.#spare.length = 0;
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class LoaderThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #tickets = new Map<number, Ticket>();
  readonly #ended: Promise<void>;
  #hasEnded = false;

  constructor(entry: URL, setting: Omit<LoaderSetting, 'port'>) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const workerData: LoaderSetting = { ...setting, port: port2 };
    this.#worker = new Worker(entry, { name: 'steadygaze-loader', workerData, transferList: [port2] });
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#hasEnded = true;
        for (const ticket of this.#tickets.values()) ticket.wake?.();
        resolve();
      };
      // Why it ended does not matter: what it was asked for is done without it.
      this.#worker.once('error', end).once('exit', end);
    });
    port1.on('message', (answer: LoaderAnswer) => this.#hear(answer));
    // A process that has nothing else to do may end.
    port1.unref();
    this.#worker.unref();
  }

  ask(order: NonNullable<LoaderOrder>): Ticket {
    const ticket: Ticket = { answer: null, wake: null };
    this.#tickets.set(order.ticket, ticket);
    this.#port.postMessage(order, order.buffer === null ? [] : [order.buffer]);
    return ticket;
  }

  /** Null where the thread has ended without one. */
  async answerTo(ticket: Ticket): Promise<LoaderAnswer | null> {
    for (let message = this.#receive(); message !== undefined; message = this.#receive()) this.#hear(message.message);
    if (ticket.answer === null && !this.#hasEnded) {
      this.#port.ref();
      await new Promise<void>((resolve) => {
        ticket.wake = resolve;
      });
      this.#port.unref();
    }
    return ticket.answer;
  }

  forget(ticket: number): void {
    this.#tickets.delete(ticket);
  }

  async close(): Promise<void> {
    this.#port.postMessage(null satisfies LoaderOrder);
    const late = setTimeout(() => void this.#worker.terminate(), FAREWELL);
    this.#worker.ref();
    if (!this.#hasEnded) await this.#ended;
    clearTimeout(late);
    this.#port.close();
  }

  #receive(): { message: LoaderAnswer } | undefined {
    return receiveMessageOnPort(this.#port);
  }

  #hear(answer: LoaderAnswer): void {
    const ticket = this.#tickets.get(answer.ticket);
    if (ticket === undefined) return;
    ticket.answer = answer;
    ticket.wake?.();
  }
}

function defaultEntry(): URL {
  const here = import.meta.url;
  // Put together at run time, so that a bundler does not take the thread's source for a file to copy.
  const name = `loader-thread${here.endsWith('.ts') ? '.ts' : '.js'}`;
  return new URL(name, here.replace(/\/parts\/[^/]*$/, '/'));
}
