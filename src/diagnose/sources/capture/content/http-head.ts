// Reads the head of an HTTP/1 message as a witness, not as a server: it takes what others might refuse, since what was
// sent is what has to be explained. Secrets are masked here, so that no evidence holds any.

import { redact, redactText } from '../../../../base/redact.ts';

const MAX_HEADERS = 64;
const MAX_TEXT = 1024;

export interface RequestLine {
  readonly method: string;
  readonly target: string;
}

export interface MessageHead {
  readonly version: 'http/1.0' | 'http/1.1';
  /** Present in a request. */
  readonly request?: RequestLine;
  /** Present in a response. */
  readonly status?: number;
  /** Lower-case names; repeated ones joined by `, `; secrets masked. */
  readonly headers: Readonly<Record<string, string>>;
}

const REQUEST = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) (\S+) HTTP\/1\.([01])$/;
const RESPONSE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
/** What begins a request or a response, as far as it is there. */
const BEGINNING = /^(?:[A-Z]{3,16} [\x21-\x7e]|HTTP\/1\.[01] [1-9])/;

/** Whether a message begins with this text. */
export function beginsMessage(text: string): boolean {
  return BEGINNING.test(text);
}

/** Reads a head without its empty line; undefined when it is none. */
export function readHead(text: string): MessageHead | undefined {
  const lines = text.split(/\r?\n/);
  const first = lines[0]!;
  const response = RESPONSE.exec(first);
  if (response !== null) {
    return { version: version(response[1]), status: Number(response[2]), headers: headersOf(lines) };
  }
  const request = REQUEST.exec(first);
  if (request === null) return undefined;
  const target = redactText(request[2]!).slice(0, MAX_TEXT);
  return {
    version: version(request[3]),
    request: { method: request[1]!, target },
    headers: headersOf(lines),
  };
}

const version = (minor: string | undefined) => (minor === '0' ? 'http/1.0' : 'http/1.1');

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    addHeader(headers, line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return Object.fromEntries(headers);
}

/** Adds a header within the bounds, masked. */
function addHeader(headers: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase().slice(0, MAX_TEXT);
  const known = headers.get(key);
  if (known === undefined && headers.size >= MAX_HEADERS) return;
  const masked = String(redact(value, key));
  headers.set(key, (known === undefined ? masked : `${known}, ${masked}`).slice(0, MAX_TEXT));
}
