import type { AppEvent } from '../../src-main/contract/app-events.ts';
import type { Result } from '../../src-main/contract/operation.ts';
import type { Transport } from './transport.ts';

/** What the preload script offers the page, and nothing else. */
export interface DesktopBridge {
  invoke(name: string, input: unknown): Promise<Result<unknown>>;
  onEvent(listener: (event: AppEvent) => void): () => void;
  pathOf(file: File): string;
}

/** The service lives in the app's own main process: it is there for as long as the window is. */
export class DesktopTransport implements Transport {
  readonly #bridge: DesktopBridge;

  constructor(bridge: DesktopBridge) {
    this.#bridge = bridge;
  }

  invoke(name: string, input: unknown): Promise<Result<unknown>> {
    return this.#bridge.invoke(name, input);
  }

  onEvent(listener: (event: AppEvent) => void): () => void {
    return this.#bridge.onEvent(listener);
  }

  onConnection(): () => void {
    return () => undefined;
  }

  pathOf(file: File): string | null {
    const path = this.#bridge.pathOf(file);
    return path === '' ? null : path;
  }
}
