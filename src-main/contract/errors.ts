/**
 * Errors that reach a person. Every failure a user can meet has a stable code, one sentence that a
 * non-programmer understands, and what to do next. They cross process borders as plain values.
 */
export type ErrorCode =
  | 'bad-argument'
  | 'unknown-setting'
  | 'impossible-value'
  | 'not-found'
  | 'data-empty'
  | 'data-one-class'
  | 'data-unreadable'
  | 'data-changed'
  | 'study-exists'
  | 'study-locked'
  | 'study-newer'
  | 'study-corrupt'
  | 'study-unwritable'
  | 'disk-full'
  | 'checkpoint-corrupt'
  | 'engine-unavailable'
  | 'engine-failed'
  | 'engine-lost'
  | 'out-of-memory'
  | 'weights-invalid'
  | 'training-diverged'
  | 'job-crashed'
  | 'busy'
  | 'refused'
  | 'disconnected'
  | 'download-failed'
  | 'cancelled'
  | 'internal';

/** An error as it crosses a process border or is printed with `--json`. */
export interface ErrorValue {
  readonly code: ErrorCode;
  /** One sentence: what happened. */
  readonly message: string;
  /** One sentence: what to do next. Empty when there is nothing to do. */
  readonly hint: string;
  /** Technical context for a bug report; never needed to understand the message. */
  readonly details?: string;
}

/** The only error class thrown on purpose. Carries an {@link ErrorValue}. */
export class SteadygazeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: string | undefined;

  constructor(code: ErrorCode, message: string, hint = '', details?: string) {
    super(message);
    this.name = 'SteadygazeError';
    this.code = code;
    this.hint = hint;
    this.details = details;
  }

  toValue(): ErrorValue {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  static fromValue(value: ErrorValue): SteadygazeError {
    return new SteadygazeError(value.code, value.message, value.hint, value.details);
  }
}

/** Node's error code ("ENOENT", "ENOSPC", ...) of anything thrown, or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Turns anything thrown into an {@link ErrorValue}. Known system errors (disk full, no permission)
 * get their sentence here, once, so that no caller has to remember them.
 */
export function toErrorValue(error: unknown): ErrorValue {
  if (error instanceof SteadygazeError) return error.toValue();
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'disk-full',
        message: 'The disk is full.',
        hint: 'Free some space and resume; everything up to the last checkpoint is kept.',
        details,
      };
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return {
        code: 'study-unwritable',
        message: 'A file or folder may not be read or written.',
        hint: 'Check the permissions of the folder, or choose another one.',
        details,
      };
    default:
      return {
        code: 'internal',
        message: `Something went wrong that Steadygaze did not expect: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'Please report it with the details; nothing already saved is lost.',
        details,
      };
  }
}
