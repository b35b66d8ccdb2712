// The public listener: node:http with limits that fit streams, behind a front that serves the streams themselves.
// It knows sockets and addresses; what a request means is the hub's business.

import { createServer } from 'node:http';
import type { Hub } from '../http/create-hub.ts';
import type { Front } from '../http/front/front.ts';
import { answerClientError } from './client-error.ts';
import type { ListenAddress } from './listen-address.ts';
import { listenOn, type RunningServer } from './listening.ts';

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

export interface RunningFront extends RunningServer {
  readonly front: Front;
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
): Promise<RunningFront> {
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
  const front = hub.front(httpServer);
  return { ...(await listenOn(front, address, onError)), front };
}
