// Reads the head of a stream's request, and only one that leaves no doubt: what it accepts, node:http reads in
// the same way (a test compares them over generated heads). Whatever it does not fully understand is undefined,
// which is no error: node:http answers that.

import type { IncomingHttpHeaders } from 'node:http';

export interface RequestHead {
  /** The path and the query, as sent. */
  readonly target: string;
  /** By lower-case name; each came once. */
  readonly headers: IncomingHttpHeaders;
}

// Half of node:http's own limit: a head above it is rare, and node:http says what is wrong with it.
const MAX_HEAD_BYTES = 8192;
const MAX_FIELDS = 100;

// [rfc3986] Path and query, without characters that some take and others refuse (such as " < > \ ^ ` { | }).
const REQUEST_LINE = /^GET (\/[\w\-.~!$&'()*+,;=:@/?%]*) HTTP\/1\.1$/;
// Names with an underscore are tokens too, but some proxies read them as a dash.
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
const FIELD_VALUE = /^[ -~]*$/;

// They change where the request ends, what it asks for, or who it is for.
const REFUSED_FIELDS: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'expect',
  'http2-settings',
  'proxy-connection',
  // node:http gives it as a list.
  'set-cookie',
]);

/** Reads bytes that must be one whole head for `path`, to the last byte, and not longer than node:http would take. */
export function readRequestHead(
  bytes: Buffer,
  path: string,
  maxHeaderSize = MAX_HEAD_BYTES,
): RequestHead | undefined {
  if (bytes.length > Math.min(maxHeaderSize, MAX_HEAD_BYTES)) return undefined;
  const lines = bytes.toString('latin1').split('\r\n');
  // The empty line, and nothing after it; the line before it is a field, so that there is exactly one.
  if (lines.pop() !== '' || lines.pop() !== '') return undefined;
  const target = REQUEST_LINE.exec(lines[0] ?? '')?.[1];
  if (target === undefined || !isFor(path, target)) return undefined;
  const headers = readFields(lines);
  return headers === undefined ? undefined : { target, headers };
}

function isFor(path: string, target: string): boolean {
  return target.startsWith(path) && (target.length === path.length || target[path.length] === '?');
}

// The first line is the request line.
function readFields(lines: readonly string[]): IncomingHttpHeaders | undefined {
  if (lines.length - 1 > MAX_FIELDS) return undefined;
  const headers: Record<string, string> = {};
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(':');
    if (colon === -1) return undefined;
    const rawName = line.slice(0, colon);
    const value = line.slice(colon + 1);
    if (!FIELD_NAME.test(rawName) || !FIELD_VALUE.test(value)) return undefined;
    const name = rawName.toLowerCase();
    // `Object.hasOwn`: a field may be called `constructor`.
    if (REFUSED_FIELDS.has(name) || Object.hasOwn(headers, name)) return undefined;
    headers[name] = value.trim();
  }
  return isOrdinary(headers) ? headers : undefined;
}

// [rfc9112] HTTP/1.1 wants a Host. Of Connection only what says nothing beyond itself: it may name other fields.
function isOrdinary({ host, connection = 'keep-alive' }: IncomingHttpHeaders): boolean {
  return host !== undefined && /^(keep-alive|close)$/i.test(connection);
}
