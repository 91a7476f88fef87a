/** How the window reaches the service: through the desktop app's bridge, or through the server the page came from. */
import type { AppEvent } from '../../src-main/contract/app-events.ts';
import type { Result } from '../../src-main/contract/operation.ts';
import { BrowserTransport } from './transport-browser.ts';
import { DesktopTransport, type DesktopBridge } from './transport-desktop.ts';

declare global {
  interface Window {
    /** Put there by the desktop app's preload script; absent in a browser. */
    readonly steadygaze?: DesktopBridge;
  }
}

/**
 * `lost`: nobody answers; it may come back. `replaced`: somebody answers, but does not know this window: Steadygaze was
 * started again and let another window in.
 */
export type Connection = 'open' | 'lost' | 'replaced';

/** What both ways can do. */
export interface Transport {
  /** Rejects only where the service cannot be reached at all. */
  invoke(name: string, input: unknown): Promise<Result<unknown>>;
  /** @returns a function that ends it */
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** Told whenever the service is lost or found again. @returns a function that ends it */
  onConnection(listener: (connection: Connection) => void): () => void;
  /** Absolute path of a dropped file, null where pages are not told (every browser). */
  pathOf(file: File): string | null;
}

/** The transport of this window. */
export function openTransport(): Transport {
  return window.steadygaze ? new DesktopTransport(window.steadygaze) : new BrowserTransport(window.location);
}
