/** Talking to the server from outside the window: what it answers, and how long everything else keeps it from it. */
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Input, OperationName, Output } from '../src-main/contract/operations.ts';
import type { Result } from '../src-main/contract/operation.ts';
import { quantile } from './window-tasks.ts';

/** Round trips of the smallest question there is, milliseconds. */
export interface RoundTrips {
  readonly count: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

/** Milliseconds between two questions. */
const EVERY = 20;

export class ServerTalk {
  readonly #origin: URL;
  readonly #cookie: string;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(origin: URL, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  /** @param page a window that the server has let in */
  static async of(page: Page): Promise<ServerTalk> {
    const origin = new URL('/', page.url());
    const cookies = await page.context().cookies(origin.href);
    return new ServerTalk(origin, cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
  }

  /** @throws Error with what the server says is wrong */
  async call<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const result = JSON.parse(await this.#post(JSON.stringify({ name, input }))) as Result<Output<Name>>;
    if (result.ok) return result.value;
    throw new Error(`${name}: ${result.error.message} ${result.error.hint}`);
  }

  /** Asks all the time until the work is done; it is late by as much as the server's main thread is busy. */
  async during(work: () => Promise<void>): Promise<RoundTrips> {
    const taken: number[] = [];
    const going = { on: true };
    const asking = this.#ask(taken, going);
    try {
      await work();
    } finally {
      going.on = false;
      await asking;
    }
    taken.sort((a, b) => a - b);
    const at = (share: number) => quantile(taken, share);
    return { count: taken.length, median: at(0.5), p99: at(0.99), longest: at(1) };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(taken: number[], going: { on: boolean }): Promise<void> {
    const question = JSON.stringify({ name: 'app.cancelTask', input: { task: 'none' } });
    while (going.on) {
      const began = performance.now();
      await this.#post(question);
      const milliseconds = performance.now() - began;
      taken.push(milliseconds);
      await wait(Math.max(0, EVERY - milliseconds));
    }
  }

  #post(body: string): Promise<string> {
    const { hostname, port, origin } = this.#origin;
    const headers = { 'content-type': 'application/json', cookie: this.#cookie, origin };
    return new Promise((resolve, reject) => {
      const asked = request(
        { hostname, port, path: '/invoke', method: 'POST', headers, agent: this.#agent },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => (text += part));
          answer.on('end', () => resolve(text));
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }
}
