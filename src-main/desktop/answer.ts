/** Answers the window's requests: files of its build, and what the service computed. No Electron in here. */
import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { RESOURCE_PREFIX } from '../contract/resources.ts';
import { answerHeaders, APP_HOST, SCHEME } from './origin.ts';
import { WINDOW_TYPES } from '../service/window-types.ts';

/** What stands behind the window's addresses. */
export interface Sources {
  /** Folder of the window's build, absolute. */
  readonly files: string;
  resource(path: string): Promise<{
    readonly status: number;
    readonly type: string;
    readonly body: Uint8Array;
    readonly immutable: boolean;
  }>;
}

/** Folder in which the build puts files whose names change with their content. */
const HASHED = '/assets/';

export async function answer(address: string, method: string, sources: Sources): Promise<Response> {
  const url = URL.parse(address);
  if (url?.protocol !== `${SCHEME}:` || url.host !== APP_HOST) return refusal(404);
  if (method !== 'GET' && method !== 'HEAD') return refusal(405);
  const path = decoded(url.pathname);
  if (path === null) return refusal(400);
  if (path.startsWith(RESOURCE_PREFIX)) {
    // The address as it is: ids and numbers need no decoding, and what does is none of ours.
    const { status, type, body, immutable } = await sources.resource(url.pathname);
    return new Response(new Uint8Array(body), { status, headers: answerHeaders(url.pathname, type, immutable) });
  }
  return fileAnswer(path, sources.files);
}

/** @returns null for what no file's address looks like: a step out of the folder, a second separator, a zero byte */
function decoded(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    return /\\|\0|\/\/|(^|\/)\.\.?(\/|$)/.test(text) ? null : text;
  } catch {
    return null;
  }
}

async function fileAnswer(path: string, folder: string): Promise<Response> {
  const file = join(folder, path === '/' ? 'index.html' : path);
  const type = WINDOW_TYPES[extname(file)];
  // A file of an unknown kind is none that the window's build makes.
  if (type === undefined || !file.startsWith(folder + sep)) return refusal(404);
  try {
    const bytes = new Uint8Array(await readFile(file));
    return new Response(bytes, { headers: answerHeaders(path, type, path.startsWith(HASHED)) });
  } catch {
    return refusal(404);
  }
}

function refusal(status: number): Response {
  return new Response('', { status, headers: answerHeaders('/', 'text/plain; charset=utf-8', false) });
}
