// One open SSE response: its subscription, its position, and the way from open to ended.
//
//            position === head             pushed back, or held
//   behind ---------------------> live ------------------------> behind
//      |                            |
//      +----------> ending <--------+      end(reason): last block, clean end, bounded in time
//                     |
//                   ended                  the outlet is closed; also straight from behind and live
//
// It holds no event: what it has yet to be sent is the range after its position.

import type { EndReason } from '../wire/index.ts';
import type { Chunk } from './chunk.ts';
import type { Outlet, OutletListener } from './outlet.ts';
import type { Subscription } from './subscription.ts';
import type { WheelItem } from './wheel.ts';

export type StreamState = 'behind' | 'live' | 'ending' | 'ended';

/** What a stream needs of the shard that holds it. */
export interface StreamHost {
  /** The stream is behind and can be written to: have it read on. */
  readOn(stream: Stream): void;
  /** The wheel's turn for the stream; see `WheelItem.onDue`. */
  onDue(stream: Stream, nowMs: number): number | undefined;
  /** The stream has come to its end. */
  onEnded(stream: Stream, reason: EndReason): void;
  /** The outlet threw; the stream is about to be cut. */
  onOutletError(stream: Stream, error: unknown): void;
  /** Ends the stream in the normal way, within a bounded time. */
  end(stream: Stream, reason: EndReason): void;
  /** The last block, which tells the client why; a client that has left is told nothing. */
  lastBlock(stream: Stream, reason: EndReason): Chunk | undefined;
}

// Each field is 8 bytes for every stream; the four times are doubles, which V8 boxes (16 bytes more each). 224 in all;
// docs/decisions/lean-streams.md has the whole account.
export class Stream implements OutletListener, WheelItem {
  readonly host: StreamHost;
  readonly outlet: Outlet;
  readonly subscription: Subscription;
  /** When the grant ends, on the clock of Date.now(); Infinity when it does not. */
  readonly expiresAtMs: number;

  state: StreamState = 'behind';
  /** Complete up to here: every wanted record was written. A live stream is complete even further; see `reached`. */
  position: number;
  /** The outlet pushed back: it holds bytes that the kernel has not taken. */
  isPushedBack = false;
  /**
   * What waits for the peer in the kernel, in bytes, when that is too much to write more; else 0. The kernel takes
   * megabytes before the outlet pushes back.
   */
  heldBytes = 0;
  /** It waits for its turn to read, or for the log. */
  isReading = false;
  endReason: EndReason | undefined;

  /** When something was last written, or, while pushed back, when the peer was last seen to read. */
  lastProgressMs = 0;
  lastUnsentBytes = 0;
  /** When it has been open for long enough, on the clock of performance.now(); Infinity where there is no such age. */
  agesAtMs = Number.POSITIVE_INFINITY;
  /** When it was opened, in tenths of a second of performance.now(): a small integer, which V8 does not box. */
  readonly openedTenths = Math.floor(performance.now() / 100);
  dueMs = 0;
  wheelSlot: Set<WheelItem> | undefined = undefined;

  constructor(
    host: StreamHost,
    outlet: Outlet,
    subscription: Subscription,
    position: number,
    expiresAtMs: number,
  ) {
    this.host = host;
    this.outlet = outlet;
    this.subscription = subscription;
    this.position = position;
    this.expiresAtMs = expiresAtMs;
  }

  get isOpen(): boolean {
    return this.state === 'behind' || this.state === 'live';
  }

  /** Whether it may be written to. */
  get takesMore(): boolean {
    return !this.isPushedBack && this.heldBytes === 0;
  }

  /** Bytes that were written and that the peer has not got, as far as they are known. */
  get unsentBytes(): number {
    return this.outlet.unsentBytes + this.heldBytes;
  }

  /** Writes blocks; a live stream whose outlet pushes back is behind from here on. */
  write(chunk: Chunk, nowMs: number): void {
    this.lastProgressMs = nowMs;
    let isTaken: boolean;
    try {
      isTaken = this.outlet.write(chunk);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (isTaken || !this.isOpen) return;
    this.isPushedBack = true;
    this.lastUnsentBytes = this.unsentBytes;
    this.turnBehind();
  }

  /** See `Shard.hold`, which knows where the stream is. */
  hold(kernelBytes: number): void {
    if (!this.isOpen) return;
    const isNew = this.heldBytes === 0;
    this.heldBytes = kernelBytes;
    if (!isNew) return;
    this.lastUnsentBytes = this.unsentBytes;
    this.lastProgressMs = performance.now();
    this.turnBehind();
  }

  release(): void {
    if (this.heldBytes === 0) return;
    this.heldBytes = 0;
    this.#readOn();
  }

  /**
   * Up to where the stream is complete, given that records up to `matchedTo` have been matched: a live one beyond
   * its position, since nothing after it and before its next hit is wanted.
   */
  reached(matchedTo: number): number {
    if (this.state !== 'live') return this.position;
    return Math.max(this.position, this.subscription.completeTo(matchedTo));
  }

  turnLive(): void {
    this.state = 'live';
    this.subscription.live.add(this);
  }

  turnBehind(): void {
    if (this.state !== 'live') return;
    this.state = 'behind';
    this.subscription.live.delete(this);
  }

  /** Ends the stream in the normal way and tells the client why. */
  end(reason: EndReason): void {
    if (!this.isOpen) return;
    // Made first: up to where a stream is complete depends on whether it is live.
    const last = this.host.lastBlock(this, reason);
    this.#close(reason);
    try {
      this.outlet.end(last);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the stream by cutting the connection: for a peer that takes nothing any more. */
  cut(reason: EndReason): void {
    if (this.state === 'ended') return;
    if (this.isOpen) this.#close(reason);
    this.outlet.reset();
  }

  onDrain(): void {
    this.isPushedBack = false;
    this.#readOn();
  }

  onLeave(): void {
    this.host.end(this, 'client-left');
  }

  onClose(reason: EndReason): void {
    if (this.state === 'ended') return;
    if (this.isOpen) this.#close(reason);
    this.state = 'ended';
    this.host.onEnded(this, this.endReason ?? reason);
  }

  onDue(nowMs: number): number | undefined {
    return this.host.onDue(this, nowMs);
  }

  // An outlet that throws (middleware around a response may) has failed for good. What it was given counts as
  // sent; the client, cut off, comes back with the cursor that it really has.
  #fail(error: unknown): void {
    this.host.onOutletError(this, error);
    try {
      this.outlet.reset();
    } catch (resetError) {
      this.host.onOutletError(this, resetError);
    }
    this.onClose('error');
  }

  #readOn(): void {
    this.lastProgressMs = performance.now();
    if (this.state === 'behind') this.host.readOn(this);
  }

  #close(reason: EndReason): void {
    this.turnBehind();
    this.state = 'ending';
    this.endReason = reason;
  }
}
