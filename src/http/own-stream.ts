// An event stream of the application's own, on whatever outlet it was opened: sends, heartbeats, stalls and its end. What
// it sends is kept nowhere.

import { describe, type GivenOptions, integer, milliseconds, type ResolvedOptions } from '../base/options.ts';
import { Chunk } from '../hub/chunk.ts';
import type { Outlet, OutletListener } from '../hub/outlet.ts';
import { Slicer } from '../hub/slicer.ts';
import { Wheel, type WheelItem } from '../hub/wheel.ts';
import { type EndReason, encodeComment, encodeEvent, encodeRetry } from '../wire/index.ts';
import { hubOptions } from './hub-options.ts';

const WHEEL_TICK_MS = 50;
// A heartbeat is due after 8 tenths of its time, and a tick must fit into the rest.
const HEARTBEAT_EARLIEST = 0.8;
const MIN_HEARTBEAT_MS = 250;
const STALL_SAMPLES = 4;

export const streamOptions = {
  /** The longest time without a byte, in milliseconds; then a comment is sent. */
  heartbeatMs: milliseconds(hubOptions.heartbeatMs.default, MIN_HEARTBEAT_MS),
  /** How long a client may take nothing of what it was sent, in milliseconds, before its stream ends. */
  stallTimeoutMs: hubOptions.stallTimeoutMs,
  /** How long an ended stream may take to close, in milliseconds, before it is cut. */
  closeTimeoutMs: hubOptions.closeTimeoutMs,
  /** The most bytes that may wait for a client that does not keep up; sending more ends the stream with `limit`. */
  maxHeldBytes: integer(1_048_576),
};

export type StreamOptions = GivenOptions<typeof streamOptions>;
export type ResolvedStreamOptions = ResolvedOptions<typeof streamOptions>;

export interface SentEvent {
  /** Goes out as `id`, and comes back as `lastEventId` when the client reconnects. */
  readonly id?: string | undefined;
  /** The event type; clients get `message` when there is none. */
  readonly type?: string | undefined;
  /** A string goes out as it is, any other JSON value as its JSON text. */
  readonly data: unknown;
}

/** An open stream. Every method may be called at any time; after the end they do nothing. */
export interface EventStream {
  /**
   * Sends one event. True: the socket took it. False: either the client does not keep up (the event waits and
   * goes out; await `drained()` before the next) or the stream has ended (`endReason` says why).
   *
   * @throws TypeError for an id or type that would change other fields, and for data that is no JSON value.
   */
  send(event: SentEvent): boolean;
  /** Sends a comment, which no application sees. */
  comment(text?: string): boolean;
  /** Sets the client's reconnect delay, in milliseconds. @throws RangeError. */
  retry(ms: number): boolean;
  /** Sets the longest time without a byte, in milliseconds. @throws RangeError. */
  setHeartbeat(ms: number): void;
  /** Resolves when `send` would be taken again, or when the stream has ended. */
  drained(): Promise<void>;
  /** Ends the stream in the normal way; EventSource then reconnects. */
  end(reason?: EndReason): void;
  /** Why the stream has ended, or undefined while it is open. */
  readonly endReason: EndReason | undefined;
  /** Aborted with the end reason when the stream has ended, whoever ended it. */
  readonly signal: AbortSignal;
  /** The id that the client wants to go on from; empty for a fresh stream. */
  readonly lastEventId: string;
}

// Streams of this kind share one wheel; its timer runs only while some are open.
const slicer = new Slicer((error) => process.emitWarning(error as Error));
const wheel = new Wheel(WHEEL_TICK_MS, slicer);

export class OwnStream implements EventStream, OutletListener, WheelItem {
  readonly lastEventId: string;
  readonly #outlet: Outlet | undefined;
  readonly #options: ResolvedStreamOptions;
  #heartbeatMs: number;
  #endReason: EndReason | undefined;
  #isPushedBack = false;
  // When something was last written or, while pushed back, when the client was last seen to read.
  #lastProgressMs = 0;
  #lastUnsentBytes = 0;
  #controller: AbortController | undefined;
  #onDrained: (() => void)[] = [];
  dueMs = 0;
  wheelSlot: Set<WheelItem> | undefined = undefined;

