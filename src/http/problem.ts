// Answers that say what went wrong: application/problem+json (RFC 9457) with the code of docs/errors.md.

import type { HoldfastError } from '../base/errors.ts';
import type { WholeAnswer } from './answer.ts';
import { returnMs } from './return-time.ts';

export function problemAnswer(error: HoldfastError): WholeAnswer {
  const { status, code, title, message: detail, help } = error;
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (status === 503) headers['retry-after'] = String(Math.ceil(returnMs(error) / 1000));
  return { status, headers, body: `${JSON.stringify({ code, title, status, detail, help })}\n` };
}
