// The bytes of a publish as they go out: one HTTP/1.1 request with its body by length. What frames a request is the
// tool's own, whatever headers are given. Pure.

import type { PublishTemplate } from './messages.ts';
import { decodePlaceholders, PAYLOAD_PLACEHOLDER, TOPIC_PLACEHOLDER } from './topics.ts';

export interface OutgoingPayload {
  readonly topic: string;
  readonly payload: string;
}

/** Header names that are never taken over from the given ones. */
const FRAMING = ['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'te', 'trailer'];

export class RequestBytes {
  readonly #template: PublishTemplate;
  readonly #path: string;
  readonly #headers: string;

  constructor(template: PublishTemplate) {
    this.#template = template;
    const { host, username, password, pathname, search } = new URL(template.url);
    this.#path = decodePlaceholders(pathname + search);
    const headers = Object.entries(template.headers).filter(
      ([name]) => !FRAMING.includes(name.toLowerCase()),
    );
    const has = (name: string) => headers.some(([other]) => other.toLowerCase() === name);
    // Behind what ends TLS a server may need the name that it is known by.
    if (!has('host')) headers.unshift(['host', host]);
    if (username !== '' && !has('authorization'))
      headers.push(['authorization', basicOf(username, password)]);
    this.#headers = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }

  /** One request; a template that is not batched takes one event. */
  of(events: readonly OutgoingPayload[]): Buffer {
    const { method } = this.#template;
    const path = targetOf(this.#path, events[0]!);
    const body = bodyOf(this.#template, events);
    const length = Buffer.byteLength(body);
    const head = `${method} ${path} HTTP/1.1\r\n${this.#headers}content-length: ${length}\r\n\r\n`;
    const bytes = Buffer.allocUnsafe(head.length + length);
    // As node:http does it: a character above ASCII in a header is one byte.
    bytes.write(head, 'latin1');
    bytes.write(body, head.length);
    return bytes;
  }
}

/** A path or URL for one event, from one with placeholders. */
export function targetOf(template: string, { topic, payload }: OutgoingPayload): string {
  return fill(template, encodeURIComponent(topic), payload);
}

/** The body that publishes events: one, where the template is not batched. */
export function bodyOf({ isBatched, body }: PublishTemplate, events: readonly OutgoingPayload[]): string {
  const { topic, payload } = events[0]!;
  return isBatched ? ndjson(events) : fill(body, topic, payload);
}

function ndjson(events: readonly OutgoingPayload[]): string {
  return events.map(({ topic, payload }) => JSON.stringify({ topic, data: payload })).join('\n');
}

// By functions: `$&` in a name would stand for something else in a replacement text.
function fill(text: string, topic: string, payload: string): string {
  return text.replaceAll(TOPIC_PLACEHOLDER, () => topic).replaceAll(PAYLOAD_PLACEHOLDER, () => payload);
}

function basicOf(username: string, password: string): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
