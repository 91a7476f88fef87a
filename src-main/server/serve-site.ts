/** Puts an application on a port of 127.0.0.1. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { Access } from './access.ts';
import { bareServer, Site, type SiteParts } from './http-server.ts';

export interface ServedSite {
  readonly port: number;
  /** A new address that works once; see {@link Access.newUrl}. */
  newUrl(): string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/**
 * @param port 0: any that is free
 * @throws SteadygazeError `busy` where the port is taken, `refused` where it may not be used
 */
export async function serveSite(port: number, parts: Omit<SiteParts, 'access'>): Promise<ServedSite> {
  const server = bareServer();
  const found = await listen(server, port);
  // Nothing was awaited since the first moment a request could come: none is missed.
  const access = new Access(found);
  const site = new Site(server, { ...parts, access });
  return {
    port: found,
    newUrl: () => access.newUrl(),
    close() {
      site.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Listens where nobody outside this computer can reach. @returns the port */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, port)));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}

function explain(error: Error, port: number): Error {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new SteadygazeError(
        'busy',
        `Another program already uses the port ${port}.`,
        'Choose another one with --port, or leave it out.',
      );
    case 'EACCES':
      return new SteadygazeError(
        'refused',
        `The system does not let Steadygaze use the port ${port}.`,
        'Choose one above 1023 with --port, or leave it out.',
      );
    default:
      return error;
  }
}
