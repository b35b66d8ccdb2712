// Puts the payload of one side in order: each byte once, the first copy that came. What the capture does not hold is
// told as a number of missing bytes, so that a reader can step over it. Positions count bytes of payload from the first.
//
//   positions:   0 ........ next | missing | held | missing | held
//
// A gap is waited for while it may still be filled: until the other side acknowledges what lies behind it (then it
// arrived, and only the capture lacks it), or until more is held than a side may.

import type { Allowance } from './allowance.ts';

/** Takes the bytes of one side. */
export interface ByteSink {
  /** Whether bytes are wanted; if not, only `missing` is told. */
  readonly wantsBytes: boolean;
  /** The next bytes, good until the call returns, with the packet that they came in. */
  bytes(bytes: Buffer, start: number, end: number, packet: number, timeMs: number): void;
  /** So many bytes of the stream are not in the capture. */
  missing(count: number): void;
}

interface Held {
  readonly position: number;
  /** What was captured of it; undefined when nobody wants it. */
  readonly bytes: Buffer | undefined;
  readonly wireBytes: number;
  readonly packet: number;
  readonly timeMs: number;
}

const MAX_HELD_BYTES = 262_144;
const MAX_HELD_SEGMENTS = 512;
// Captures mix up packets of two queues by less than this.
const REORDER_MS = 10;

const NOTHING = Buffer.alloc(0);

export class Reassembly {
  /** The position up to which everything was handed out. */
  next = 0;
  /** Bytes told as missing because no packet of the capture has them; not those cut by snaplen. */
  missingBytes = 0;
  readonly #sink: ByteSink;
  readonly #allowance: Allowance;
  // By position.
  #held: Held[] = [];
  #heldBytes = 0;

  /** @param allowance - of bytes that all sides may hold together. */
  constructor(sink: ByteSink, allowance: Allowance) {
    this.#sink = sink;
    this.#allowance = allowance;
  }

  /** Takes a segment of `wireBytes` at `position`, of which `[start, end)` was captured. */
  add(
    position: number,
    bytes: Buffer,
    start: number,
    end: number,
    wireBytes: number,
    packet: number,
    timeMs: number,
  ): void {
    if (wireBytes <= 0 || position + wireBytes <= this.next) return;
    if (position <= this.next) {
      this.#hand(position, bytes, start, end, wireBytes, packet, timeMs);
      if (this.#held.length > 0) this.#drain();
      return;
    }
    this.#hold(position, bytes, start, end, wireBytes, packet, timeMs);
  }

  /**
   * Gives up gaps that can no longer be filled.
   *
   * @param acked - the position up to which the other side has acknowledged; Infinity when it is not in the capture.
   */
  settle(acked: number, nowMs: number): void {
    while (this.#held.length > 0) {
      const { position, timeMs } = this.#held[0]!;
      if (acked < position || nowMs - timeMs < REORDER_MS) return;
      this.#giveUpGap();
    }
  }

  /** Something is held behind a gap. */
  get isWaiting(): boolean {
    return this.#held.length > 0;
  }

  /** Whether the byte at `position` is here, but not handed out yet. */
  holds(position: number): boolean {
    return this.#held.some((held) => held.position <= position && position < held.position + held.wireBytes);
  }

  /** The capture has ended, or the flow. */
  end(acked: number): void {
    while (this.#held.length > 0) this.#giveUpGap();
    if (acked > this.next && acked !== Number.POSITIVE_INFINITY) {
      this.missingBytes += acked - this.next;
      this.#sink.missing(acked - this.next);
      this.next = acked;
    }
  }

  /** Hands out the part of a segment that was not handed out before. It begins at `next` or before. */
  #hand(
    position: number,
    bytes: Buffer,
    start: number,
    end: number,
    wireBytes: number,
    packet: number,
    timeMs: number,
  ): void {
    const from = start + (this.next - position);
    const isNew = Math.max(0, end - from);
    const uncaptured = position + wireBytes - this.next - isNew;
    this.next = position + wireBytes;
    if (isNew > 0 && this.#sink.wantsBytes) this.#sink.bytes(bytes, from, end, packet, timeMs);
    if (uncaptured > 0) this.#sink.missing(uncaptured);
  }

  #hold(
    position: number,
    bytes: Buffer,
    start: number,
    end: number,
    wireBytes: number,
    packet: number,
    timeMs: number,
  ): void {
    const size = this.#sink.wantsBytes ? end - start : 0;
    while (
      this.#held.length > 0 &&
      (this.#heldBytes + size > MAX_HELD_BYTES || this.#held.length >= MAX_HELD_SEGMENTS)
    ) {
      this.#giveUpGap();
    }
    const isKept = size === 0 || this.#allowance.take(size);
    if (position <= this.next || !isKept) {
      // No room, or the gap was given up: what lies before is missing, and this comes next.
      if (isKept && size > 0) this.#allowance.give(size);
      while (this.#held.length > 0) this.#giveUpGap();
      if (position > this.next) this.#skipTo(position);
      if (position + wireBytes > this.next)
        this.#hand(position, bytes, start, end, wireBytes, packet, timeMs);
      return;
    }
    let at = this.#held.length;
    while (at > 0 && this.#held[at - 1]!.position > position) at--;
    const kept = size === 0 ? undefined : Buffer.allocUnsafeSlow(size);
    kept?.set(bytes.subarray(start, end));
    this.#held.splice(at, 0, { position, bytes: kept, wireBytes, packet, timeMs });
    this.#heldBytes += size;
  }

  #giveUpGap(): void {
    this.#skipTo(this.#held[0]!.position);
    this.#drain();
  }

  #skipTo(position: number): void {
    const count = position - this.next;
    if (count <= 0) return;
    this.missingBytes += count;
    this.next = position;
    this.#sink.missing(count);
  }

  #drain(): void {
    while (this.#held.length > 0 && this.#held[0]!.position <= this.next) {
      const { position, bytes, wireBytes, packet, timeMs } = this.#held.shift()!;
      const size = bytes?.length ?? 0;
      this.#heldBytes -= size;
      this.#allowance.give(size);
      if (position + wireBytes <= this.next) continue;
      this.#hand(position, bytes ?? NOTHING, 0, size, wireBytes, packet, timeMs);
    }
  }
}
