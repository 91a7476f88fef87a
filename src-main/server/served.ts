/** What the server needs of the application behind it: see `service/application`. */
import type { AppEvent } from '../contract/app-events.ts';
import type { Result } from '../contract/operation.ts';

/** What is sent for an address under `/resource/`; the headers are the server's. */
export interface ResourceAnswer {
  readonly status: number;
  /** MIME type. */
  readonly type: string;
  readonly body: Uint8Array;
  /** The bytes of this address never change. */
  readonly immutable: boolean;
}

/** Names, inputs and paths come from outside; the application checks them. */
export interface ServedApplication {
  /** Never rejects. */
  invoke(name: string, input: unknown): Promise<Result<unknown>>;
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** Never rejects. */
  resource(path: string): Promise<ResourceAnswer>;
}
