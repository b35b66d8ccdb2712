// The admin listener: what operators and their monitoring ask, never on the public one.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ListenAddress } from './listen-address.ts';
import { listenOn, type RunningServer } from './listening.ts';
import type { HubMetrics } from './metrics/hub-metrics.ts';

/**
 * Serves `GET /metrics`. `onError` hears of connections that cannot be accepted and of metrics that cannot be read.
 *
 * @throws HoldfastError `ERR_LISTEN` when the address cannot be listened on.
 */
export function startAdminServer(
  address: ListenAddress,
  metrics: Pick<HubMetrics, 'text' | 'contentType'>,
  onError: (error: Error) => void,
): Promise<RunningServer> {
  const server = createServer((req, res) => {
    answer(req, res, metrics).catch((error) => {
      onError(error as Error);
      res.writeHead(500, { 'content-type': 'text/plain' }).end('The metrics cannot be read.\n');
    });
  });
  return listenOn(server, address, onError, '--admin-listen');
}

async function answer(
  { method = 'GET', url = '/' }: IncomingMessage,
  res: ServerResponse,
  metrics: Pick<HubMetrics, 'text' | 'contentType'>,
): Promise<void> {
  if (url.split('?', 1)[0] !== '/metrics') {
    res.writeHead(404, { 'content-type': 'text/plain' }).end('There is /metrics.\n');
  } else if (method !== 'GET' && method !== 'HEAD') {
    res.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else {
    const text = await metrics.text();
    res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    res.end(method === 'HEAD' ? undefined : text);
  }
}
