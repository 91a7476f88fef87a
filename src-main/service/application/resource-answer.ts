/** Pictures, tables and reports by address. Whatever the address is, there is an answer. */
import type { ErrorCode, ErrorValue } from '../../contract/errors.ts';
import { SteadygazeError, toErrorValue } from '../../contract/errors.ts';
import { parseResource } from '../../contract/resources.ts';
import type { Library, ResourceBody } from '../library/library.ts';

/** What a shell sends; headers are its own matter. */
export interface ResourceAnswer extends ResourceBody {
  /** As in HTTP. */
  readonly status: number;
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  'bad-argument': 400,
  'not-found': 404,
  'data-changed': 404,
  refused: 403,
  busy: 503,
  cancelled: 503,
  disconnected: 503,
};

/** @param study folder of the open study. Never rejects. */
export async function answerResource(
  library: Library,
  study: string | null,
  path: string,
  onUnexpected: (error: ErrorValue) => void,
): Promise<ResourceAnswer> {
  try {
    const resource = typeof path === 'string' ? parseResource(path) : null;
    // Downloads lie with the shell that offered them.
    if (resource === null || resource.kind === 'download') {
      throw new SteadygazeError('not-found', 'There is nothing at this address.');
    }
    return { status: 200, ...(await library.resource(study, resource)) };
  } catch (error) {
    const value = toErrorValue(error);
    if (value.code === 'internal') onUnexpected(value);
    return failedResource(value);
  }
}

export function failedResource(error: ErrorValue): ResourceAnswer {
  const body = new TextEncoder().encode(JSON.stringify(error));
  return { status: STATUS[error.code] ?? 500, type: 'application/json', body, immutable: false };
}
