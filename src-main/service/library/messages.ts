/** What is said between the client of the library and a worker. */
import type { ErrorValue } from '../../contract/errors.ts';
import type { MethodName } from './methods.ts';

export type ToWorker =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly method: MethodName;
      /** Without the argument that follows the call. */
      readonly args: readonly unknown[];
    }
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'progress'; readonly id: number; readonly done: number; readonly total: number | null }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorValue };
