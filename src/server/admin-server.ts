// The admin listener: what operators and their monitoring ask, never on the public one.

import { createServer, type RequestListener } from 'node:http';
import type { Registry } from 'prom-client';
import type { ListenAddress } from './listen-address.ts';
import { listenOn, type RunningServer } from './listening.ts';

/**
 * Serves `GET /metrics`.
 *
 * @throws HoldfastError `ERR_LISTEN` when the address cannot be listened on.
 */
export function startAdminServer(
  address: ListenAddress,
  metrics: Registry,
  onError: (error: Error) => void,
): Promise<RunningServer> {
  return listenOn(createServer(answerWith(metrics)), address, onError);
}

function answerWith(metrics: Registry): RequestListener {
  return async ({ method = 'GET', url }, res) => {
    if (url !== '/metrics') {
      res.writeHead(404, { 'content-type': 'text/plain' }).end('There is /metrics.\n');
    } else if (method !== 'GET' && method !== 'HEAD') {
      res.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      const text = await metrics.metrics();
      res.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
      res.end(method === 'HEAD' ? undefined : text);
    }
  };
}
