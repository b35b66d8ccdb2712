// Pairs the requests of one side of an HTTP/1 connection with the responses of the other.

import type { Exchange } from '../../../evidence.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { ExchangeState } from './exchange-state.ts';
import type { MessageHead } from './http-head.ts';
import { type BodyFraming, Http1Half } from './http1-half.ts';

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
  readonly #responses: Http1Half;
  #request: ExchangeState | undefined;
  #response: ExchangeState | undefined;
  #isInterim = false;
  #count = 0;

  /**
   * @param client - which side sends the requests.
   * @param isLost - for each side, whether the capture begins within what it sends.
   */
  constructor(log: ExchangeLog, client: 0 | 1, isLost: readonly [boolean, boolean]) {
    this.#log = log;
    this.#client = client;
    const server = client === 0 ? 1 : 0;
    this.#requests = new Http1Half(
      {
        head: (head, at) => this.#takeRequest(head, at),
        // A request whose head is not in the capture tells nothing.
        chunksWithoutHead: () => {},
        body: () => {},
        hole: () => {},
        end: (at) => {
          if (this.#request !== undefined) this.#request.requestComplete = at;
        },
        problem: (problem) => this.#request?.addProblem(`request: ${problem}`),
      },
      isLost[client],
    );
    this.#responses = new Http1Half(
      {
        head: (head, at) => this.#takeResponse(head, at),
        chunksWithoutHead: () => this.#takeHeadless(),
        body: (bytes, packet, timeMs) => this.#response?.addBody(bytes, packet, timeMs),
        hole: () => {
          if (this.#response !== undefined) this.#response.hasHoles = true;
        },
        end: (at) => this.#endResponse(at),
        problem: (problem) => this.#response?.addProblem(`response: ${problem}`),
      },
      isLost[server],
    );
    this.halves = client === 0 ? [this.#requests, this.#responses] : [this.#responses, this.#requests];
  }

  #takeRequest(head: MessageHead, at: Moment): BodyFraming {
    if (head.request === undefined) return { kind: 'opaque' };
    const exchange = this.#begin(head.version);
    exchange.request = { at, ...head.request, headers: head.headers };
    this.#request = exchange;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(exchange);
    if (head.request.method === 'CONNECT') return { kind: 'opaque' };
    const framing = bodyFraming(head, exchange, 'request');
    return framing.kind === 'until-close' ? NO_BODY : framing;
  }

  #takeResponse(head: MessageHead, at: Moment): BodyFraming {
    const { status, headers } = head;
    if (status === undefined) return { kind: 'opaque' };
    this.#isInterim = status < 200 && status !== 101;
    if (this.#isInterim) return NO_BODY;
    const exchange = this.#waiting.shift() ?? this.#begin(head.version);
    this.#response = exchange;
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

  #takeHeadless(): void {
    // Its request is not the one that waits: that one came while this was under way, or was answered before.
    this.#response = this.#begin('http/1.1');
    this.#response.framing = 'chunked';
    this.#response.hasHoles = true;
  }

  #endResponse(at: Moment): void {
    if (this.#isInterim) {
      this.#isInterim = false;
      return;
    }
    if (this.#response !== undefined) this.#response.complete = at;
    this.#response = undefined;
  }

  #begin(protocol: Exchange['protocol']): ExchangeState {
    return this.#log.begin(++this.#count, protocol, this.#client);
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
