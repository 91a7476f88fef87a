/** Reading what was posted, and no more than that. */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './request-rules.ts';

export interface BodyLimits {
  readonly bytes: number;
  /** Milliseconds until the last byte must be there. */
  readonly time: number;
}

export const BODY_LIMITS: BodyLimits = { bytes: 4 * 1024 * 1024, time: 20_000 };

/** The body as text, or why it was not read to its end. Never rejects. */
export async function readBody(
  request: IncomingMessage,
  { bytes, time }: BodyLimits = BODY_LIMITS,
): Promise<string | Refusal> {
  if (Number(request.headers['content-length'] ?? 0) > bytes)
    return { status: 413, reason: 'a body that is too large' };
  const parts: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const late = setTimeout(() => end({ status: 408, reason: 'a body that came too slowly' }), time);
    const end = (result: string | Refusal) => {
      clearTimeout(late);
      request.off('data', take);
      request.pause();
      resolve(result);
    };
    const take = (part: Buffer) => {
      length += part.length;
      if (length > bytes) return end({ status: 413, reason: 'a body that is too large' });
      parts.push(part);
    };
    request.on('data', take);
    request.once('end', () => end(Buffer.concat(parts).toString('utf8')));
    const broken = () => end({ status: 400, reason: 'a body that broke off' });
    request.once('error', broken);
    request.once('close', broken);
  });
}
