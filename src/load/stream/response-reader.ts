// Reads one HTTP/1.1 response after the other from bytes in whatever chunks they come: head, then body by chunks, by
// length or until the close. Strict enough to say what was wrong; it judges neither status nor content type, and does
// not begin the next response by itself. What it keeps between chunks is a few numbers, and the head or a chunk-size
// line that has begun: there may be 20,000 of it.
// The file is long because head, framing and body are one state machine over the same bytes.

const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;

/** Status line and header fields together. */
export const MAX_HEAD_BYTES = 16_384;
/** A chunk-size line with its extensions, and all trailers together. */
export const MAX_CHUNK_LINE_BYTES = 4096;

export interface ResponseHead {
  readonly status: number;
  /** By lower-case name; fields that come more than once are joined by comma and space. */
  readonly headers: ReadonlyMap<string, string>;
  /** HTTP/1.1 and no `connection: close`: a next response may follow, if the body says where it ends. */
  readonly keepsAlive: boolean;
}

/** What a reader calls; each may call `stop`, and then nothing more of the chunk is read. */
export interface ResponseSink {
  onHead(head: ResponseHead): void;
  /** A part of the body: a view, good until it returns. */
  onBody(bytes: Uint8Array): void;
}

const HEAD = 0;
const BY_LENGTH = 1;
const UNTIL_CLOSE = 2;
const CHUNK_SIZE = 3;
const CHUNK_DATA = 4;
const CHUNK_END = 5;
const TRAILERS = 6;
const COMPLETE = 7;
const MALFORMED = 8;
const STOPPED = 9;

const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder('latin1');

