// GET /stream: subscribe and resume. It checks the request and chooses where to start; from there on the
// shard has the stream.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { shorten } from '../base/options.ts';
import { parseSubscription } from '../hub/parse-subscription.ts';
import { requestAccess } from './authorization.ts';
import { ResponseOutlet } from './response-outlet.ts';
import type { Exchange, Route } from './route.ts';
import { STREAM_HEADERS } from './stream-headers.ts';

export const streamRoute: Route = {
  path: '/stream',
  methods: ['GET', 'HEAD'],
  async answer({ req, res, url, hub, options }: Exchange): Promise<void> {
    const access = await requestAccess(options.authorize, req, url, options.authorizeTimeoutMs);
    const patterns = parseSubscription(url.searchParams.getAll('topic'), options.maxTopics);
    access.checkSubscribe(patterns);
    // Chosen now, not before the wait for `authorize`: the log may have moved on meanwhile.
    const start = hub.chooseStart({
      lastEventIdHeader: req.headers['last-event-id'] as string | undefined,
      lastEventIdQuery: url.searchParams.get('lastEventId') ?? undefined,
      fromEarliest: readFrom(url.searchParams),
    });
    if (hub.hasEnded(patterns, start)) {
      // EventSource stops for good on 204, which is what an ended topic wants.
      res.writeHead(204, { 'cache-control': 'no-store' }).end();
      return;
    }
    hub.shard.checkAdmission();
    if (req.method === 'HEAD') {
      res.writeHead(200, STREAM_HEADERS).end();
      return;
    }
    if (res.destroyed || req.socket.destroyed) return;
    const outlet = new ResponseOutlet(res);
    res.writeHead(200, STREAM_HEADERS);
    hub.shard.open({ outlet, patterns, start, expiresAtMs: access.expiresAtMs });
  },
};

function readFrom(query: URLSearchParams): boolean {
  const from = query.get('from');
  if (from === null) return false;
  if (from === 'earliest') return true;
  throw new HoldfastError(
    'ERR_BAD_QUERY',
    `The parameter \`from\` is ${JSON.stringify(shorten(from))}.${didYouMean(from, ['earliest'])}`,
    'Use from=earliest for everything that is kept, or leave it out to start with what comes.',
  );
}
