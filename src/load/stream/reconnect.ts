// Decides whether and when a client comes back, as a browser does. Pure: the end, the retry value and the chance
// come in as values.

import type { StreamEnd } from './load-stream.ts';

/** What a browser waits when the server has sent no `retry`. */
export const DEFAULT_RETRY_MS = 3000;
/** The least that is waited after a failure, before the jitter. */
const MIN_FAILED_RETRY_MS = 100;
/** The longest wait after failures in a row, unless the server's own `retry` is longer. */
export const MAX_BACKOFF_MS = 30_000;

/** The wait until the next attempt; undefined: the client stays away for good, and why. */
export type Reconnect =
  | { readonly waitMs: number; readonly because?: undefined }
  | { readonly waitMs: undefined; readonly because: string };

/**
 * @param end - how the connection ended.
 * @param retryMs - the last `retry` of the server; undefined for none.
 * @param failures - attempts in a row that brought no stream, this one included when it brought none.
 * @param random - from 0 to 1: full jitter, or 50,000 clients would come back in one moment.
 */
export function planReconnect(
  end: StreamEnd,
  retryMs: number | undefined,
  failures: number,
  random: number,
): Reconnect {
  // [html] "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the
  // connection"; 204 is the documented way to tell a client to stay away.
  if (end.kind === 'refused') return { waitMs: undefined, because: end.detail };
  if (end.kind === 'own') return { waitMs: undefined, because: 'the tool ended it' };
  // After failures also `retry: 0` waits a little: twice nothing would stay nothing.
  const baseMs = Math.max(retryMs ?? DEFAULT_RETRY_MS, failures > 0 ? MIN_FAILED_RETRY_MS : 0);
  const backoffMs = Math.min(baseMs * 2 ** Math.min(failures, 30), Math.max(baseMs, MAX_BACKOFF_MS));
  return { waitMs: Math.round(random * backoffMs) };
}
