import type { AppEvent } from '../../src-main/contract/app-events.ts';
import type { Result } from '../../src-main/contract/operation.ts';
import type { Connection, Transport } from './transport.ts';

/** Milliseconds before the first, second, ... attempt to reach the service again; the last one is repeated. */
const WAITS_MS = [250, 500, 1000, 2000, 4000];

/** What the server answers to a window that it has not let in. */
const NOT_ADMITTED = 401;

/** Asks by POST, hears by WebSocket; tries again for as long as the window is open. */
export class BrowserTransport implements Transport {
  readonly #origin: string;
  readonly #events = new Set<(event: AppEvent) => void>();
  readonly #connections = new Set<(connection: Connection) => void>();
  #attempts = 0;

  constructor(location: { readonly origin: string }) {
    this.#origin = location.origin;
    this.#connect();
  }

  async invoke(name: string, input: unknown): Promise<Result<unknown>> {
    const response = await this.#ask(name, input);
    // Anything but a result comes from the server itself, which explains itself to a person who opens a page.
    if (!response.headers.get('content-type')?.startsWith('application/json'))
      throw new Error(`status ${response.status}`);
    return (await response.json()) as Result<unknown>;
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    this.#connections.add(listener);
    return () => this.#connections.delete(listener);
  }

  pathOf(): null {
    return null;
  }

  #ask(name: string, input: unknown): Promise<Response> {
    return fetch(`${this.#origin}/invoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, input }),
    });
  }

  #connect(): void {
    const socket = new WebSocket(`${this.#origin.replace(/^http/, 'ws')}/events`);
    socket.addEventListener('open', () => {
      this.#attempts = 0;
      this.#tell('open');
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const event = JSON.parse(data) as AppEvent;
      for (const listener of this.#events) listener(event);
    });
    // Comes after a failed attempt as well as after a lost connection.
    socket.addEventListener('close', () => {
      void this.#tellLoss();
      const wait = WAITS_MS[Math.min(this.#attempts++, WAITS_MS.length - 1)];
      setTimeout(() => this.#connect(), wait);
    });
  }

  /** A WebSocket does not say why it was refused; a question does. */
  async #tellLoss(): Promise<void> {
    const status = await this.#ask('app.state', {}).then(
      (response) => response.status,
      () => null,
    );
    this.#tell(status === NOT_ADMITTED ? 'replaced' : 'lost');
  }

  #tell(connection: Connection): void {
    for (const listener of this.#connections) listener(connection);
  }
}
