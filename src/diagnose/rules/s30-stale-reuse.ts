// S30: a request went out on a kept connection that the server was just closing.

import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { settingOf } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText, refsOf } from './words.ts';

/** From the request to the close: a round trip, not a decision about the request. */
const MAX_MS = 1000;

export const s30StaleReuse: Rule = {
  id: 'S30',
  page: {
    title: 'kept connection closed under a new request',
    what: 'A client (mostly a proxy) sent a request on a connection that it had kept, while the server was closing it for being idle. The request is lost before it is read: 502 at the proxy. It happens whenever the server’s keep-alive is shorter than that of what stands before it.',
    wire: 'A connection that has served before; the request crosses with a FIN, or gets a reset within a round trip, and no response byte.',
    elsewhere:
      'Envoy: UC with 503; HAProxy: SH 502; nginx: `upstream prematurely closed connection` or errno 104.',
    apart: 'S34: the server kept the request for a while. S08: other connections end at the same moment.',
    help: [
      'Make the keep-alive of the server longer than that of the proxy (Node.js: `server.keepAliveTimeout` above 60 s for AWS ALB, above 600 s for GCP), and let the proxy repeat requests that got no byte.',
    ],
    sources: [
      { text: 'Node.js http: keepAliveTimeout', verified: true },
      { text: 'GCP load balancing: backend keepalive 600 s', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S34', 'S08'],
  claims: ({ streams }) => {
    const stale = streams.filter(isStale);
    return [...Map.groupBy(stale, serverKey).values()].map(claim);
  },
};

function isStale({ flow, exchange, phase, end }: Stream): boolean {
  if (phase !== 'head' || exchange?.request === undefined || exchange.protocol === 'http/2') return false;
  const served = flow.exchanges.some((other) => other !== exchange && other.complete !== undefined);
  const isClosed = end.by === 'server' && (end.kind === 'fin' || end.kind === 'rst');
  return served && isClosed && end.atMs - exchange.request.atMs <= MAX_MS;
}

/** How long the connection had been waiting for this request. */
function idleMs({ flow, exchange }: Stream): number {
  const before = flow.exchanges.findLast((other) => other !== exchange && other.complete !== undefined);
  return exchange!.request!.atMs - before!.complete!.atMs;
}

function claim(streams: readonly Stream[]): Claim {
  const address = addressOf(streams[0]!, 'server');
  const idles = streams.map(idleMs);
  const setting = settingOf(streams, 'server', Math.min(...idles), 'reuse');
  return {
    level: 'cause',
    sureness: 'sure',
    detail: `after ${rangeText(idles)} of waiting`,
    summary: `${address} closed ${count(streams.length, 'kept connection')} under a new request, before a byte of the response.`,
    streams,
    why: [
      {
        text: `a request on a connection that had served before and then waited ${rangeText(idles)}`,
        refs: refsOf(streams.map(({ exchange }) => exchange!.request!)),
      },
      endPoint(
        streams,
        `${streams[0]!.end.kind === 'fin' ? 'FIN' : 'RST'} from ${address} ${rangeText(streams.map(({ end, exchange }) => end.atMs - exchange!.request!.atMs))} after the request, on ${of(streams.length, streams.length)}`,
      ),
    ],
    help: [
      ...setting.help,
      `make the keep-alive of ${address} longer than that of ${addressOf(streams[0]!, 'client')}`,
    ],
    more: setting.more,
  };
}
