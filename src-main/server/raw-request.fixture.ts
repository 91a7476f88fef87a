/** Requests as no browser would send them: any address, any headers, a body that is only announced or never ends. */
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** As it stands in the request line. */
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends this again and again until the server has had enough. @returns bytes sent are in `sent` */
  readonly flood?: Buffer;
}

/** @returns the first answer; status 0 where the server just hung up */
export function rawRequest(port: number, request: RawRequest): Promise<RawAnswer & { readonly sent: number }> {
  const { method = 'GET', target = '/', headers = {}, body = '', flood } = request;
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let text = '';
    let over = false;
    const end = () => {
      over = true;
      socket.destroy();
      resolve({ ...parse(text), sent: socket.bytesWritten });
    };
    const more = () => {
      if (flood !== undefined && !over) socket.write(flood, more);
    };
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      if (isWhole(text, method === 'HEAD')) end();
    });
    socket.on('close', end);
    socket.on('error', () => undefined);
    socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1', more);
  });
}

function isWhole(text: string, headersOnly: boolean): boolean {
  const at = text.indexOf('\r\n\r\n');
  if (at < 0) return false;
  const { headers, body, status } = parse(text);
  return headersOnly || status === 101 || body.length >= Number(headers.get('content-length') ?? 0);
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') };
}
