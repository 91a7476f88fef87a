/** Events of the application to every window that listens: a WebSocket each. Windows say nothing on it. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { AppEvent } from '../contract/app-events.ts';
import type { ServedApplication } from './served.ts';

export interface FeedLimits {
  /** Windows at the same time. */
  readonly windows: number;
  /** Bytes kept for a window that does not take them. It reconnects and asks for the state anew. */
  readonly backlog: number;
  /** Milliseconds between questions whether a window is still there. */
  readonly ping: number;
}

const FEED_LIMITS: FeedLimits = { windows: 32, backlog: 8 * 1024 * 1024, ping: 30_000 };

/** Bytes of a message from a window: enough for none that means anything. */
const MOST_MESSAGE = 64;

export class EventFeed {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE, perMessageDeflate: false });
  readonly #silent = new WeakSet<WebSocket>();
  readonly #limits: FeedLimits;
  readonly #pinging: NodeJS.Timeout;
  readonly #forget: () => void;

  constructor(application: ServedApplication, limits: FeedLimits = FEED_LIMITS) {
    this.#limits = limits;
    this.#forget = application.onEvent((event) => this.#send(event));
    this.#pinging = setInterval(() => this.#ping(), limits.ping);
    this.#pinging.unref();
  }

  /** Takes over a connection whose request was let in. @returns false where there are too many windows */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#server.clients.size >= this.#limits.windows) return false;
    this.#server.handleUpgrade(request, socket, head, (window) => {
      window.on('error', () => window.terminate());
      window.on('pong', () => this.#silent.delete(window));
      window.on('message', (_data, isBinary) => {
        if (isBinary) window.close(1003, 'text only');
      });
    });
    return true;
  }

  close(): void {
    clearInterval(this.#pinging);
    this.#forget();
    for (const window of this.#server.clients) window.terminate();
    this.#server.close();
  }

  #send(event: AppEvent): void {
    if (this.#server.clients.size === 0) return;
    const text = JSON.stringify(event);
    for (const window of this.#server.clients) {
      if (window.readyState !== WebSocket.OPEN) continue;
      if (window.bufferedAmount > this.#limits.backlog) window.terminate();
      else window.send(text);
    }
  }

  #ping(): void {
    for (const window of this.#server.clients) {
      if (this.#silent.has(window)) {
        window.terminate();
        continue;
      }
      this.#silent.add(window);
      window.ping();
    }
  }
}
