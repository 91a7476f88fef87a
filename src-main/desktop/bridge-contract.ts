/** What the preload script and the main process agree on. Two channels, whatever operations there are. */
import type { AppEvent } from '../contract/app-events.ts';
import type { Result } from '../contract/operation.ts';

export const INVOKE = 'invoke';
export const EVENT = 'event';

/** Characters of an operation's input, as JSON: a mark on 50,000 pictures fits. */
export const LONGEST_INPUT = 4 * 1024 * 1024;

/** What the window finds as `window.steadygaze`: all that it can reach outside itself. */
export interface Bridge {
  invoke(name: string, input: unknown): Promise<Result<unknown>>;
  /** @returns ends the listening */
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** Where a file or folder that was dropped on the window lies; empty where it lies nowhere. */
  pathOf(file: File): string;
}
