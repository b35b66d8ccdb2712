// Cross-origin access, as the `corsOrigins` option allows it. A page of another origin that is not named gets
// no header, and its browser keeps the answer from it.

import type { IncomingMessage, ServerResponse } from 'node:http';

// A Last-Event-ID over 128 bytes, or one with a character outside the CORS-safe set, preflights; so does JSON.
const ALLOWED_HEADERS = 'Authorization, Cache-Control, Content-Type, Last-Event-ID';
const PREFLIGHT_AGE_S = 600;

/** The headers that let the page of an allowed origin read an answer. */
export function corsHeaders(
  origin: string | undefined,
  origins: readonly string[],
): Readonly<Record<string, string>> {
  if (origins.length === 0) return {};
  // [fetch] `*` is fine for EventSource, whose withCredentials is false by default, and never for credentials.
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' };
  const vary = 'Origin';
  if (origin === undefined || !origins.includes(origin)) return { vary };
  return { vary, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

/** Sets them beside what middleware has set before. */
export function allowOrigin(req: IncomingMessage, res: ServerResponse, origins: readonly string[]): void {
  const { vary, ...headers } = corsHeaders(req.headers.origin, origins);
  if (vary !== undefined) res.appendHeader('vary', vary);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
}

/** Answers OPTIONS: which methods the route takes and, for an allowed origin, which headers. */
export function answerOptions(res: ServerResponse, methods: readonly string[]): void {
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (res.hasHeader('access-control-allow-origin')) {
    res.setHeader('access-control-allow-methods', allow);
    res.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
    res.setHeader('access-control-max-age', String(PREFLIGHT_AGE_S));
  }
  res.writeHead(204, { allow }).end();
}
