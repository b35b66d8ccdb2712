// Reads the HTTP/1 messages that one side sends: heads whole, bodies only as lengths. Where the capture lacks bytes
// within a body of known length it steps over them; where it can no longer tell what comes, it waits for a packet that
// begins with a head or with a chunk.
//
//   head -> fixed | chunk-size -> chunk-data -> chunk-end -> ... -> trailers | until-close | opaque
//    ^        |                                                        |
//    +--------+---------------------- end of message ------------------+           lost -> head | chunk-size

import { ByteBuffer } from '../../../../base/byte-buffer.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import { beginsMessage, type MessageHead, readHead } from './http-head.ts';

/** How the end of a message is told. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }
  /** Another protocol takes over. */
  | { readonly kind: 'opaque' };

export interface Http1Events {
  /** The answer says what follows. */
  head(head: MessageHead, at: Moment): BodyFraming;
  /** The capture begins within a chunked message. */
  chunksWithoutHead(at: Moment): void;
  body(bytes: number, packet: number, timeMs: number): void;
  /** So many bytes of a body are not in the capture. */
  hole(): void;
  end(at: Moment): void;
  problem(problem: string): void;
}

type State =
  | 'head'
  | 'fixed'
  | 'chunk-size'
  | 'chunk-data'
  | 'chunk-end'
  | 'trailers'
  | 'until-close'
  | 'opaque'
  | 'lost';

const LF = 0x0a;
const CR = 0x0d;
const MAX_HEAD_BYTES = 65_536;
const MAX_SIZE_LINE_BYTES = 256;
const SIZE_LINE = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?\r?$/;
const CHUNK_START = /^([0-9a-fA-F]{1,8})(?:;[^\r\n]*)?\r\n/;
const CHUNK_START_BYTES = 64;

export class Http1Half implements ContentHalf {
  readonly #events: Http1Events;
  #state: State;
  // Of the body or the chunk that is being read.
  #left = 0;
  // A line or a head that came in pieces; most come whole.
  #line: ByteBuffer | undefined = undefined;
  #isInMessage = false;

  /** @param isLost - the capture begins somewhere within. */
  constructor(events: Http1Events, isLost = false) {
    this.#events = events;
    this.#state = isLost ? 'lost' : 'head';
  }

  get isOver(): boolean {
    return this.#state === 'opaque';
  }

  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    if (this.#state === 'lost') this.#findAgain(bytes, start, end, packet, timeMs);
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case 'head':
          at = this.#readHead(bytes, at, end, packet, timeMs);
          break;
        case 'fixed':
        case 'chunk-data': {
          const count = Math.min(this.#left, end - at);
          at += count;
          this.#left -= count;
          this.#events.body(count, packet, timeMs);
          if (this.#left === 0) this.#endOfPart(packet, timeMs);
          break;
        }
        case 'until-close':
          this.#events.body(end - at, packet, timeMs);
          return;
        case 'chunk-size':
        case 'chunk-end':
        case 'trailers':
          at = this.#readLine(bytes, at, end, packet, timeMs);
          break;
        default:
          return;
      }
    }
  }

  missing(count: number): void {
    if (this.#isInMessage) this.#events.hole();
    if (this.#state === 'opaque' || this.#state === 'until-close') return;
    const isInPart = this.#state === 'fixed' || this.#state === 'chunk-data';
    // The end of a body of known length must be seen to be believed, so one that ends within the hole is lost too.
    if (isInPart && count < this.#left) this.#left -= count;
    else this.#lose();
  }

  /** Another protocol takes over. */
  stop(): void {
    this.#state = 'opaque';
    this.#line = undefined;
  }

  #lose(): void {
    this.#state = 'lost';
    this.#line = undefined;
  }

  #readHead(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): number {
    let at = start;
    const kept = this.#line?.length ?? 0;
    // Empty lines before a message are to be ignored (RFC 9112 2.2).
    if (kept === 0) while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
    const from = at;
    // How the head so far ends, so that its empty line is found also where it comes in pieces.
    let isLineBegin = kept > 0 && endsLine(this.#line!.view());
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === LF) {
        if (isLineBegin) break;
        isLineBegin = true;
      } else if (byte !== CR || !isLineBegin) {
        isLineBegin = false;
      }
    }
    const isWhole = at < end;
    const upTo = isWhole ? at + 1 : end;
    if (kept + upTo - from > MAX_HEAD_BYTES) {
      this.#events.problem(`a head is longer than ${MAX_HEAD_BYTES} bytes`);
      this.#lose();
      return end;
    }
    if (!isWhole) this.#keep(bytes, from, upTo);
    else this.#takeHead(this.#withKept(bytes, from, upTo).trimEnd(), packet, timeMs);
    return upTo;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    this.#line ??= new ByteBuffer(MAX_HEAD_BYTES);
    this.#line.append(bytes, start, end);
  }

