// Pairs the requests of one side of an HTTP/1 connection with the responses of the other.

import type { Exchange } from '../../../evidence.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { ExchangeState } from './exchange-state.ts';
import type { MessageHead } from './http-head.ts';
import { type BodyFraming, type Http1Events, Http1Half } from './http1-half.ts';

// Requests that wait for their responses. Nobody pipelines more.
const MAX_WAITING = 64;

const NO_BODY: BodyFraming = { kind: 'none' };
const LENGTH = /^\d{1,15}$/;

export class Http1Connection {
  /** What each side sends, by its index. */
  readonly halves: readonly [ContentHalf, ContentHalf];
  readonly #log: ExchangeLog;
  readonly #client: 0 | 1;
  readonly #waiting: ExchangeState[] = [];
  readonly #requests: Http1Half;
  request: ExchangeState | undefined = undefined;
  response: ExchangeState | undefined = undefined;
  #isInterim = false;
  #count = 0;

  /**
   * @param client - which side sends the requests.
   * @param isLost - for each side, whether the capture begins within what it sends.
   */
  constructor(log: ExchangeLog, client: 0 | 1, isLost: readonly [boolean, boolean]) {
    this.#log = log;
    this.#client = client;
    this.#requests = new Http1Half(new Requests(this), isLost[client]);
    const responses = new Http1Half(new Responses(this), isLost[client === 0 ? 1 : 0]);
    this.halves = client === 0 ? [this.#requests, responses] : [responses, this.#requests];
  }

  takeRequest(head: MessageHead, at: Moment): BodyFraming {
    if (head.request === undefined) return { kind: 'opaque' };
    const exchange = this.#begin(head.version);
    exchange.request = { at, ...head.request, headers: head.headers };
    this.request = exchange;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(exchange);
    if (head.request.method === 'CONNECT') return { kind: 'opaque' };
    const framing = bodyFraming(head, exchange, 'request');
    return framing.kind === 'until-close' ? NO_BODY : framing;
  }

  takeResponse(head: MessageHead, at: Moment): BodyFraming {
    const { status, headers } = head;
    if (status === undefined) return { kind: 'opaque' };
    this.#isInterim = status < 200 && status !== 101;
    if (this.#isInterim) return NO_BODY;
    const exchange = this.#waiting.shift() ?? this.#begin(head.version);
    this.response = exchange;
    exchange.protocol = head.version;
    exchange.response = { at, status, headers };
    const method = exchange.request?.method;
    if (status === 101 || (method === 'CONNECT' && status < 300)) {
      this.#requests.stop();
      return { kind: 'opaque' };
    }
    const hasNone = method === 'HEAD' || status === 204 || status === 304;
    const framing = hasNone ? NO_BODY : bodyFraming(head, exchange, 'response');
    if (framing.kind === 'none') exchange.framing = 'no-body';
    else if (framing.kind === 'fixed') {
      exchange.framing = 'content-length';
      exchange.contentLength = framing.length;
    } else if (framing.kind !== 'opaque') exchange.framing = framing.kind;
    return framing;
  }

  takeHeadless(): void {
    // Its request is not the one that waits: that one came while this was under way, or was answered before.
    this.response = this.#begin('http/1.1');
    this.response.framing = 'chunked';
    this.response.hasHoles = true;
  }

  endResponse(at: Moment): void {
    if (this.#isInterim) {
      this.#isInterim = false;
      return;
    }
    if (this.response !== undefined) this.response.complete = at;
    this.response = undefined;
  }

  #begin(protocol: Exchange['protocol']): ExchangeState {
    return this.#log.begin(++this.#count, protocol, this.#client);
  }
}

/** What the reader of requests tells. */
class Requests implements Http1Events {
  readonly #connection: Http1Connection;

  constructor(connection: Http1Connection) {
    this.#connection = connection;
  }

  head(head: MessageHead, at: Moment): BodyFraming {
    return this.#connection.takeRequest(head, at);
  }

  // A request whose head is not in the capture tells nothing, nor do the bytes of a body.
  chunksWithoutHead(): void {}
  body(): void {}
  hole(): void {}

  end(at: Moment): void {
    if (this.#connection.request !== undefined) this.#connection.request.requestComplete = at;
  }

  problem(problem: string): void {
    this.#connection.request?.addProblem(`request: ${problem}`);
  }
}

/** What the reader of responses tells. */
class Responses implements Http1Events {
  readonly #connection: Http1Connection;

  constructor(connection: Http1Connection) {
    this.#connection = connection;
  }

  head(head: MessageHead, at: Moment): BodyFraming {
    return this.#connection.takeResponse(head, at);
  }

  chunksWithoutHead(): void {
    this.#connection.takeHeadless();
  }

  body(bytes: number, packet: number, timeMs: number): void {
    this.#connection.response?.addBody(bytes, packet, timeMs);
  }

  hole(): void {
    if (this.#connection.response !== undefined) this.#connection.response.hasHoles = true;
  }

  end(at: Moment): void {
    this.#connection.endResponse(at);
  }

  problem(problem: string): void {
    this.#connection.response?.addProblem(`response: ${problem}`);
  }
}

function bodyFraming(
  { headers }: MessageHead,
  exchange: ExchangeState,
  whose: 'request' | 'response',
): BodyFraming {
  const coding = headers['transfer-encoding'];
  const length = headers['content-length'];
  if (coding !== undefined) {
    if (length !== undefined) exchange.addProblem(`${whose}: both Transfer-Encoding and Content-Length`);
    return /(?:^|,)\s*chunked\s*$/i.test(coding) ? { kind: 'chunked' } : { kind: 'until-close' };
  }
  if (length === undefined) return { kind: 'until-close' };
  if (LENGTH.test(length)) return { kind: 'fixed', length: Number(length) };
  exchange.addProblem(`${whose}: Content-Length is no number`);
  return { kind: 'until-close' };
}
