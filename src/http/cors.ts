// Cross-origin access, as the `corsOrigins` option allows it. A page of another origin that is not named gets
// no header, and its browser keeps the answer from it.

// A Last-Event-ID over 128 bytes, or one with a character outside the CORS-safe set, preflights; so does JSON.
const ALLOWED_HEADERS = 'Authorization, Cache-Control, Content-Type, Last-Event-ID';
const PREFLIGHT_AGE_S = 600;

type Headers = Readonly<Record<string, string>>;

/** The headers that let the page of an allowed origin read an answer. */
export function corsHeaders(origin: string | undefined, origins: readonly string[]): Headers {
  if (origins.length === 0) return {};
  // [fetch] `*` is fine for EventSource, whose withCredentials is false by default, and never for credentials.
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' };
  const vary = 'Origin';
  if (origin === undefined || !origins.includes(origin)) return { vary };
  return { vary, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

/** What an allowed origin may ask for, in the answer to OPTIONS, beside `cors`. */
export function preflightHeaders(cors: Headers, allow: string): Headers {
  if (cors['access-control-allow-origin'] === undefined) return {};
  return {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': String(PREFLIGHT_AGE_S),
  };
}
