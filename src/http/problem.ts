// Answers that say what went wrong: application/problem+json (RFC 9457) with the code of docs/errors.md.

import type { ServerResponse } from 'node:http';
import type { HoldfastError } from '../base/errors.ts';
import type { RawAnswer } from './raw-answer.ts';

const PROBLEM_TYPE = 'application/problem+json';

// Clients that were turned away together come back spread over some seconds.
const MIN_RETRY_AFTER_S = 1;
const RETRY_AFTER_SPREAD_S = 5;

/** Sends a failure as the answer, or cuts the connection where the answer has begun already. */
export function sendProblem(res: ServerResponse, error: HoldfastError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status, headers, body } = problemAnswer(error);
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** The whole answer that tells of a failure. */
export function problemAnswer(error: HoldfastError): RawAnswer {
  const { status, code, title, message: detail, help } = error;
  const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 503) headers['retry-after'] = String(retryAfterSeconds());
  return { status, headers, body: `${JSON.stringify({ code, title, status, detail, help })}\n` };
}

function retryAfterSeconds(): number {
  return MIN_RETRY_AFTER_S + Math.floor(Math.random() * (RETRY_AFTER_SPREAD_S + 1));
}
