// What two sides say to each other on one connection: finds out by the first bytes which protocol it is, and reads it.
//
//   first bytes of either side -> HTTP/1 | HTTP/2 in clear text | TLS | not known (yet): looks again at later packets

import type { Exchange, Http2Facts, Side, TlsFacts } from '../../../evidence.ts';
import type { Allowance } from '../flow/allowance.ts';
import type { ByteSink } from '../flow/reassembly.ts';
import type { ContentHalf } from './content-half.ts';
import { ExchangeLog } from './exchange-log.ts';
import { beginsMessage } from './http-head.ts';
import { Http1Connection } from './http1-connection.ts';
import { Http2Connection } from './http2-connection.ts';
import { areFrames, PREFACE } from './http2-half.ts';
import { TlsConnection } from './tls-connection.ts';
import { beginsTlsRecord } from './tls-half.ts';

// At so many packets it is looked whether a protocol can be recognised; then the connection speaks something else.
const MAX_LOOKS = 64;
const LOOK_BYTES = 32;
/** As much as must be there to decide. Every first write of the three protocols is longer. */
const MIN_BYTES = 16;

export interface ConversationAllowances {
  readonly exchanges: Allowance;
  readonly bursts: Allowance;
}

type Protocol = 'http1' | 'http2' | 'tls';

export class Conversation {
  /** Takes the bytes of each side, by its index. */
  readonly sinks: readonly [ByteSink, ByteSink];
  readonly #log: ExchangeLog;
  readonly #guess: () => 0 | 1;
  #halves: readonly [ContentHalf, ContentHalf] | undefined;
  #http2: Http2Connection | undefined;
  #tls: TlsConnection | undefined;
  #client: 0 | 1 | undefined;
  #looks = 0;
  // By side: bytes were seen or missed before the protocol was known; the first few of them, while too few to tell.
  readonly #isLate: [boolean, boolean];
  readonly #begun: [Buffer | undefined, Buffer | undefined] = [undefined, undefined];

  /**
   * @param sawStart - the capture has the connection from its first packet.
   * @param guess - which side is the client most likely, where its bytes do not tell.
   */
  constructor(allowances: ConversationAllowances, sawStart: boolean, guess: () => 0 | 1) {
    this.#log = new ExchangeLog(allowances.exchanges, allowances.bursts);
    this.#guess = guess;
    this.#isLate = [!sawStart, !sawStart];
    this.sinks = [new Sink(this, 0), new Sink(this, 1)];
  }

