// Plans that several scenarios have in common.

import type { Step } from '../../support/stream-server-process.ts';

interface Streams {
  readonly plans: Record<string, readonly Step[]>;
  readonly paths: readonly string[];
}

/** One stream a number: so many events, `everyMs` apart, and then what `then` says; held if nothing. */
export function streamsOfAges(
  events: readonly number[],
  everyMs: number,
  then: readonly Step[] = [],
): Streams {
  const paths = events.map((_, i) => `/events/${i + 1}`);
  const plans = Object.fromEntries(
    events.map((send, i) => [paths[i]!, [{ send: send - 1, everyMs }, { send: 1, everyMs: 0 }, ...then]]),
  );
  return { plans, paths };
}
