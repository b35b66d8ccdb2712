// One client of the server under test, over as many connections as it makes: connects, asks, reads and tells the
// observer what it sees. It has no timer and never reconnects by itself: its owner ticks all streams once a
// second and opens them again when it wants.
//
//   closed --open--> connecting --> asking --head--> open | refusing (reads the reason) --> closed
//
// Private memory a stream, with its socket: 3.4 KiB idle, 3.5 to 3.8 under load (15,000 streams); a bare socket: 3.2.
// So it holds what differs between streams; all else is in the settings and the observer, one of each a process.
// The file is long for the same reason: to be socket's owner, response's sink and parser's user in three objects would
// cost each stream two more.

import type { ParsedEvent, ParserProblem } from '../../wire/index.ts';
import { nowUs } from '../clock.ts';
import type { EndKind } from '../result.ts';
import { type LentParser, type ParserUser, returnParser, takeParser } from './parser-pool.ts';
import { type ResponseHead, ResponseReader, type ResponseSink } from './response-reader.ts';
import {
  MAX_READ_BYTES,
  type OpenTransport,
  type Transport,
  type TransportOwner,
  type TransportTarget,
} from './transport.ts';

/** What all streams of a process have in common. */
export interface StreamSettings {
  readonly target: TransportTarget;
  readonly openTransport: OpenTransport;
  /** The Host header. */
  readonly host: string;
  /** More header lines, in order; the caller has checked that they hold no line end. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly connectTimeoutMs: number;
  /** From the request to the end of the response head, and of a refusal to the end of its reason. */
  readonly headTimeoutMs: number;
  /** A stream without a sign of life for so long is ended with 'timeout'; undefined: a browser's patience. */
  readonly silenceTimeoutMs: number | undefined;
}

export interface StreamEnd {
  readonly kind: EndKind;
  /** What was seen, in words: a system's error code, a status, what was missing. */
  readonly detail: string;
  /** Of the response, when its head came. */
  readonly status: number | undefined;
}

/** What streams tell; all times are on the clock of `nowUs`. A call may end the stream, and open it again. */
export interface StreamObserver {
  onConnect(stream: LoadStream, connectUs: number): void;
  /** The head of an event stream came; `headUs` counts from `open`, as `connectUs` and `firstEventUs` do. */
  onHead(stream: LoadStream, headUs: number): void;
  /** Called before the first `onEvent` of a connection. */
  onFirstEvent(stream: LoadStream, firstEventUs: number): void;
  onEvent(stream: LoadStream, data: string, lastEventId: string, atUs: number, type: string): void;
  /**
   * A comment, or a block of only an id; `gapUs` since the last sign of life (head, event or heartbeat), undefined when
   * both came in one read: then it says nothing about how often heartbeats come.
   */
  onHeartbeat(stream: LoadStream, gapUs: number | undefined, atUs: number): void;
  /** Bytes from the socket, heads and framing included. */
  onBytes(stream: LoadStream, bytes: number): void;
  /** A block was larger than the parser takes and is lost to the tool, not by the server. */
  onOversized(stream: LoadStream, problem: ParserProblem): void;
  onEnd(stream: LoadStream, end: StreamEnd, atUs: number): void;
}

/** What a stream is for its whole life. */
export interface StreamPlan {
  readonly index: number;
  /** Path and query of the request. */
  readonly path: string;
  readonly localAddress?: string | undefined;
  /** A slow reader's pace; undefined reads what comes. */
  readonly readBytesPerSecond?: number | undefined;
}

/** How much of the body of a refusal goes into its detail. */
const REASON_BYTES = 200;

const CLOSED = 0;
const CONNECTING = 1;
const ASKING = 2;
const OPEN = 3;
const REFUSING = 4;

/** When the bytes were read that are being taken: one look at the clock for all events of a read. */
let readAtUs = 0;

