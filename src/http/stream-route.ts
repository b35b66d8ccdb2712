// GET /stream over node:http: for whatever the fast lane does not take, and for servers without one.

import { accessRequestOf } from './authorization.ts';
import { ResponseOutlet } from './response-outlet.ts';
import type { Exchange, Route } from './route.ts';
import { admitStream } from './stream-admission.ts';
import { STREAM_HEADERS } from './stream-headers.ts';

export const streamRoute: Route = {
  path: '/stream',
  methods: ['GET', 'HEAD'],
  async answer({ req, res, url, hub, options }: Exchange): Promise<void> {
    const open = await admitStream(accessRequestOf(req, url), hub, options);
    if (open === undefined) {
      // EventSource stops for good on 204, which is what an ended topic wants.
      res.writeHead(204, { 'cache-control': 'no-store' }).end();
      return;
    }
    if (req.method === 'HEAD') {
      res.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    if (res.destroyed || req.socket.destroyed) return;
    const outlet = new ResponseOutlet(res);
    res.writeHead(200, STREAM_HEADERS);
    open(outlet);
  },
};
