// Answers that say what went wrong: application/problem+json (RFC 9457) with the code of docs/errors.md.

import type { HoldfastError } from '../base/errors.ts';
import type { WholeAnswer } from './answer.ts';

// Clients that were turned away together come back spread over some seconds.
const MIN_RETRY_AFTER_S = 1;
const RETRY_AFTER_SPREAD_S = 5;

export function problemAnswer(error: HoldfastError): WholeAnswer {
  const { status, code, title, message: detail, help } = error;
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 503) headers['retry-after'] = String(retryAfterSeconds(error));
  return { status, headers, body: `${JSON.stringify({ code, title, status, detail, help })}\n` };
}

function retryAfterSeconds({ retryAfterMs }: HoldfastError): number {
  if (retryAfterMs !== undefined) return Math.ceil(retryAfterMs / 1000);
  return MIN_RETRY_AFTER_S + Math.floor(Math.random() * (RETRY_AFTER_SPREAD_S + 1));
}
