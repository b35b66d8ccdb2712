// One publishing connection after the other, for the topics that are pinned to it: that keeps their order. Requests are
// pipelined: written when they are due, whatever is still unanswered, and answers are matched in order. It never sends
// an event twice: one of which any byte may have gone out and no answer has come is told as unknown.
//
//   push -> waiting --flush--> unanswered --answer--> onAnswer
//              |                    \--connection ends, or time is up--> onUnknown
//              \--bound or time--> onUnsent      (after a connection's end, what waits goes on the next)
//
// It has no timer: its owner ticks it. The file is long because queue, connection and answers share one state: what may
// be written depends on all three, and what is lost with a connection is the same question.

import { nowUs } from '../clock.ts';
import { type ResponseHead, ResponseReader, type ResponseSink } from '../stream/response-reader.ts';
import {
  MAX_READ_BYTES,
  type OpenTransport,
  type Transport,
  type TransportOwner,
  type TransportTarget,
} from '../stream/transport.ts';
import { Fifo } from './fifo.ts';

export interface LaneLimits {
  /** Requests of a connection that are on their way; beyond it events wait. */
  readonly maxUnansweredRequests: number;
  /** Bytes handed to the system in one go; the next go out once it has taken these. */
  readonly maxWriteBytes: number;
  /** Events that wait for the server to connect, to read or to answer; one more is not sent. */
  readonly maxWaitingEvents: number;
  /** How long an event may wait, from when it was due. */
  readonly waitTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Before the next connection when one has come to nothing. */
  readonly retryMs: number;
}

export const laneLimits: LaneLimits = {
  maxUnansweredRequests: 32_768,
  maxWriteBytes: 1_048_576,
  maxWaitingEvents: 65_536,
  waitTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 30_000,
  retryMs: 100,
};

/** What all lanes have in common. Events are numbers; only their owner knows more of them. */
export interface LaneSettings {
  readonly target: TransportTarget;
  readonly openTransport: OpenTransport;
  readonly limits: LaneLimits;
  /** Whether bodies of answers are kept, for their ids. */
  readonly readsAnswers: boolean;
  /** Events of one request. */
  readonly maxBatch: number;
  /** The request for events. */
  encode(events: readonly number[]): Uint8Array;
  /** When an event was due. */
  dueUs(event: number): number;
}

/** What becomes of events; each is told exactly once. */
export interface LaneObserver {
  /** @param answer - the body, where answers are read; else empty. */
  onAnswer(events: readonly number[], status: number, answer: string): void;
  /** The server may have taken them, or not. */
  onUnknown(events: readonly number[], why: string): void;
  /** Not a byte of them has gone out. */
  onUnsent(events: readonly number[], why: string): void;
}

interface SentRequest {
  readonly events: readonly number[];
  readonly writtenUs: number;
}

/** Ids of 500 events are 15 KB; of a longer answer the rest is dropped. */
const MAX_ANSWER_LENGTH = 262_144;
const latin1 = new TextDecoder('latin1');

/** What keeps events from being sent while there is a connection. */
const SLOW = 'it does not read or answer fast enough';
/** A server that closes idle connections after N seconds says so; in the last fifth of them it may be doing it. */
const IDLE_SHARE = 0.8;

export class PublishLane implements TransportOwner, ResponseSink {
  readonly #settings: LaneSettings;
  readonly #observer: LaneObserver;
  readonly #waiting = new Fifo<number>();
  readonly #reader = new ResponseReader(this);
  #unanswered = new Fifo<SentRequest>();
  #unansweredEvents = 0;
  #transport: Transport | undefined;
  #isConnected = false;
  #isWriting = false;
  #isStopped = false;
  /** Of this connection: requests written, answers taken. */
  #written = 0;
  #answered = 0;
  /** How many requests a connection takes: what the last one took before the server closed it, until it takes more. */
  #mayWrite = Number.POSITIVE_INFINITY;
  #idleLimitUs = Number.POSITIVE_INFINITY;
  /** When the connection was begun, or gave its last answer. */
  #aliveUs = 0;
  #retryAtUs = 0;
  #obstacle = SLOW;
  // Of the answer that is being read.
  #status = 0;
  #answer = '';
  #keepsAlive = true;
  /** Since when something that is due has not been taken by the system; undefined: all has. */
  #heldSinceUs: number | undefined;
  #longestHeldUs = 0;

  constructor(settings: LaneSettings, observer: LaneObserver) {
    this.#settings = settings;
    this.#observer = observer;
  }

  /** Events on their way: sent, and not answered yet. */
  get unanswered(): number {
    return this.#unansweredEvents;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#unanswered.size === 0;
  }

  /** Connects ahead of the first event. */
  start(): void {
    this.#open(nowUs());
  }