export class ResponseReader {
  readonly #sink: ResponseSink;
  #state = HEAD;
  /** Bytes of the body or the chunk that are still to come; in trailers: bytes seen. */
  #remaining = 0;
  /** The begun head or line. */
  #held: Uint8Array = NOTHING;
  #problem: string | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  get hasHead(): boolean {
    return this.#state !== HEAD;
  }

  /** The body has ended where the head or the last chunk said that it would. */
  get isComplete(): boolean {
    return this.#state === COMPLETE;
  }

  /** What was not HTTP, once something was not. Nothing is read after it. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Takes `bytes[0, length)`; they may be reused afterwards. Answers how many of them it has taken: the rest stands
   * behind the end of the response.
   */
  push(bytes: Uint8Array, length = bytes.length): number {
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case HEAD:
          at = this.#readHead(bytes, at, length);
          break;
        case UNTIL_CLOSE:
          this.#sink.onBody(bytes.subarray(at, length));
          return length;
        case BY_LENGTH:
        case CHUNK_DATA:
          at = this.#readCounted(bytes, at, length);
          break;
        case CHUNK_SIZE:
        case CHUNK_END:
        case TRAILERS:
          at = this.#readChunkLine(bytes, at, length);
          break;
        default:
          return at;
      }
    }
    return at;
  }

  /** Begins with the next response on the same connection. */
  restart(): void {
    this.#state = HEAD;
    this.#remaining = 0;
    this.#held = NOTHING;
    this.#problem = undefined;
  }

  /** Says that the sender closed; true when the response is complete with that. */
  finish(): boolean {
    if (this.#state === UNTIL_CLOSE) this.#state = COMPLETE;
    return this.isComplete;
  }

  /** Reads no further. */
  stop(): void {
    this.#state = STOPPED;
    this.#held = NOTHING;
  }

  #readCounted(bytes: Uint8Array, at: number, length: number): number {
    const end = Math.min(length, at + this.#remaining);
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#state = this.#state === BY_LENGTH ? COMPLETE : CHUNK_END;
    this.#sink.onBody(bytes.subarray(at, end));
    return end;
  }

  #readHead(bytes: Uint8Array, at: number, length: number): number {
    const before = this.#held.length;
    // What is held is short and rarely there: heads come in one piece.
    const head = before === 0 ? bytes.subarray(at, length) : concat(this.#held, bytes.subarray(at, length));
    const end = headEnd(head, before);
    if ((end === -1 ? head.length : end) > MAX_HEAD_BYTES) {
      this.#fail(`its head is larger than ${MAX_HEAD_BYTES} bytes`);
      return length;
    }
    if (end === -1) {
      this.#held = before === 0 ? head.slice() : head;
      return length;
    }
    this.#held = NOTHING;
    this.#takeHead(decoder.decode(head.subarray(0, end)));
    return at + end - before;
  }

  #takeHead(text: string): void {
    const [statusLine = '', ...lines] = text.trimEnd().split(/\r?\n/);
    const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(statusLine);
    if (match === null) {
      this.#fail(`it does not begin with an HTTP/1.1 status line but ${quote(statusLine)}`);
      return;
    }
    const status = Number(match[2]);
    // Before the final response there may be others, such as 103 Early Hints; 101 is final.
    if (status < 200 && status !== 101) return;
    const headers = this.#takeHeaders(lines);
    if (headers === undefined) return;
    const framing = this.#takeFraming(status, headers);
    if (framing === MALFORMED) return;
    // Before the sink is called, which may stop it all.
    this.#state = framing;
    const isClosing = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(headers.get('connection') ?? '');
    this.#sink.onHead({ status, headers, keepsAlive: match[1] === '1' && !isClosing });
  }

  #takeHeaders(lines: readonly string[]): Map<string, string> | undefined {
    const headers = new Map<string, string>();
    for (const line of lines) {
      const name = /^[!#$%&'*+.^_`|~\w-]+(?=:)/.exec(line)?.[0].toLowerCase();
      if (name === undefined) {
        this.#fail(`its header line ${quote(line)} is malformed`);
        return undefined;
      }
      const value = line.slice(name.length + 1).trim();
      const earlier = headers.get(name);
      headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
    }
    return headers;
  }

  /** [RFC 9112, 6.3] How the end of the body is to be known. */
  #takeFraming(status: number, headers: ReadonlyMap<string, string>): number {
    if (status === 204 || status === 304) return COMPLETE;
    const coding = headers.get('transfer-encoding');
    if (coding !== undefined) {
      if (coding.toLowerCase() === 'chunked') return CHUNK_SIZE;
      this.#fail(`its transfer-encoding ${quote(coding)} is not supported`);
      return MALFORMED;
    }
    const lengths = headers.get('content-length');
    if (lengths === undefined) return UNTIL_CLOSE;
    const [length, ...more] = lengths.split(', ');
    if (!/^\d{1,15}$/.test(length!) || more.some((other) => other !== length)) {
      this.#fail(`its content-length ${quote(lengths)} is malformed`);
      return MALFORMED;
    }
    this.#remaining = Number(length);
    return this.#remaining === 0 ? COMPLETE : BY_LENGTH;
  }

  /** A chunk-size line, the line end after a chunk, or a trailer line. */
  #readChunkLine(bytes: Uint8Array, at: number, length: number): number {
    const lf = lineEnd(bytes, at, length);
    const held = this.#held.length;
    if (held + lf - at > MAX_CHUNK_LINE_BYTES) {
      this.#fail(`a line between its chunks is longer than ${MAX_CHUNK_LINE_BYTES} bytes`);
      return length;
    }
    if (lf === length) {
      this.#held = concat(this.#held, bytes.subarray(at, length));
      return length;
    }
    if (held === 0) this.#takeChunkLine(bytes, at, lf);
    else {
      const line = concat(this.#held, bytes.subarray(at, lf));
      this.#held = NOTHING;
      this.#takeChunkLine(line, 0, line.length);
    }
    return lf + 1;
  }

  /** Takes the line `bytes[start, end)`, without its LF. */
  #takeChunkLine(bytes: Uint8Array, start: number, end: number): void {
    const lineEnd = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (this.#state === CHUNK_SIZE) {
      const size = chunkSize(bytes, start, lineEnd);
      if (size === -1)
        this.#fail(`${quote(decoder.decode(bytes.subarray(start, lineEnd)))} is no chunk size`);
      else {
        this.#remaining = size;
        this.#state = size === 0 ? TRAILERS : CHUNK_DATA;
      }
    } else if (this.#state === CHUNK_END) {
      if (lineEnd === start) this.#state = CHUNK_SIZE;
      else this.#fail('a chunk is longer than its size');
    } else if (lineEnd === start) {
      this.#state = COMPLETE;
    } else {
      this.#remaining += lineEnd - start;
      if (this.#remaining > MAX_CHUNK_LINE_BYTES)
        this.#fail(`its trailers exceed ${MAX_CHUNK_LINE_BYTES} bytes`);
    }
  }

  #fail(problem: string): void {
    this.#state = MALFORMED;
    this.#held = NOTHING;
    this.#problem = problem;
  }
}

/** The index after the empty line; -1 when it has not come. Searched again only where something is new. */
function headEnd(head: Uint8Array, searched: number): number {
  let lf = head.indexOf(LF, Math.max(0, searched - 3));
  while (lf !== -1 && lf <= MAX_HEAD_BYTES) {
    if (head[lf + 1] === LF) return lf + 2;
    if (head[lf + 1] === CR && head[lf + 2] === LF) return lf + 3;
    lf = head.indexOf(LF, lf + 1);
  }
  return -1;
}

/** The index of the next LF; `length` when there is none. A loop: the line is a few bytes long. */
function lineEnd(bytes: Uint8Array, at: number, length: number): number {
  let end = at;
  while (end < length && bytes[end] !== LF) end++;
  return end;
}

/** [RFC 9112, 7.1] 1*HEXDIG, then optional space and extensions; -1 for anything else. */
function chunkSize(bytes: Uint8Array, start: number, end: number): number {
  let size = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = hexValue(bytes[at]!);
    if (digit === -1) break;
    size = size * 16 + digit;
  }
  // 13 digits stay exact.
  if (at === start || at - start > 13) return -1;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at === end || bytes[at] === SEMICOLON ? size : -1;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** A foreign text for a message: one line, bounded. */
function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