  /** What was kept and what comes now, as text; nothing is kept any more. */
  #withKept(bytes: Buffer, start: number, end: number): string {
    if (this.#line === undefined || this.#line.length === 0) return bytes.toString('latin1', start, end);
    this.#line.append(bytes, start, end);
    const view = this.#line.view();
    const text = Buffer.from(view.buffer, view.byteOffset, view.length).toString('latin1');
    this.#line = undefined;
    return text;
  }

  #takeHead(text: string, packet: number, timeMs: number): void {
    const head = readHead(text);
    if (head === undefined) {
      this.#events.problem('what should be a head is none');
      this.#lose();
      return;
    }
    const at = { packet, timeMs };
    const framing = this.#events.head(head, at);
    this.#isInMessage = true;
    switch (framing.kind) {
      case 'none':
        this.#endMessage(at);
        break;
      case 'fixed':
        this.#state = 'fixed';
        this.#left = framing.length;
        if (framing.length === 0) this.#endMessage(at);
        break;
      case 'chunked':
        this.#state = 'chunk-size';
        break;
      case 'until-close':
        this.#state = 'until-close';
        break;
      case 'opaque':
        this.#state = 'opaque';
        this.#isInMessage = false;
        break;
    }
  }

  #endOfPart(packet: number, timeMs: number): void {
    if (this.#state === 'chunk-data') this.#state = 'chunk-end';
    else this.#endMessage({ packet, timeMs });
  }

  #endMessage(at: Moment): void {
    this.#isInMessage = false;
    this.#state = 'head';
    this.#events.end(at);
  }

  /** A line of the chunk framing. */
  #readLine(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): number {
    let lineEnd = start;
    while (lineEnd < end && bytes[lineEnd] !== LF) lineEnd++;
    const kept = this.#line?.length ?? 0;
    const limit = this.#state === 'trailers' ? MAX_HEAD_BYTES : MAX_SIZE_LINE_BYTES;
    if (kept + lineEnd - start > limit) return this.#breakFraming(end);
    if (lineEnd === end) {
      this.#keep(bytes, start, end);
      return end;
    }
    const isEmpty = kept === 0 && (lineEnd === start || (lineEnd === start + 1 && bytes[start] === CR));
    const size = kept === 0 && !isEmpty ? plainSize(bytes, start, lineEnd) : -1;
    // Nearly every line is one of these two, and needs no text.
    const line = isEmpty || size !== -1 ? '' : this.#withKept(bytes, start, lineEnd);
    this.#takeLine(isEmpty || (size === -1 && (line === '' || line === '\r')), size, line, packet, timeMs);
    return this.#state === 'lost' ? end : lineEnd + 1;
  }

  /** @param size - what the line says as a plain number, -1 when it has to be read from `line`. */
  #takeLine(isEmpty: boolean, size: number, line: string, packet: number, timeMs: number): void {
    if (this.#state === 'trailers') {
      if (isEmpty) this.#endMessage({ packet, timeMs });
    } else if (this.#state === 'chunk-end') {
      if (isEmpty) this.#state = 'chunk-size';
      else this.#breakFraming(0);
    } else {
      const left = size !== -1 ? size : Number.parseInt(SIZE_LINE.exec(line)?.[1] ?? '', 16);
      if (Number.isNaN(left)) {
        this.#breakFraming(0);
        return;
      }
      this.#left = left;
      this.#state = left === 0 ? 'trailers' : 'chunk-data';
    }
  }

  #breakFraming(end: number): number {
    this.#events.problem('the chunk framing is broken');
    this.#events.hole();
    this.#lose();
    return end;
  }

  /** At the begin of a packet: does a message or a chunk begin here? */
  #findAgain(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    const text = bytes.toString('latin1', start, Math.min(end, start + CHUNK_START_BYTES));
    if (beginsMessage(text)) {
      this.#isInMessage = false;
      this.#state = 'head';
      return;
    }
    const match = CHUNK_START.exec(text);
    if (match === null) return;
    // One whole chunk, or the last: less could be by chance.
    const size = Number.parseInt(match[1]!, 16);
    const behind = start + match[0].length + size;
    if (behind + 2 > end || bytes[behind] !== CR || bytes[behind + 1] !== LF) return;
    if (!this.#isInMessage) this.#events.chunksWithoutHead({ packet, timeMs });
    this.#isInMessage = true;
    this.#state = 'chunk-size';
  }
}

/** The size of a chunk that is written without extension, at most 7 digits; -1 for any other line. */
function plainSize(bytes: Buffer, start: number, end: number): number {
  const digitsEnd = bytes[end - 1] === CR ? end - 1 : end;
  if (digitsEnd === start || digitsEnd - start > 7) return -1;
  let size = 0;
  for (let at = start; at < digitsEnd; at++) {
    const byte = bytes[at]! | 0x20;
    const digit =
      byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1;
    if (digit === -1) return -1;
    size = size * 16 + digit;
  }
  return size;
}

/** Whether a line has just ended, with or without the CR of the next, empty one. */
function endsLine(bytes: Uint8Array): boolean {
  const last = bytes.at(-1) === CR ? -2 : -1;
  return bytes.at(last) === LF;
}
