/**
 * The channel between a compute process and its host. The process runs as a forked child of Node, or as Electron's
 * utility process, and knows only this interface.
 */
import type { Command, Report } from './protocol.ts';

export interface Channel {
  /** Tells the host. Where nobody listens any more, nothing happens: the process is about to end. */
  send(report: Report): void;
  onCommand(listener: (command: Command) => void): void;
  /** Called when the host is gone. */
  onLost(listener: () => void): void;
  /** Ends the process as soon as everything said has been delivered. */
  leave(): void;
}

/** The part of Electron's `process.parentPort` that is used here. */
export interface ParentPort {
  postMessage(message: unknown): void;
  /** `message`: `data` is what was sent. */
  on(event: string, listener: (event: { readonly data: unknown }) => void): unknown;
}

/** The part of a Node process that is used here. */
export interface ForkedProcess {
  readonly connected: boolean;
  /** Number of the process that is the parent now: another one once the host is gone (not on Windows). */
  readonly ppid: number;
  readonly send?: NodeJS.Process['send'];
  readonly parentPort?: ParentPort;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  disconnect(): void;
  exit(code?: number): void;
}

/** How often a utility process looks whether its host is still there. */
const WATCH = 1_000;
/** How long a process waits to be let go before it goes by itself. */
const GOODBYE = 3_000;

/**
 * The channel of this process.
 * @param self for tests; under Electron `process` has a `parentPort`
 */
export function openChannel(self: ForkedProcess = process): Channel {
  return self.parentPort === undefined ? forkedChannel(self) : utilityChannel(self, self.parentPort);
}

function forkedChannel(self: ForkedProcess): Channel {
  let lost: () => void = () => undefined;
  let leaving = false;
  self.on('disconnect', () => {
    if (leaving) self.exit();
    else lost();
  });
  return {
    send: (report) => void (self.connected && self.send?.(report, undefined, undefined, () => undefined)),
    onCommand: (listener) =>
      void self.on('message', (message) => {
        listener(message as Command);
      }),
    onLost(listener) {
      lost = listener;
    },
    leave() {
      leaving = true;
      // Disconnecting waits for what was sent.
      if (self.connected) self.disconnect();
      else self.exit();
    },
  };
}

function utilityChannel(self: ForkedProcess, port: ParentPort): Channel {
  let leaving = false;
  let released = false;
  const listeners: ((command: Command) => void)[] = [];
  port.on('message', ({ data }) => {
    const command = data as Command;
    if (command.type === 'end') released = true;
    if (leaving && released) self.exit();
    for (const listener of listeners) listener(command);
  });
  return {
    send: (report) => {
      port.postMessage(report);
    },
    onCommand: (listener) => void listeners.push(listener),
    onLost(listener) {
      const host = self.ppid;
      // Chromium ends the process of a host that was killed, but only seconds later.
      const watch = setInterval(() => {
        if (self.ppid === host) return;
        clearInterval(watch);
        listener();
      }, WATCH);
      watch.unref();
    },
    leave() {
      leaving = true;
      if (released) self.exit();
      // The port does not say when a message has been delivered, so the host answers the last one with "end".
      setTimeout(() => {
        self.exit();
      }, GOODBYE);
    },
  };
}
