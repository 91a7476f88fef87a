/**
 * Who may talk to the server. Other programs and other users of this computer reach 127.0.0.1 too, so whoever starts
 * the server gets an address with a secret that works once; it is exchanged for a cookie.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits. */
const SECRET_BYTES = 32;
const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

export class Access {
  readonly port: number;
  readonly #session = newSecret();
  #token: string | null = null;

  constructor(port: number) {
    this.port = port;
  }

  /** A new address for one browser; an earlier one that was not used yet stops working. */
  newUrl(): string {
    this.#token = newSecret();
    return `http://127.0.0.1:${this.port}/?token=${this.#token}`;
  }

  /** @returns the `Set-Cookie` that lets a browser in, null for a wrong or used token */
  redeem(token: string): string | null {
    if (this.#token === null || !sameSecret(token, this.#token)) return null;
    this.#token = null;
    // Strict: no other page can make the browser send it. Without an age it ends with the browser.
    return `${this.#cookie}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** @param header `Cookie` of a request */
  admits(header: string | undefined): boolean {
    const values = (header ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#cookie}=`));
    // Another server on another port of this address can set cookies for ours too: a wrong one beside ours is no matter.
    return values.some((pair) => sameSecret(pair.slice(this.#cookie.length + 1), this.#session));
  }

  /** Cookies know no ports, so the name does: several servers live beside each other. */
  get #cookie(): string {
    return `steadygaze-${this.port}`;
  }
}

/** Compares in a time that says nothing about where two texts differ, or how long they are. */
function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
