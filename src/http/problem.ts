// Answers that say what went wrong: application/problem+json (RFC 9457) with the code of docs/errors.md.

import type { ServerResponse } from 'node:http';
import type { HoldfastError } from '../base/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

// Clients that were turned away together come back spread over some seconds.
const MIN_RETRY_AFTER_S = 1;
const RETRY_AFTER_SPREAD_S = 5;

/** Sends a failure as the answer, or cuts the connection where the answer has begun already. */
export function sendProblem(res: ServerResponse, error: HoldfastError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status } = error;
  const body = problemBody(error);
  if (status === 401) res.setHeader('www-authenticate', 'Bearer');
  if (status === 503) res.setHeader('retry-after', String(retryAfterSeconds()));
  res.writeHead(status, {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** The document of a failure, as text. */
export function problemBody(error: HoldfastError): string {
  const { status, code, title, message: detail, help } = error;
  return `${JSON.stringify({ code, title, status, detail, help })}\n`;
}

function retryAfterSeconds(): number {
  return MIN_RETRY_AFTER_S + Math.floor(Math.random() * (RETRY_AFTER_SPREAD_S + 1));
}
