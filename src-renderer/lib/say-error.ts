import { toErrorValue } from '../../src-main/contract/errors.ts';
import { toast } from './toasts.svelte.ts';

/** Says in passing what went wrong, and what to do: for what was asked for by a click and has no place of its own. */
export function sayError(error: unknown): void {
  const { message, hint } = toErrorValue(error);
  toast({ kind: 'error', text: message, hint });
}
