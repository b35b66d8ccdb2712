// The public listener: node:http with limits that fit streams, behind a front that serves the streams themselves.
// It knows sockets and addresses; what a request means is the hub's business.

import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { HoldfastError } from '../base/errors.ts';
import type { Hub } from '../http/create-hub.ts';
import { answerClientError } from './client-error.ts';
import { type ListenAddress, urlOf } from './listen-address.ts';

/** A client that has not sent its request head by then is closed; nobody needs as long for a head. */
const HEADERS_TIMEOUT_MS = 10_000;

/** The same for a whole request with its body. A stream's request has no body, so this never ends a stream. */
const REQUEST_TIMEOUT_MS = 60_000;

/** How often both limits are looked at, so how late they may be. */
const CHECK_INTERVAL_MS = 2000;

/**
 * Longer than the idle timeout of load balancers in front (60 s by default on AWS ALB): whoever keeps the
 * connection longer closes it while the other sends the next request on it, which clients see as a 502.
 */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** After the streams have ended: how long answers that are under way may still take. */
const CLOSE_TIMEOUT_MS = 2000;

const IDLE_SWEEP_MS = 50;

export interface RunningServer {
  readonly address: ListenAddress;
  readonly url: string;
  /** Takes no more connections. Those that are open stay. */
  stopListening(): void;
  /** Closes what is left: idle connections at once, all others within 2 s. Call it after the streams ended. */
  close(): Promise<void>;
}

/**
 * Listens on an address.
 *
 * @throws HoldfastError `ERR_LISTEN` when the address cannot be listened on.
 */
export async function startServer(
  address: ListenAddress,
  hub: Pick<Hub, 'handle' | 'front'>,
  onError: (error: Error) => void,
): Promise<RunningServer> {
  const httpServer = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    hub.handle,
  );
  httpServer.on('clientError', answerClientError);
  const server = hub.front(httpServer);
  await listen(server, address);
  // Accepting can fail later, for want of memory, say. Unheard, it would end the process and every stream.
  server.on('error', onError);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const bound = { host: address.host, port: (server.address() as AddressInfo).port };
  return {
    address: bound,
    url: urlOf(bound),
    stopListening: () => void server.close(),
    close: async () => {
      if (server.listening) server.close();
      // A connection turns idle when its last answer has been handed to the kernel, and says nothing about it.
      const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
      const giveUp = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      server.closeIdleConnections();
      await closed;
      clearInterval(sweep);
      clearTimeout(giveUp);
    },
  };
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(listenFailure(error, address));
    server.once('error', onError);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function listenFailure(error: NodeJS.ErrnoException, { host, port }: ListenAddress): HoldfastError {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const [why, help] = reasons[error.code ?? ''] ?? [error.message, 'Choose another address with --listen'];
  return new HoldfastError('ERR_LISTEN', `Cannot listen on ${where}: ${why}`, help, { cause: error });
}

const reasons: Readonly<Record<string, readonly [why: string, help: string]>> = {
  EADDRINUSE: ['the port is taken', 'Stop what uses it, or choose another with --listen'],
  EACCES: ['this user may not use the port', 'Choose a port from 1024 up with --listen'],
  EADDRNOTAVAIL: [
    'the address is not one of this machine',
    'Choose an address of this machine with --listen',
  ],
  ENOTFOUND: ['the name has no address', 'Check the name, or write an address such as 127.0.0.1:8080'],
  EAI_AGAIN: ['the name cannot be looked up now', 'Write an address such as 127.0.0.1:8080'],
};
