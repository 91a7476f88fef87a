/**
 * Loaded into a process before anything else (`node --import`): writes down every attempt to reach another computer, or
 * to look up a name, into the file that STEADYGAZE_NETWORK_WATCH names. Nothing is hindered.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const file = process.env['STEADYGAZE_NETWORK_WATCH'] ?? '';

/** Puts a note before each call of a function. */
function watch(owner: object, name: string): void {
  const original = Reflect.get(owner, name) as (this: unknown, ...args: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
    appendFileSync(file, `${name} ${JSON.stringify(args[0]) ?? ''}\n`);
    return original.apply(this, args);
  });
}

watch(net.Socket.prototype, 'connect');
watch(dgram.Socket.prototype, 'send');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  watch(dns, name);
  watch(dns.promises, name);
}
// A test must be able to tell "nothing happened" from "nothing was watched".
appendFileSync(file, 'watching\n');
