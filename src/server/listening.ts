// Listening and closing, the same for every listener of the process: clear errors, and an end that is bounded in time.

import type { AddressInfo, Server } from 'node:net';
import { HoldfastError } from '../base/errors.ts';
import { type ListenAddress, urlOf } from './listen-address.ts';

/** After the streams have ended: how long answers that are under way may still take. */
const CLOSE_TIMEOUT_MS = 2000;

const IDLE_SWEEP_MS = 50;

/**
 * Connections that may wait to be accepted; the kernel takes at most `net.core.somaxconn` (4,096). With Node's 511 a
 * storm of 5,000 connects is dropped in part, and comes again after a second or three.
 */
const BACKLOG = 65_535;

export interface RunningServer {
  readonly address: ListenAddress;
  readonly url: string;
  /** Takes no more connections. Those that are open stay. */
  stopListening(): void;
  /** Closes what is left: idle connections at once, all others within 2 s. Call it after the streams ended. */
  close(): Promise<void>;
}

/** What a node:http server and a front have in common. */
type ClosableServer = Server & { closeIdleConnections(): void; closeAllConnections(): void };

/**
 * Listens on an address. `onError` hears of what fails later; `flag` is the option that sets the address.
 *
 * @throws HoldfastError `ERR_LISTEN` when the address cannot be listened on.
 */
export async function listenOn(
  server: ClosableServer,
  address: ListenAddress,
  onError: (error: Error) => void,
  flag = '--listen',
): Promise<RunningServer> {
  await listen(server, address, flag);
  // Accepting can fail later, for want of memory, say. Unheard, it would end the process and every stream.
  server.on('error', onError);
  const bound = { host: address.host, port: (server.address() as AddressInfo).port };
  return {
    address: bound,
    url: urlOf(bound),
    stopListening: () => void server.close(),
    close: async () => {
      if (server.listening) server.close();
      // Not by the event `close`: a listener that was closed for a while, idle, has emitted it before.
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      const look = () => server.getConnections((_, count) => count === 0 && resolve());
      // A connection turns idle when its last answer has been handed to the kernel, and says nothing about it.
      const sweep = setInterval(() => {
        server.closeIdleConnections();
        look();
      }, IDLE_SWEEP_MS);
      const giveUp = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      server.closeIdleConnections();
      look();
      await closed;
      clearInterval(sweep);
      clearTimeout(giveUp);
    },
  };
}

/** Opens a listener that was closed for a while. */
export function listenAgain(server: Server, address: ListenAddress): Promise<void> {
  return listen(server, address, '--listen');
}

function listen(server: Server, address: ListenAddress, flag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(listenFailure(error, address, flag));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function listenFailure(
  error: NodeJS.ErrnoException,
  { host, port }: ListenAddress,
  flag: string,
): HoldfastError {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const [why, help] = reasons[error.code ?? ''] ?? [error.message, 'Choose another address'];
  return new HoldfastError('ERR_LISTEN', `Cannot listen on ${where}: ${why}`, `${help} (${flag})`, {
    cause: error,
  });
}

const reasons: Readonly<Record<string, readonly [why: string, help: string]>> = {
  EADDRINUSE: ['the port is taken', 'Stop what uses it, or choose another'],
  EACCES: ['this user may not use the port', 'Choose a port from 1024 up'],
  EADDRNOTAVAIL: ['the address is not one of this machine', 'Choose an address of this machine'],
  ENOTFOUND: ['the name has no address', 'Check the name, or write an address such as 127.0.0.1:8080'],
  EAI_AGAIN: ['the name cannot be looked up now', 'Write an address such as 127.0.0.1:8080'],
};