  constructor(outlet: Outlet | undefined, lastEventId: string, options: ResolvedStreamOptions) {
    this.#outlet = outlet;
    this.lastEventId = lastEventId;
    this.#options = options;
    this.#heartbeatMs = options.heartbeatMs;
    if (outlet === undefined) {
      this.#endReason = 'client-left';
      return;
    }
    outlet.listener = this;
    // The head goes out with the first bytes; a comment now, so that the client's `open` does not wait.
    this.comment();
    this.#schedule();
  }

  get endReason(): EndReason | undefined {
    return this.#endReason;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#endReason !== undefined) this.#controller.abort(this.#endReason);
    }
    return this.#controller.signal;
  }

  send(event: SentEvent): boolean {
    const data = typeof event.data === 'string' ? event.data : JSON.stringify(event.data);
    if (data === undefined)
      throw new TypeError(`Expected \`data\` to be a JSON value, got ${describe(event.data)}`);
    return this.#write(encodeEvent({ id: event.id, type: event.type, data }));
  }

  comment(text = ''): boolean {
    return this.#write(encodeComment(text));
  }

  retry(ms: number): boolean {
    return this.#write(encodeRetry(ms));
  }

  setHeartbeat(ms: number): void {
    if (!streamOptions.heartbeatMs.accepts(ms)) {
      throw new RangeError(
        `Expected \`ms\` to be ${streamOptions.heartbeatMs.expected}, got ${describe(ms)}`,
      );
    }
    this.#heartbeatMs = ms;
    if (this.#endReason === undefined) this.#schedule();
  }

  drained(): Promise<void> {
    if (!this.#isPushedBack || this.#endReason !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  end(reason: EndReason = 'ended'): void {
    if (this.#endReason !== undefined) return;
    this.#outlet!.end();
    wheel.schedule(this, performance.now() + this.#options.closeTimeoutMs);
    this.#finish(reason);
  }

  onDrain(): void {
    this.#isPushedBack = false;
    this.#lastProgressMs = performance.now();
    if (this.#endReason === undefined) this.#schedule();
    this.#release();
  }

  onLeave(): void {
    this.end('client-left');
  }

  onClose(reason: EndReason): void {
    wheel.cancel(this);
    if (this.#endReason === undefined) this.#finish(reason);
  }

  onDue(nowMs: number): number | undefined {
    if (this.#endReason !== undefined) {
      this.#outlet!.reset();
      return undefined;
    }
    if (this.#isPushedBack) {
      if (!this.#isStalled(nowMs)) return nowMs + this.#options.stallTimeoutMs / STALL_SAMPLES;
      this.#cut('stalled');
      return undefined;
    }
    if (nowMs - this.#lastProgressMs >= this.#heartbeatMs * HEARTBEAT_EARLIEST) this.comment();
    return this.#lastProgressMs + this.#heartbeatMs * HEARTBEAT_EARLIEST;
  }

  #write(block: string): boolean {
    if (this.#endReason !== undefined) return false;
    // Checked before: one large event to a client that keeps up is not held against it.
    if (this.#isPushedBack && this.#outlet!.unsentBytes > this.#options.maxHeldBytes) {
      this.#cut('limit');
      return false;
    }
    if (!this.#isPushedBack) this.#lastProgressMs = performance.now();
    if (this.#outlet!.write(Chunk.ofText(block))) return true;
    if (!this.#isPushedBack) {
      this.#isPushedBack = true;
      this.#lastUnsentBytes = this.#outlet!.unsentBytes;
      this.#schedule();
    }
    return false;
  }

  #schedule(): void {
    const { stallTimeoutMs } = this.#options;
    const waitMs = this.#isPushedBack
      ? stallTimeoutMs / STALL_SAMPLES
      : this.#heartbeatMs * HEARTBEAT_EARLIEST;
    wheel.schedule(this, performance.now() + waitMs);
  }

  #isStalled(nowMs: number): boolean {
    const { unsentBytes } = this.#outlet!;
    // More is no progress: sends that are not taken add to it.
    if (unsentBytes < this.#lastUnsentBytes) this.#lastProgressMs = nowMs;
    this.#lastUnsentBytes = unsentBytes;
    return nowMs - this.#lastProgressMs >= this.#options.stallTimeoutMs;
  }

  #cut(reason: EndReason): void {
    this.#finish(reason);
    this.#outlet!.reset();
  }

  #finish(reason: EndReason): void {
    this.#endReason = reason;
    this.#release();
    this.#controller?.abort(reason);
  }

  #release(): void {
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }
}
