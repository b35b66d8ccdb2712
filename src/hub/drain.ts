// Ends all streams of a shard by a plan, in slices. What has been announced goes out before, for a bounded time.

import { AT_ONCE, type DrainPace, DrainPlan } from './drain-plan.ts';
import type { SlicedTask, Slicer } from './slicer.ts';
import type { Stream } from './stream.ts';

const STREAMS_A_STEP = 32;
// How long streams that are due wait for what is being delivered. Their clients go on from where they were, but not
// where the log ends with the process.
const DELIVER_MS = 100;
const DELIVERY_CHECK_MS = 2;

export interface DrainHost {
  readonly streams: Iterable<Stream>;
  /** Whether everything announced has gone to every stream that can take it. */
  readonly isIdle: boolean;
  end(stream: Stream, reason: 'drain'): void;
}

export class Drain implements SlicedTask {
  readonly #host: DrainHost;
  readonly #slicer: Slicer;
  readonly #streams: Iterator<Stream>;
  readonly #startMs = performance.now();
  #plan: DrainPlan;
  readonly #hurriedDeliverForMs: number;
  #deliverForMs: number;
  #deliverUntilMs: number | undefined;
  #ended = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `deliverForMs` is how long an end of all at once waits for what is being delivered. */
  constructor(host: DrainHost, slicer: Slicer, count: number, pace: DrainPace, deliverForMs: number) {
    this.#host = host;
    this.#slicer = slicer;
    this.#plan = new DrainPlan(count, pace);
    this.#hurriedDeliverForMs = deliverForMs;
    this.#deliverForMs = pace.windowMs === 0 ? deliverForMs : DELIVER_MS;
    // A stream that opens or closes meanwhile does not disturb it: it iterates over a Set.
    this.#streams = host.streams[Symbol.iterator]();
    slicer.wake(this);
  }

  /** The reconnect delay for the next stream that ends. */
  drawRetryMs(): number {
    return this.#plan.retryMs(Math.random());
  }

  /** Ends the rest, `count` streams, at once. */
  hurry(count: number): void {
    this.#plan = new DrainPlan(count, AT_ONCE);
    this.#deliverForMs = this.#hurriedDeliverForMs;
    this.#deliverUntilMs = undefined;
    clearTimeout(this.#timer);
    this.#slicer.wake(this);
  }

  step(): boolean {
    const nowMs = performance.now();
    const due = this.#plan.dueBy(nowMs - this.#startMs);
    if (this.#ended >= due) {
      this.#deliverUntilMs = undefined;
      this.#wakeIn(this.#startMs + this.#plan.dueMs(this.#ended + 1) - nowMs);
      return false;
    }
    this.#deliverUntilMs ??= nowMs + this.#deliverForMs;
    if (!this.#host.isIdle && nowMs < this.#deliverUntilMs) {
      this.#wakeIn(DELIVERY_CHECK_MS);
      return false;
    }
    for (let count = 0; count < STREAMS_A_STEP && this.#ended < due; count++) {
      const next = this.#streams.next();
      if (next.done) return false;
      this.#host.end(next.value, 'drain');
      this.#ended++;
    }
    return true;
  }

  #wakeIn(ms: number): void {
    this.#timer = setTimeout(() => this.#slicer.wake(this), Math.max(ms, DELIVERY_CHECK_MS));
  }
}
