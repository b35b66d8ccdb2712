// When a client that was turned away is to come back.

import type { HoldfastError } from '../base/errors.ts';

// Clients that were turned away together come back spread over some seconds.
const MIN_RETURN_MS = 1000;
const RETURN_SPREAD_MS = 5000;

/** In how many milliseconds: what the failure says, or a time drawn from 1 to 6 s. */
export function returnMs({ retryAfterMs }: HoldfastError): number {
  return retryAfterMs ?? MIN_RETURN_MS + Math.floor(Math.random() * (RETURN_SPREAD_MS + 1));
}
