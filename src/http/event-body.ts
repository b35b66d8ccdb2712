// Reads the events of a publish request as its bytes arrive, and stops at the first byte too many: a body
// that cannot be accepted is refused without reading it all.

import { ByteBuffer } from '../base/byte-buffer.ts';
import { HoldfastError } from '../base/errors.ts';
import { shorten } from '../base/options.ts';
import { batchTooLarge } from '../hub/draft.ts';

export interface BodyLimits {
  readonly maxEventBytes: number;
  readonly maxBatchEvents: number;
  readonly maxBodyBytes: number;
}

export interface EventBody {
  /** Takes the next bytes. @throws HoldfastError when they make the body unacceptable. */
  push(chunk: Buffer): void;
  /** The events, once all bytes are there. @throws HoldfastError ERR_BAD_JSON. */
  end(): readonly unknown[];
}

const LF = 0x0a;
const OPENING_BRACE = 0x7b;
// JSON may write a character of one byte as \u00xx, six; the rest is room for topic, type, key and names.
const ESCAPE_FACTOR = 6;
const ENVELOPE_BYTES = 8192;

const MEDIA_TYPE = /^\s*([^;\s]+)\s*(?:;\s*charset="?([^";\s]+)"?\s*)?(?:;.*)?$/s;

/** A body for a media type, or undefined when there is none for it. */
export function createEventBody(contentType: string | undefined, limits: BodyLimits): EventBody | undefined {
  const [, mediaType, charset = 'utf-8'] = MEDIA_TYPE.exec((contentType ?? '').toLowerCase()) ?? [];
  if (charset !== 'utf-8') return undefined;
  if (mediaType === 'application/json') return new JsonBody(limits);
  if (mediaType === 'application/x-ndjson') return new NdjsonBody(limits);
  return undefined;
}

/** One event, or an array of them. */
class JsonBody implements EventBody {
  readonly #limits: BodyLimits;
  readonly #bytes: ByteBuffer;
  // The first byte that is no white space.
  #first: number | undefined;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    this.#bytes = new ByteBuffer(limits.maxBodyBytes);
  }

  push(chunk: Buffer): void {
    this.#first ??= chunk.find((byte) => byte > 0x20);
    const length = this.#bytes.length + chunk.byteLength;
    if (length > this.#limits.maxBodyBytes) throw bodyTooLarge(this.#limits);
    if (this.#first === OPENING_BRACE) checkRawEvent(length, 'The event', this.#limits);
    this.#bytes.append(chunk);
  }

  end(): readonly unknown[] {
    const parsed = parseJson(this.#bytes.view(), 'The body');
    return Array.isArray(parsed) ? parsed : [parsed];
  }
}

/** One event a line; empty lines are skipped, and the last one needs no line end. */
class NdjsonBody implements EventBody {
  readonly #limits: BodyLimits;
  readonly #events: unknown[] = [];
  // The line that has begun in earlier chunks.
  readonly #line: ByteBuffer;
  #lineNumber = 1;
  #bytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    this.#line = new ByteBuffer(limits.maxBodyBytes);
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limits.maxBodyBytes) throw bodyTooLarge(this.#limits);
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      // An empty line costs nothing: 8 MiB of them would be 8 million calls.
      if (end === start && this.#line.length === 0) {
        this.#lineNumber++;
      } else {
        this.#keep(chunk.subarray(start, end));
        this.#endLine();
      }
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  end(): readonly unknown[] {
    this.#endLine();
    return this.#events;
  }

  #keep(part: Buffer): void {
    if (part.byteLength === 0) return;
    checkRawEvent(this.#line.length + part.byteLength, `The event in line ${this.#lineNumber}`, this.#limits);
    this.#line.append(part);
  }

  #endLine(): void {
    const line = this.#line.view();
    const isBlank = line.every((byte) => byte <= 0x20);
    if (!isBlank) {
      if (this.#events.length === this.#limits.maxBatchEvents)
        throw batchTooLarge(this.#limits.maxBatchEvents);
      this.#events.push(parseJson(line, `Line ${this.#lineNumber}`));
    }
    this.#line.clear();
    this.#lineNumber++;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    const text = strictUtf8.decode(bytes);
    return RISKY_NUMBER.test(text)
      ? JSON.parse(text, refuseChangedNumber as (key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const reason = cause instanceof SyntaxError ? shorten(cause.message) : 'it is not UTF-8';
    throw new HoldfastError(
      'ERR_BAD_JSON',
      `${where} is not valid JSON: ${reason}`,
      'Send one event or an array as application/json, or one event a line as application/x-ndjson.',
      { cause },
    );
  }
}

// Only a number of 16 digits or with a large exponent can come out as another one; looking at each value of
// every body would cost five times the parsing.
const RISKY_NUMBER = /\d{16}|\de\+?\d{3}/i;

function refuseChangedNumber(
  this: unknown,
  _key: string,
  value: unknown,
  { source }: { source?: string },
): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  const isChanged = Number.isFinite(value)
    ? /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value)
    : true;
  if (!isChanged) return value;
  throw new HoldfastError(
    'ERR_BAD_JSON',
    `The number ${shorten(source)} would be published as ${value}`,
    'Send numbers beyond 2^53 as strings: most JSON readers, browsers among them, cannot hold them.',
  );
}

// The exact limit is on `data` and is checked when it is known; this one spares reading what must exceed it.
function checkRawEvent(bytes: number, where: string, limits: BodyLimits): void {
  if (bytes <= limits.maxEventBytes * ESCAPE_FACTOR + ENVELOPE_BYTES) return;
  throw new HoldfastError(
    'ERR_EVENT_TOO_LARGE',
    `${where} has more than ${bytes} bytes of JSON, and \`maxEventBytes\` is ${limits.maxEventBytes}`,
    'Publish a reference to large content instead of the content, or raise `maxEventBytes`.',
  );
}

export function bodyTooLarge(limits: BodyLimits): HoldfastError {
  return new HoldfastError(
    'ERR_BODY_TOO_LARGE',
    `The body has more than ${limits.maxBodyBytes} bytes, which is \`maxBodyBytes\``,
    'Publish in smaller batches, or raise `maxBodyBytes`.',
  );
}