  /** Takes an event that is due; `flush` sends it. */
  push(event: number): void {
    const { maxWaitingEvents } = this.#settings.limits;
    if (this.#isStopped) this.#observer.onUnsent([event], 'not sent, since the run had ended');
    else if (this.#waiting.size < maxWaitingEvents) this.#waiting.push(event);
    else this.#observer.onUnsent([event], `not sent, since ${maxWaitingEvents} were waiting on a connection`);
  }

  /** Writes what waits, as far as bounds and the server allow. */
  flush(): void {
    if (this.#waiting.size === 0) return;
    const atUs = nowUs();
    if (this.#canWrite(atUs)) this.#write(atUs);
    else this.#heldSinceUs ??= atUs;
  }

  /** Time limits; several times a second. */
  tick(atUs: number): void {
    const { connectTimeoutMs, answerTimeoutMs } = this.#settings.limits;
    const oldest = this.#unanswered.first;
    if (oldest !== undefined && atUs - oldest.writtenUs > answerTimeoutMs * 1000) {
      this.#transport?.reset();
      this.#lose(`sent, and not answered within ${answerTimeoutMs} ms`, atUs);
    } else if (!this.#isConnected && atUs - this.#aliveUs > connectTimeoutMs * 1000) {
      this.#transport?.close();
      this.#obstacle = 'ETIMEDOUT';
      this.#lose('', atUs);
    }
    this.#dropOverdue(atUs);
    this.flush();
  }

  /** Sends nothing more that is not on its way. */
  stop(): void {
    this.#isStopped = true;
    this.#dropWaiting(`not sent by the end of the run (${this.#obstacle})`);
  }

  /** Waits for no answer any more. */
  end(): void {
    this.stop();
    this.#transport?.close();
    this.#lose('sent, and not answered by the end of the run', nowUs());
  }

  /** The longest that anything due was not taken by the server's side since the last call: it did not connect, read or answer. */
  takeHeldUs(atUs: number): number {
    const current = this.#heldSinceUs === undefined ? 0 : atUs - this.#heldSinceUs;
    const heldUs = Math.max(this.#longestHeldUs, current);
    this.#longestHeldUs = 0;
    return heldUs;
  }

  // What the transport tells.

  onTransportConnect(): void {
    this.#isConnected = true;
    this.#obstacle = SLOW;
    this.flush();
  }

  onTransportBytes(bytes: Uint8Array, length: number): boolean {
    const atUs = nowUs();
    const transport = this.#transport!;
    let at = 0;
    // An answer may be the end of the connection, and of what stands behind it.
    while (at < length && transport === this.#transport) {
      if (this.#unanswered.size === 0) {
        // Such as a 408 of a server that is tired of waiting: it belongs to no request, and what follows may not either.
        transport.close();
        this.#lose('', atUs);
        return true;
      }
      at += this.#reader.push(bytes.subarray(at, length));
      if (this.#reader.problem !== undefined) {
        transport.reset();
        this.#lose('sent, and answered with what is not HTTP', atUs);
      } else if (this.#reader.isComplete) this.#takeAnswer(atUs);
    }
    // Answers may have made room.
    this.flush();
    return true;
  }

  onTransportFin(): void {
    const atUs = nowUs();
    this.#transport = undefined;
    if (this.#reader.finish()) {
      this.#keepsAlive = false;
      this.#takeAnswer(atUs);
      return;
    }
    this.#learnLimit();
    if (this.#reader.hasHead) this.#loseFirst('sent, and the answer was cut off');
    this.#lose('sent, and the connection was closed', atUs);
  }

  onTransportFailure(code: string): void {
    this.#transport = undefined;
    this.#obstacle = code;
    this.#learnLimit();
    this.#lose(`sent, and the connection failed (${code})`, nowUs());
  }

  // What the response reader tells.

  onHead({ status, headers, keepsAlive }: ResponseHead): void {
    this.#status = status;
    this.#keepsAlive = keepsAlive;
    const seconds = /(?:^|[,; ])timeout=(\d{1,6})/i.exec(headers.get('keep-alive') ?? '')?.[1];
    if (seconds !== undefined) this.#idleLimitUs = Number(seconds) * 1e6 * IDLE_SHARE;
  }

  onBody(bytes: Uint8Array): void {
    if (this.#settings.readsAnswers && this.#answer.length < MAX_ANSWER_LENGTH)
      this.#answer += latin1.decode(bytes);
  }

  #open(atUs: number): void {
    this.#answer = '';
    this.#isConnected = false;
    this.#isWriting = false;
    this.#written = 0;
    this.#answered = 0;
    this.#idleLimitUs = Number.POSITIVE_INFINITY;
    this.#aliveUs = atUs;
    this.#reader.restart();
    const { openTransport, target } = this.#settings;
    this.#transport = openTransport(this, target, undefined, MAX_READ_BYTES);
  }

  #canWrite(atUs: number): boolean {
    if (this.#transport === undefined) {
      if (atUs >= this.#retryAtUs) this.#open(atUs);
      return false;
    }
    if (!this.#isConnected || this.#isWriting) return false;
    if (this.#unanswered.size > 0) {
      return (
        this.#written < this.#mayWrite && this.#unanswered.size < this.#settings.limits.maxUnansweredRequests
      );
    }
    if (this.#answered > 0 && atUs - this.#aliveUs > this.#idleLimitUs) {
      this.#transport.close();
      this.#open(atUs);
      return false;
    }
    // It has answered as many as the connection before it, and is still there: it may be asked more.
    if (this.#written >= this.#mayWrite) this.#mayWrite *= 2;
    return true;
  }

  #write(atUs: number): void {
    const { limits, maxBatch, encode } = this.#settings;
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    while (
      this.#waiting.size > 0 &&
      bytes < limits.maxWriteBytes &&
      this.#written < this.#mayWrite &&
      this.#unanswered.size < limits.maxUnansweredRequests
    ) {
      const events = this.#waiting.take(maxBatch);
      const piece = encode(events);
      pieces.push(piece);
      bytes += piece.length;
      this.#written++;
      this.#unanswered.push({ events, writtenUs: atUs });
      this.#unansweredEvents += events.length;
    }
    const transport = this.#transport!;
    this.#isWriting = true;
    this.#heldSinceUs ??= atUs;
    transport.write(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes), (error) => {
      // A failure is told by the transport.
      if (error == null && transport === this.#transport) this.#onWritten();
    });
  }

  /** The system has taken all that was written. */
  #onWritten(): void {
    this.#isWriting = false;
    if (this.#waiting.size === 0) this.#endHold();
    else this.flush();
  }

  #endHold(): void {
    if (this.#heldSinceUs === undefined) return;
    this.#longestHeldUs = Math.max(this.#longestHeldUs, nowUs() - this.#heldSinceUs);
    this.#heldSinceUs = undefined;
  }

  #takeAnswer(atUs: number): void {
    const [{ events }] = this.#unanswered.take(1) as [SentRequest];
    this.#unansweredEvents -= events.length;
    this.#answered++;
    this.#aliveUs = atUs;
    this.#reader.restart();
    const answer = this.#answer;
    this.#answer = '';
    if (!this.#keepsAlive) {
      this.#learnLimit();
      this.#transport?.close();
      this.#observer.onAnswer(events, this.#status, answer);
      this.#lose('sent, and the server closed the connection after an earlier answer', atUs);
      return;
    }
    this.#observer.onAnswer(events, this.#status, answer);
  }

  /** A server that has closed with requests on their way would do it again: the next connection has as many as it took. */
  #learnLimit(): void {
    if (this.#answered > 0 && (this.#unanswered.size > 0 || !this.#keepsAlive))
      this.#mayWrite = this.#answered;
  }

  #loseFirst(why: string): void {
    const [first] = this.#unanswered.take(1);
    if (first === undefined) return;
    this.#unansweredEvents -= first.events.length;
    this.#observer.onUnknown(first.events, why);
  }

  /** The connection is gone: what it had not answered is unknown, what waits goes on the next. */
  #lose(why: string, atUs: number): void {
    this.#transport = undefined;
    this.#isConnected = false;
    this.#isWriting = false;
    this.#retryAtUs = this.#answered > 0 ? atUs : atUs + this.#settings.limits.retryMs * 1000;
    const lost = this.#unanswered;
    this.#unanswered = new Fifo();
    this.#unansweredEvents = 0;
    for (const { events } of lost.take(lost.size)) this.#observer.onUnknown(events, why);
    if (this.#waiting.size === 0) this.#endHold();
    else this.flush();
  }

  #dropOverdue(atUs: number): void {
    const { limits, dueUs } = this.#settings;
    const overdueUs = atUs - limits.waitTimeoutMs * 1000;
    const overdue: number[] = [];
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      if (dueUs(first) > overdueUs) break;
      overdue.push(...this.#waiting.take(1));
    }
    if (overdue.length === 0) return;
    this.#observer.onUnsent(overdue, `not sent within ${limits.waitTimeoutMs} ms (${this.#obstacle})`);
  }

  #dropWaiting(why: string): void {
    const events = this.#waiting.take(this.#waiting.size);
    if (events.length > 0) this.#observer.onUnsent(events, why);
    if (!this.#isWriting) this.#endHold();
  }
}