  /** Which side the content shows to be the client, and by what. */
  get client(): { readonly side: 0 | 1; readonly by: 'http' | 'tls' } | undefined {
    if (this.#client !== undefined) return { side: this.#client, by: 'http' };
    return this.#tls?.client === undefined ? undefined : { side: this.#tls.client, by: 'tls' };
  }

  wantsBytes(side: 0 | 1): boolean {
    if (this.#halves !== undefined) return !this.#halves[side].isOver;
    return this.#looks < MAX_LOOKS;
  }

  bytes(side: 0 | 1, bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    if (this.#halves === undefined) {
      this.#look(side, bytes, start, end, packet, timeMs);
      return;
    }
    this.#halves[side].bytes(bytes, start, end, packet, timeMs);
  }

  missing(side: 0 | 1, count: number): void {
    if (this.#halves !== undefined) this.#halves[side].missing(count);
    else {
      this.#isLate[side] = true;
      this.#begun[side] = undefined;
    }
  }

  exchanges(source: number, sides: readonly [Side, Side]): { list: Exchange[]; leftOut: number } {
    return { list: this.#log.toEvidence(source, sides), leftOut: this.#log.leftOut };
  }

  http2(source: number, sides: readonly [Side, Side]): Http2Facts | undefined {
    return this.#http2?.toEvidence(source, sides);
  }

  tls(source: number, sides: readonly [Side, Side]): TlsFacts | undefined {
    return this.#tls?.toEvidence(source, sides);
  }

  #look(side: 0 | 1, bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    if (this.#looks >= MAX_LOOKS) return;
    const begun = this.#begun[side];
    const isLonger = begun !== undefined;
    const all = isLonger ? Buffer.concat([begun, bytes.subarray(start, end)]) : bytes;
    const from = isLonger ? 0 : start;
    const to = isLonger ? all.length : end;
    if (to - from < MIN_BYTES && !this.#isLate[side]) {
      this.#begun[side] = Buffer.from(all.subarray(from, to));
      return;
    }
    this.#looks++;
    this.#begun[side] = undefined;
    const protocol = recognise(all, from, to, this.#isLate[side]);
    if (protocol === undefined) {
      // Whatever comes is not the beginning any more.
      this.#isLate[side] = true;
      return;
    }
    this.#begin(protocol, side, all, from, to);
    this.#halves![side].bytes(all, from, to, packet, timeMs);
    const other = side === 0 ? 1 : 0;
    const rest = this.#begun[other];
    this.#begun[other] = undefined;
    if (rest !== undefined) this.#halves![other].bytes(rest, 0, rest.length, packet, timeMs);
  }

  #begin(protocol: Protocol, side: 0 | 1, bytes: Buffer, start: number, end: number): void {
    const other = side === 0 ? 1 : 0;
    if (protocol === 'tls') {
      this.#tls = new TlsConnection(this.#isLate[side]);
      this.#halves = this.#tls.halves;
    } else if (protocol === 'http2') {
      const hasPreface = isPreface(bytes, start, end);
      if (hasPreface) this.#client = side;
      this.#http2 = new Http2Connection(this.#log, this.#client ?? this.#guess(), !hasPreface);
      this.#halves = this.#http2.halves;
    } else {
      const text = bytes.toString('latin1', start, Math.min(end, start + LOOK_BYTES));
      if (beginsMessage(text)) this.#client = text.startsWith('HTTP/') ? other : side;
      const client = this.#client ?? other;
      this.#client = client;
      const late = this.#isLate;
      this.#halves = new Http1Connection(this.#log, client, [
        late[0] && !(side === 0 && beginsMessage(text)),
        late[1] && !(side === 1 && beginsMessage(text)),
      ]).halves;
    }
  }
}

class Sink implements ByteSink {
  readonly #conversation: Conversation;
  readonly #side: 0 | 1;

  constructor(conversation: Conversation, side: 0 | 1) {
    this.#conversation = conversation;
    this.#side = side;
  }

  get wantsBytes(): boolean {
    return this.#conversation.wantsBytes(this.#side);
  }

  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void {
    this.#conversation.bytes(this.#side, bytes, start, end, packet, timeMs);
  }

  missing(count: number): void {
    this.#conversation.missing(this.#side, count);
  }
}

const CHUNK_LINE = /^[0-9a-fA-F]{1,8}(?:;[^\r\n]*)?\r\n/;

/** @param isLate - it is not the beginning: what begins by chance like a protocol must be whole to be one. */
function recognise(bytes: Buffer, start: number, end: number, isLate: boolean): Protocol | undefined {
  if (isPreface(bytes, start, end)) return 'http2';
  if (beginsTlsRecord(bytes, start, end)) return 'tls';
  const text = bytes.toString('latin1', start, Math.min(end, start + LOOK_BYTES));
  if (beginsMessage(text)) return 'http1';
  if (!isLate) return undefined;
  if (isWholeChunk(bytes, start, end, text)) return 'http1';
  return areFrames(bytes, start, end) ? 'http2' : undefined;
}

function isPreface(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= MIN_BYTES && bytes.compare(PREFACE, 0, MIN_BYTES, start, start + MIN_BYTES) === 0;
}

function isWholeChunk(bytes: Buffer, start: number, end: number, text: string): boolean {
  const line = CHUNK_LINE.exec(text)?.[0];
  if (line === undefined) return false;
  const behind = start + line.length + Number.parseInt(line, 16);
  return behind + 2 <= end && bytes[behind] === 0x0d && bytes[behind + 1] === 0x0a;
}
