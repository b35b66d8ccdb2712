// What has to be right before a stream opens, whichever way its request came: the grant, the topics, where to
// start, and room for it.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { shorten } from '../base/options.ts';
import type { HubCore } from '../hub/hub-core.ts';
import type { Outlet } from '../hub/outlet.ts';
import { parseSubscription } from '../hub/parse-subscription.ts';
import { type AccessRequest, requestAccess } from './authorization.ts';
import type { ResolvedHubOptions } from './hub-options.ts';

/**
 * Checks a request for a stream. The answer opens it, in the same turn: later the log may have moved on. Undefined
 * where nothing can come any more, which is answered 204.
 *
 * @throws HoldfastError as docs/protocol.md says for `GET /stream`; what `authorize` throws.
 */
export async function admitStream(
  request: AccessRequest,
  hub: HubCore,
  options: ResolvedHubOptions,
): Promise<((outlet: Outlet) => void) | undefined> {
  const { query, headers } = request;
  const access = await requestAccess(options.authorize, request, options.authorizeTimeoutMs);
  const patterns = parseSubscription(query.getAll('topic'), options.maxTopics);
  access.checkSubscribe(patterns);
  // Chosen now, not before the wait for `authorize`: the log may have moved on meanwhile.
  const start = hub.chooseStart({
    lastEventIdHeader: headers['last-event-id'] as string | undefined,
    lastEventIdQuery: query.get('lastEventId') ?? undefined,
    fromEarliest: readFrom(query),
  });
  if (hub.hasEnded(patterns, start)) return undefined;
  hub.shard.checkAdmission();
  const { expiresAtMs } = access;
  return (outlet) => void hub.shard.open({ outlet, patterns, start, expiresAtMs });
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