export class LoadStream implements ResponseSink, TransportOwner, ParserUser {
  readonly index: number;
  readonly #settings: StreamSettings;
  readonly #observer: StreamObserver;
  readonly #path: string;
  readonly #localAddress: string | undefined;
  readonly #readBytesPerSecond: number | undefined;
  #state = CLOSED;
  #transport: Transport | undefined;
  #reader: ResponseReader | undefined;
  /** Only while a block is under way. */
  #lent: LentParser | undefined;
  #bodyBegun = false;
  #eventSeen = false;
  #lastEventId = '';
  #retryMs: number | undefined;
  #openedUs = 0;
  /** The last sign of life; before the head: the last step that was made. */
  #aliveUs = 0;
  #longestSilenceUs = 0;
  /** What a slow reader may still take; negative after a read that took more. */
  #allowanceBytes = 0;
  #refusal: Refusal | undefined;

  constructor(settings: StreamSettings, observer: StreamObserver, plan: StreamPlan) {
    this.index = plan.index;
    this.#settings = settings;
    this.#observer = observer;
    this.#path = plan.path;
    this.#localAddress = plan.localAddress;
    this.#readBytesPerSecond = plan.readBytesPerSecond;
  }

  get isClosed(): boolean {
    return this.#state === CLOSED;
  }

  /** The head of an event stream has come and no end. */
  get isOpen(): boolean {
    return this.#state === OPEN;
  }

  /** What the next connection sends as Last-Event-ID; empty when there was no id. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** The last `retry` of the server, over all connections. */
  get retryMs(): number | undefined {
    return this.#retryMs;
  }

  /** It is open and gave a sign of life (head, event or heartbeat) not longer ago than `withinUs`. */
  isFresh(atUs: number, withinUs: number): boolean {
    return this.#state === OPEN && atUs - this.#aliveUs <= withinUs;
  }

