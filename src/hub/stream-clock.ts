// What time does to a stream: heartbeats, the stall and close bounds, the end of its grant. One wheel for all.

import type { EndReason } from '../wire/index.ts';
import type { Slicer } from './slicer.ts';
import type { Stream } from './stream.ts';
import { Wheel } from './wheel.ts';

export interface StreamTimes {
  /** The longest time without a byte on a stream, in milliseconds. */
  readonly heartbeatMs: number;
  /** How long a stream that pushed back may take nothing before it ends with `stalled`. */
  readonly stallTimeoutMs: number;
  /** How long an ended stream may take to close before it is cut. */
  readonly closeTimeoutMs: number;
  /** The longest life of a stream; undefined for any. It then ends with `aged`, and comes back. */
  readonly maxStreamAgeMs: number | undefined;
}

export interface StreamClockHost {
  /** Nothing was written for almost `heartbeatMs`. */
  beat(stream: Stream, nowMs: number): void;
  /** The grant of the stream has ended. */
  expire(stream: Stream): void;
  /** The stream has been open for long enough. */
  age(stream: Stream): void;
}

// Heartbeats are due in this part of heartbeatMs, so that with the wheel's tick the promise is kept, and
// streams that were opened together drift apart.
const HEARTBEAT_EARLIEST = 0.8;
const HEARTBEAT_SPREAD = 0.15;
// Streams that were opened together, after a deploy say, end over a fifth of their age.
const AGE_SPREAD = 0.2;
const TICKS_A_HEARTBEAT = 60;
const MIN_TICK_MS = 2;
const MAX_TICK_MS = 250;
const STALL_SAMPLES = 4;
// What the kernel holds for a stream that is held is looked at every second.
const MIN_HELD_STALL_MS = 5000;

export class StreamClock {
  readonly #times: StreamTimes;
  readonly #host: StreamClockHost;
  readonly #wheel: Wheel;

  constructor(times: StreamTimes, slicer: Slicer, host: StreamClockHost) {
    this.#times = times;
    this.#host = host;
    const tickMs = times.heartbeatMs / TICKS_A_HEARTBEAT;
    this.#wheel = new Wheel(Math.min(Math.max(tickMs, MIN_TICK_MS), MAX_TICK_MS), slicer);
  }

  start(stream: Stream, nowMs: number): void {
    const { maxStreamAgeMs } = this.#times;
    if (maxStreamAgeMs !== undefined) {
      stream.agesAtMs = nowMs + maxStreamAgeMs * (1 - AGE_SPREAD * Math.random());
    }
    this.#schedule(stream, this.#nextDueMs(stream, nowMs));
  }

  /** From now on only the time that the stream may take to close is measured. */
  startClosing(stream: Stream, nowMs: number): void {
    this.#schedule(stream, nowMs + this.#times.closeTimeoutMs);
  }

  stop(stream: Stream): void {
    this.#wheel.cancel(stream);
  }

  onDue(stream: Stream, nowMs: number): number | undefined {
    if (stream.state === 'ending') return cut(stream, stream.endReason!);
    if (stream.expiresAtMs <= Date.now()) {
      this.#host.expire(stream);
      return undefined;
    }
    if (stream.agesAtMs <= nowMs) {
      this.#host.age(stream);
      return undefined;
    }
    if (!stream.takesMore) {
      if (this.#isStalled(stream, nowMs)) return cut(stream, 'stalled');
    } else if (nowMs - stream.lastProgressMs >= this.#times.heartbeatMs * HEARTBEAT_EARLIEST) {
      this.#host.beat(stream, nowMs);
    }
    return stream.state === 'ended' ? undefined : this.#nextDueMs(stream, nowMs);
  }

  // An outlet that throws ends its stream within the call that was to be followed by this.
  #schedule(stream: Stream, dueMs: number): void {
    if (stream.state !== 'ended') this.#wheel.schedule(stream, dueMs);
  }

  #isStalled(stream: Stream, nowMs: number): boolean {
    const { unsentBytes } = stream;
    if (unsentBytes !== stream.lastUnsentBytes) {
      stream.lastUnsentBytes = unsentBytes;
      stream.lastProgressMs = nowMs;
    }
    return nowMs - stream.lastProgressMs >= this.#stallMs(stream);
  }

  #stallMs({ heldBytes }: Stream): number {
    const { stallTimeoutMs } = this.#times;
    return heldBytes === 0 ? stallTimeoutMs : Math.max(stallTimeoutMs, MIN_HELD_STALL_MS);
  }

  #nextDueMs(stream: Stream, nowMs: number): number {
    const { heartbeatMs, stallTimeoutMs } = this.#times;
    const share = HEARTBEAT_EARLIEST + Math.random() * HEARTBEAT_SPREAD;
    // It may push back right after this, and nobody asks the clock then.
    const wantedMs = !stream.takesMore
      ? Math.min(stream.lastProgressMs + this.#stallMs(stream), nowMs + stallTimeoutMs / STALL_SAMPLES)
      : Math.min(stream.lastProgressMs + heartbeatMs * share, nowMs + stallTimeoutMs);
    return Math.min(wantedMs, stream.agesAtMs, nowMs + Math.max(stream.expiresAtMs - Date.now(), 0));
  }
}

function cut(stream: Stream, reason: EndReason): undefined {
  stream.cut(reason);
  return undefined;
}
