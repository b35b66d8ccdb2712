// How long to wait before the next attempt: full jitter, so that the clients of a server that restarts come back
// spread out, between two bounds. Pure: the dice are thrown by the caller.
//
//   failures     0            1              2 ...
//   delay    min..retry   min..2*retry   min..4*retry   never above max, never below what Retry-After asks

export interface RetryBounds {
  readonly minRetryMs: number;
  readonly maxRetryMs: number;
}

/** Beyond this the delay is at its bound for every `retry` from 1 ms. */
const MAX_DOUBLINGS = 31;

/**
 * The delay in milliseconds.
 *
 * @param retryMs what the server last said with `retry`
 * @param failures attempts in a row that have failed
 * @param dice from 0 up to, not including, 1
 * @param retryAfterMs what the answer asked for, 0 when it asked for nothing
 */
export function retryDelay(
  retryMs: number,
  failures: number,
  dice: number,
  { minRetryMs, maxRetryMs }: RetryBounds,
  retryAfterMs = 0,
): number {
  const longest = Math.min(retryMs * 2 ** Math.min(failures, MAX_DOUBLINGS), maxRetryMs);
  const drawn = minRetryMs + Math.floor(dice * Math.max(0, longest - minRetryMs + 1));
  return Math.min(Math.max(drawn, retryAfterMs), maxRetryMs);
}