  /** The longest time without a sign of life while it was open, the current one included. */
  longestSilenceUs(atUs: number): number {
    const current = this.#state === OPEN ? atUs - this.#aliveUs : 0;
    return Math.max(this.#longestSilenceUs, current);
  }

  /** Forgets the last event id, as a new client would; for the next `open`. */
  forgetPosition(): void {
    this.#lastEventId = '';
  }

  /**
   * Connects and asks for the stream.
   *
   * @throws Error when it has not ended.
   */
  open(): void {
    if (this.#state !== CLOSED) throw new Error(`Stream ${this.index} is open already`);
    const { openTransport, target } = this.#settings;
    const readBytesPerSecond = this.#readBytesPerSecond ?? MAX_READ_BYTES;
    this.#state = CONNECTING;
    this.#reader = new ResponseReader(this);
    this.#bodyBegun = false;
    this.#eventSeen = false;
    this.#allowanceBytes = readBytesPerSecond;
    this.#openedUs = nowUs();
    this.#aliveUs = this.#openedUs;
    const readBytes = Math.max(1, Math.min(readBytesPerSecond, MAX_READ_BYTES));
    this.#transport = openTransport(this, target, this.#localAddress, readBytes);
  }

  /** Ends it as a client does that goes away: with FIN. */
  leave(): void {
    if (this.#state !== CLOSED) this.#end('own', 'left with FIN', nowUs());
  }

  /** Ends it as a client does that crashes: with RST. */
  abort(): void {
    if (this.#state === CLOSED) return;
    const transport = this.#transport;
    this.#transport = undefined;
    transport?.reset();
    this.#end('own', 'left with RST', nowUs());
  }

  /** Once a second: time limits, and what a slow reader may take. `sinceMs`: since the tick before. */
  tick(atUs: number, sinceMs: number): void {
    if (this.#state === CLOSED) return;
    if (this.#readBytesPerSecond !== undefined) this.#allow((this.#readBytesPerSecond * sinceMs) / 1000);
    const { connectTimeoutMs, headTimeoutMs, silenceTimeoutMs } = this.#settings;
    const quietMs = (atUs - this.#aliveUs) / 1000;
    if (this.#state === CONNECTING) {
      if (quietMs > connectTimeoutMs)
        this.#end('timeout', `no connection within ${connectTimeoutMs} ms`, atUs);
    } else if (this.#state === OPEN) {
      if (silenceTimeoutMs !== undefined && quietMs > silenceTimeoutMs) {
        this.#end('timeout', `no sign of life for ${silenceTimeoutMs} ms`, atUs);
      }
    } else if (quietMs > headTimeoutMs) {
      if (this.#refusal === undefined)
        this.#end('timeout', `no response head within ${headTimeoutMs} ms`, atUs);
      else this.#endRefused(atUs);
    }
  }

  // What the transport tells.

  onTransportConnect(): void {
    const atUs = nowUs();
    this.#state = ASKING;
    this.#aliveUs = atUs;
    this.#transport!.write(requestHead(this.#settings, this.#path, this.#lastEventId));
    this.#observer.onConnect(this, atUs - this.#openedUs);
  }

  onTransportBytes(bytes: Uint8Array, length: number): boolean {
    readAtUs = nowUs();
    const reader = this.#reader!;
    this.#observer.onBytes(this, length);
    this.#allowanceBytes -= length;
    reader.push(bytes, length);
    // The observer may have ended the stream, and even opened it again.
    if (reader !== this.#reader) return true;
    if (reader.isComplete) this.#endOnComplete(readAtUs);
    else if (reader.problem !== undefined) this.#endOnProblem(reader.problem, readAtUs);
    return this.#readBytesPerSecond === undefined || this.#allowanceBytes > 0;
  }

  onTransportFin(): void {
    const atUs = nowUs();
    this.#transport = undefined;
    if (this.#reader!.finish()) this.#endOnComplete(atUs);
    else if (this.#state === REFUSING) this.#endRefused(atUs);
    else if (this.#state === OPEN) this.#end('truncated', 'FIN before the body was complete', atUs);
    else this.#end('truncated', 'FIN before the response head was complete', atUs);
  }

  onTransportFailure(code: string): void {
    const atUs = nowUs();
    this.#transport = undefined;
    if (this.#state === CONNECTING) this.#end('unreachable', code, atUs);
    else if (this.#state === REFUSING) this.#endRefused(atUs);
    else this.#end(code === 'ETIMEDOUT' ? 'timeout' : 'reset', code, atUs);
  }

  // What the response reader tells.

  onHead(head: ResponseHead): void {
    this.#aliveUs = readAtUs;
    if (isEventStream(head)) {
      this.#state = OPEN;
      this.#observer.onHead(this, readAtUs - this.#openedUs);
    } else {
      this.#state = REFUSING;
      this.#refusal = { head, reason: '' };
    }
  }

  onBody(bytes: Uint8Array): void {
    if (this.#refusal !== undefined) {
      this.#refusal.reason += latin1.decode(bytes.subarray(0, REASON_BYTES - this.#refusal.reason.length));
      if (this.#refusal.reason.length === REASON_BYTES) this.#endRefused(readAtUs);
      return;
    }
    const lent = this.#lent ?? takeParser(this, this.#lastEventId, !this.#bodyBegun);
    this.#lent = lent;
    this.#bodyBegun = true;
    lent.parser.push(bytes);
    if (lent !== this.#lent) return;
    this.#takeId(lent.parser.lastEventId);
    if (!lent.parser.isBetweenBlocks) return;
    this.#lent = undefined;
    returnParser(lent);
  }

  // What the parser tells.

  onParsedEvent(event: ParsedEvent): void {
    this.#takeSignOfLife();
    if (!this.#eventSeen) {
      this.#eventSeen = true;
      this.#observer.onFirstEvent(this, readAtUs - this.#openedUs);
      if (this.#lent === undefined) return;
    }
    this.#observer.onEvent(this, event.data, event.lastEventId, readAtUs, event.type);
  }

  onHeartbeat(): void {
    const isAlone = readAtUs !== this.#aliveUs;
    const gapUs = this.#takeSignOfLife();
    this.#observer.onHeartbeat(this, isAlone ? gapUs : undefined, readAtUs);
  }

  onRetry(retryMs: number): void {
    this.#retryMs = retryMs;
  }

  onParserProblem(problem: ParserProblem): void {
    this.#observer.onOversized(this, problem);
  }

  /** The time since the last one. */
  #takeSignOfLife(): number {
    const gapUs = readAtUs - this.#aliveUs;
    if (gapUs > this.#longestSilenceUs) this.#longestSilenceUs = gapUs;
    this.#aliveUs = readAtUs;
    return gapUs;
  }

  #takeId(lastEventId: string): void {
    if (lastEventId !== this.#lastEventId) this.#lastEventId = copyOf(lastEventId);
  }

  /** Gives a slow reader its share; what it took too much is taken off, what it did not use is not saved. */
  #allow(shareBytes: number): void {
    const wasPaused = this.#allowanceBytes <= 0;
    this.#allowanceBytes = Math.min(this.#allowanceBytes, 0) + shareBytes;
    if (wasPaused && this.#allowanceBytes > 0) this.#transport?.resume();
  }

  #endOnComplete(atUs: number): void {
    if (this.#refusal !== undefined) this.#endRefused(atUs);
    else this.#end('complete', 'the response is complete', atUs);
  }

  #endOnProblem(problem: string, atUs: number): void {
    if (this.#state === OPEN) this.#end('truncated', `the body cannot be read on: ${problem}`, atUs);
    else this.#end('refused', `the answer is not readable as HTTP: ${problem}`, atUs);
  }

  #endRefused(atUs: number): void {
    const { head, reason } = this.#refusal!;
    this.#end('refused', refusalText(head, reason), atUs, head.status);
  }

  #end(kind: EndKind, detail: string, atUs: number, status = this.#state === OPEN ? 200 : undefined): void {
    if (this.#state === OPEN) this.#longestSilenceUs = this.longestSilenceUs(atUs);
    this.#state = CLOSED;
    this.#reader?.stop();
    this.#reader = undefined;
    this.#refusal = undefined;
    const lent = this.#lent;
    this.#lent = undefined;
    if (lent !== undefined) {
      this.#takeId(lent.parser.lastEventId);
      // It may be in the middle of a push, which this ends; so it is not lent to anyone again.
      lent.parser.end();
    }
    const transport = this.#transport;
    this.#transport = undefined;
    transport?.close();
    this.#observer.onEnd(this, { kind, detail, status }, atUs);
  }
}

// A slice of a string keeps all of it: an id that was cut from a decoded chunk holds up to 2 KiB, and 15,000 of
// them grow the old generation by 100 MB. Shorter strings are copied by the engine.
const MIN_SLICE_LENGTH = 13;
const scratch = Buffer.alloc(4096);
let copied = '';

/** A copy that holds nothing but itself. Fan-out brings one id to thousands of streams in a row: they share it. */
function copyOf(id: string): string {
  if (id.length < MIN_SLICE_LENGTH || id.length * 3 > scratch.length) return id;
  if (id !== copied) copied = scratch.toString('utf8', 0, scratch.write(id));
  return copied;
}

/** What is known so far of an answer that is no event stream. */
interface Refusal {
  readonly head: ResponseHead;
  reason: string;
}

/** The request of a stream, as bytes would go out; an empty id sends no Last-Event-ID. */
function requestHead(settings: StreamSettings, path: string, lastEventId: string): string {
  let text = `GET ${path} HTTP/1.1\r\nHost: ${settings.host}\r\n`;
  for (const [name, value] of DEFAULT_HEADERS) {
    if (!settings.headers.some(([given]) => given.toLowerCase() === name)) text += `${name}: ${value}\r\n`;
  }
  for (const [name, value] of settings.headers) text += `${name}: ${value}\r\n`;
  if (lastEventId !== '') text += `last-event-id: ${lastEventId}\r\n`;
  return `${text}\r\n`;
}

const DEFAULT_HEADERS = [
  ['accept', 'text/event-stream'],
  ['cache-control', 'no-cache'],
] as const;

function isEventStream({ status, headers }: ResponseHead): boolean {
  const type = headers.get('content-type') ?? '';
  const encoding = headers.get('content-encoding') ?? 'identity';
  return status === 200 && /^text\/event-stream[ \t]*(?:;|$)/i.test(type) && encoding === 'identity';
}

function refusalText({ status, headers }: ResponseHead, reason: string): string {
  const type = headers.get('content-type') ?? 'no content type';
  const encoding = headers.get('content-encoding');
  const coded = encoding === undefined ? '' : `, content-encoding ${encoding}`;
  return `status ${status}, ${type}${coded}${reason === '' ? '' : `: ${JSON.stringify(reason)}`}`;
}

const latin1 = new TextDecoder('latin1');
