// An HTTP/2 connection in clear text: a stream is an exchange, and what either side says about the connection is kept.

import type { Goaway, Http2Facts, Http2Settings, Side } from '../../../evidence.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { ExchangeState } from './exchange-state.ts';
import { type Frame, FrameType, Http2Half } from './http2-half.ts';

const END_STREAM = 0x1;
const ACK = 0x1;

// Of each kind, the first.
const MAX_FACTS = 16;
const MAX_SETTINGS = 32;
const MAX_DEBUG_BYTES = 256;

type Said<Evidence> = Omit<Evidence, 'ref' | 'atMs' | 'from'> & { at: Moment; from: 0 | 1 };

export class Http2Connection {
  /** What each side sends, by its index. */
  readonly halves: readonly [ContentHalf, ContentHalf];
  readonly #log: ExchangeLog;
  readonly #client: 0 | 1;
  readonly #isLost: boolean;
  readonly #goaways: Said<Goaway>[] = [];
  readonly #settings: Said<Http2Settings>[] = [];
  readonly #pings: [number, number] = [0, 0];
  // The exchange that was spoken of last: frames of one stream come in rows.
  #latest: ExchangeState | undefined;

  /**
   * @param client - which side began the connection.
   * @param isLost - the capture begins somewhere within.
   */
  constructor(log: ExchangeLog, client: 0 | 1, isLost: boolean) {
    this.#log = log;
    this.#client = client;
    this.#isLost = isLost;
    this.halves = [this.#half(0), this.#half(1)];
  }

  toEvidence(source: number, sides: readonly [Side, Side]): Http2Facts {
    const ref = ({ packet }: Moment) => ({ source, at: packet });
    const byIndex = (index: 0 | 1) => this.#pings[sides[0] === 'client' ? index : 1 - index]!;
    return {
      goaways: this.#goaways.map(({ at, from, ...said }) => ({
        ref: ref(at),
        atMs: at.timeMs,
        from: sides[from],
        ...said,
      })),
      settings: this.#settings.map(({ at, from, ...said }) => ({ ref: ref(at), from: sides[from], ...said })),
      pings: { client: byIndex(0), server: byIndex(1) },
    };
  }

  #half(from: 0 | 1): Http2Half {
    const isClient = from === this.#client;
    return new Http2Half(
      {
        data: (streamId, bytes, packet, timeMs) => {
          if (!isClient) this.#exchange(streamId).addBody(bytes, packet, timeMs);
        },
        frame: (frame, at) => this.#take(frame, from, at),
        hole: (streamId) => {
          if (!isClient) this.#exchange(streamId).hasHoles = true;
        },
        lost: () => this.#log.markOpen(),
      },
      isClient && !this.#isLost,
    );
  }

  #take(frame: Frame, from: 0 | 1, at: Moment): void {
    switch (frame.type) {
      case FrameType.data:
        if ((frame.flags & END_STREAM) !== 0) this.#endStream(frame.streamId, from, at);
        break;
      case FrameType.headers:
        if (frame.streamId === 0) break;
        this.#exchange(frame.streamId);
        if ((frame.flags & END_STREAM) !== 0) this.#endStream(frame.streamId, from, at);
        break;
      case FrameType.rstStream:
        if (frame.streamId !== 0 && frame.payload.length >= 4) {
          this.#exchange(frame.streamId).addReset(at, from, uint32(frame.payload, 0));
        }
        break;
      case FrameType.settings:
        this.#takeSettings(frame, from, at);
        break;
      case FrameType.ping:
        if ((frame.flags & ACK) === 0) this.#pings[from]++;
        break;
      case FrameType.goaway:
        this.#takeGoaway(frame, from, at);
        break;
    }
  }

  #takeSettings({ flags, payload }: Frame, from: 0 | 1, at: Moment): void {
    if ((flags & ACK) !== 0 || this.#settings.length >= MAX_FACTS) return;
    const values: Record<number, number> = {};
    for (let i = 0; i + 6 <= payload.length && i < MAX_SETTINGS * 6; i += 6) {
      values[payload[i]! * 256 + payload[i + 1]!] = uint32(payload, i + 2);
    }
    this.#settings.push({ at, from, values });
  }

  #takeGoaway({ payload }: Frame, from: 0 | 1, at: Moment): void {
    if (payload.length < 8 || this.#goaways.length >= MAX_FACTS) return;
    const debug = Buffer.from(payload.subarray(8, 8 + MAX_DEBUG_BYTES))
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '');
    this.#goaways.push({
      at,
      from,
      lastStreamId: uint32(payload, 0) % 0x80000000,
      code: uint32(payload, 4),
      ...(debug !== '' && { debug }),
    });
  }

  #endStream(streamId: number, from: 0 | 1, at: Moment): void {
    if (streamId === 0) return;
    const exchange = this.#exchange(streamId);
    if (from === this.#client) exchange.requestComplete = at;
    else exchange.complete ??= at;
  }

  #exchange(streamId: number): ExchangeState {
    if (this.#latest?.id === streamId) return this.#latest;
    let exchange = this.#log.find(streamId);
    if (exchange === undefined) {
      exchange = this.#log.begin(streamId, 'http/2', this.#client);
      exchange.framing = 'http2';
      // What came before the capture is not known.
      exchange.hasHoles = this.#isLost;
    }
    this.#latest = exchange;
    return exchange;
  }
}

function uint32(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x1000000 + bytes[at + 1]! * 65_536 + bytes[at + 2]! * 256 + bytes[at + 3]!;
}
