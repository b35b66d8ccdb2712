// Live delivery: announced records become hits of the subscriptions that match, and live streams are written to,
// one joined buffer each. Both in slices. It reads nothing but the ring and never waits.

import type { LogRecord } from '../log/event-log.ts';
import type { Ring } from '../log/ring.ts';
import type { Meter } from './meter.ts';
import type { SlicedTask, Slicer } from './slicer.ts';
import type { Stream } from './stream.ts';
import type { Subscription } from './subscription.ts';
import type { SubscriptionTable } from './subscription-table.ts';

// One write costs 1-3 us, so a step stays well under 100 us.
const STREAMS_A_STEP = 32;
// Records are matched ahead of delivery, so that what comes in a burst is joined, up to this many hits in all
// (8 bytes each). What is announced beyond waits unmatched in the ring: nobody has a queue.
const MAX_HITS_AHEAD = 65_536;

/** A walk over the live streams of one subscription, kept from step to step. */
interface Pass {
  readonly subscription: Subscription;
  /** A Set iterator goes on rightly when streams leave or join between steps. */
  readonly streams: Iterator<Stream>;
  /** The lowest position that a stream was served up to. */
  servedTo: number;
}

export interface FanOutHost {
  /** The stream's position moved. */
  onServed(stream: Stream): void;
  /** The ring has dropped what the stream had yet to get; it is behind now. */
  readOn(stream: Stream): void;
  /** The ring has dropped records before they were matched: nobody is complete beyond `matchedTo`. */
  onUnmatchedDropped(matchedTo: number): void;
}

export class FanOut implements SlicedTask {
  readonly #subscriptions: SubscriptionTable;
  readonly #ring: Ring;
  readonly #slicer: Slicer;
  readonly #host: FanOutHost;
  readonly #meter: Meter;
  #matchedTo: number;
  #hitCount = 0;
  #waiting: Subscription[] = [];
  #pass: Pass | undefined;
  /** Events written to live streams. */
  deliveredCount = 0;

  constructor(subscriptions: SubscriptionTable, ring: Ring, slicer: Slicer, host: FanOutHost, meter: Meter) {
    this.#subscriptions = subscriptions;
    this.#ring = ring;
    this.#slicer = slicer;
    this.#host = host;
    this.#meter = meter;
    this.#matchedTo = ring.head;
  }

  /** Up to here, what is announced has been matched: a live stream without hits is complete up to here. */
  get matchedTo(): number {
    return this.#matchedTo;
  }

  /** Whether every announced record has been matched and delivered. */
  get isIdle(): boolean {
    return this.#matchedTo === this.#ring.head && this.#pass === undefined && this.#waiting.length === 0;
  }

  /** Takes new records of the ring. They are matched at once, as far as the bound allows: 0.1 us each and hit. */
  announce(records: readonly LogRecord[]): void {
    for (const record of records) {
      while (this.#canMatch && this.#matchedTo < record.position - 1) this.#matchNext();
      // From the batch, not the ring: of a batch that is larger than the ring, that one has only the end.
      if (this.#canMatch && this.#matchedTo === record.position - 1) this.#match(record);
    }
    if (!this.isIdle) this.#slicer.wake(this);
  }

  step(): boolean {
    if (this.#canMatch) this.#matchNext();
    else this.#serveSome();
    return !this.isIdle;
  }

  get #canMatch(): boolean {
    return this.#matchedTo < this.#ring.head && this.#hitCount < MAX_HITS_AHEAD;
  }

  #matchNext(): void {
    const record = this.#ring.get(this.#matchedTo + 1);
    if (record !== undefined) {
      this.#match(record);
      return;
    }
    const matchedTo = this.#matchedTo;
    this.#matchedTo = this.#ring.head;
    this.#host.onUnmatchedDropped(matchedTo);
  }

  #match(record: LogRecord): void {
    this.#matchedTo = record.position;
    this.#subscriptions.match(record.topic, this.#hit);
  }

  readonly #hit = (subscription: Subscription): void => {
    // Without live streams nobody would forget the hits; who turns live later starts from the head.
    if (subscription.live.size === 0) return;
    if (!subscription.isDirty) this.#waiting.push(subscription);
    if (subscription.hit(this.#matchedTo)) this.#hitCount++;
  };

  #serveSome(): void {
    const nowMs = performance.now();
    for (let budget = STREAMS_A_STEP; budget > 0; budget--) {
      this.#pass ??= this.#nextPass();
      if (this.#pass === undefined) return;
      const next = this.#pass.streams.next();
      if (next.done) this.#endPass(this.#pass);
      else this.#serve(this.#pass, next.value, nowMs);
    }
  }

  #nextPass(): Pass | undefined {
    const subscription = this.#waiting.shift();
    if (subscription === undefined) return undefined;
    return { subscription, streams: subscription.live.values(), servedTo: Number.POSITIVE_INFINITY };
  }

  #serve(pass: Pass, stream: Stream, nowMs: number): void {
    const joined = pass.subscription.joinAfter(stream.position, this.#ring);
    if (joined === 'dropped') {
      stream.position = stream.reached(this.#matchedTo);
      stream.turnBehind();
      this.#host.readOn(stream);
      return;
    }
    if (joined !== undefined) {
      stream.position = joined.to;
      this.deliveredCount += joined.eventCount;
      const waitedMs = nowMs + performance.timeOrigin - joined.timeMs;
      this.#meter.deliverySeconds.observe(waitedMs / 1000, joined.eventCount);
      stream.write(joined.chunk, nowMs);
      this.#host.onServed(stream);
    }
    // A stream that pushed back reads on by itself; the others must all have a hit before it is forgotten.
    if (stream.state === 'live') pass.servedTo = Math.min(pass.servedTo, stream.position);
  }

  #endPass(pass: Pass): void {
    this.#pass = undefined;
    this.#measureInterval(pass.subscription);
    this.#hitCount -= pass.subscription.forgetHits(pass.servedTo);
    // What was matched while the pass ran is new for the streams it had already served.
    if (pass.subscription.isDirty) this.#waiting.push(pass.subscription);
  }

  // Of a subscription, not of each stream: those that are live are written to in the same passes.
  #measureInterval(subscription: Subscription): void {
    const nowMs = performance.now();
    const { servedMs, live } = subscription;
    subscription.servedMs = nowMs;
    if (servedMs > 0) this.#meter.intervalSeconds.observe((nowMs - servedMs) / 1000, live.size);
  }
}
