// GET /stream: subscribe and resume. It checks the request and chooses where to start; from there on the shard has
// the stream.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { shorten } from '../base/options.ts';
import type { Outlet } from '../hub/outlet.ts';
import { parseSubscription } from '../hub/parse-subscription.ts';
import { requestAccess } from './authorization.ts';
import type { Route, RouteRequest } from './route.ts';
import { STREAM_HEADERS } from './stream-headers.ts';

export const streamRoute: Route = {
  path: '/stream',
  methods: ['GET', 'HEAD'],
  async answer(request) {
    const { method, query, headers, hub, options } = request;
    const access = await requestAccess(options.authorize, request, options.authorizeTimeoutMs);
    const patterns = parseSubscription(query.getAll('topic'), options.maxTopics);
    access.checkSubscribe(patterns);
    const wanted = {
      lastEventIdHeader: headers['last-event-id'] as string | undefined,
      lastEventIdQuery: query.get('lastEventId') ?? undefined,
      fromEarliest: readFrom(query),
    };
    await hub.learnPosition(wanted);
    // Chosen now, not before these waits: the log may have moved on meanwhile.
    const start = hub.chooseStart(wanted);
    if (hub.hasEnded(patterns, start)) {
      // EventSource stops for good on 204, which is what an ended topic wants.
      return { status: 204, headers: { 'cache-control': 'no-store' }, body: undefined };
    }
    if (method === 'HEAD') {
      hub.shard.checkAdmission();
      return { status: 200, headers: STREAM_HEADERS, body: undefined };
    }
    hub.shard.admit(start);
    return {
      headers: STREAM_HEADERS,
      open(carry) {
        hub.shard.checkAdmission();
        const outlet = wrap(carry(), request);
        if (outlet === undefined) return;
        hub.shard.open({ outlet, patterns, start, expiresAtMs: access.expiresAtMs });
      },
    };
  },
};

/** What the application puts around the outlet; undefined when that failed, and the stream has been cut: its head is sent. */
function wrap(outlet: Outlet, request: RouteRequest): Outlet | undefined {
  const { wrapOutlet, logger } = request.options;
  if (wrapOutlet === undefined) return outlet;
  try {
    return wrapOutlet(outlet, request);
  } catch (error) {
    logger.error({ err: error }, 'wrapOutlet failed, and the stream is cut');
    outlet.reset();
    return undefined;
  }
}

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
