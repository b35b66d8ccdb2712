// What an EventSource is told instead of 503, for which it gives up for good: [html] a status other than 200 fails the
// connection, and a failed one is not tried again. It gets a stream that ends at once and says when to come back; its
// cursor stays as it is.

import type { HoldfastError } from '../base/errors.ts';
import { type EndReason, encodeControl, encodeRetry } from '../wire/index.ts';
import type { WholeAnswer } from './answer.ts';
import { returnMs } from './return-time.ts';
import type { Asked } from './router.ts';
import { STREAM_HEADERS } from './stream-headers.ts';

/** Whether a failure is to be told as a stream that ends: one that passes, and a client that wants event streams. */
export function comesBack(
  { method, headers }: Pick<Asked, 'method' | 'headers'>,
  { status }: HoldfastError,
): boolean {
  return status === 503 && method === 'GET' && headers.accept?.includes('text/event-stream') === true;
}

export function comeBackAnswer(failure: HoldfastError): WholeAnswer {
  const end = encodeControl({ kind: 'end', reason: reasonOf(failure) });
  return { status: 200, headers: STREAM_HEADERS, body: encodeRetry(returnMs(failure)) + end };
}

function reasonOf({ code }: HoldfastError): EndReason {
  if (code === 'ERR_HUB_CLOSED') return 'drain';
  return code === 'ERR_HUB_FULL' || code === 'ERR_HUB_BUSY' ? 'limit' : 'error';
}
