// One event loop's streams: opens them at a position, keeps them served, and ends them. It reads the log and
// never writes it; the log and its lifetime belong to the hub.

import type { Logger } from '../base/logger.ts';
import type { EventLog, LogRecord } from '../log/event-log.ts';
import { Ring, type RingLimits } from '../log/ring.ts';
import type { EndReason } from '../wire/index.ts';
import { Admission, type AdmissionLimits } from './admission.ts';
import { endBlock, firstBlocks, gapBlock, heartbeatBlock } from './blocks.ts';
import { CatchUp } from './catch-up.ts';
import type { Chunk } from './chunk.ts';
import { Drain } from './drain.ts';
import { AT_ONCE, type DrainPace, MIN_RETRY_MS, RETRY_SPREAD_MS } from './drain-plan.ts';
import { FanOut } from './fan-out.ts';
import { Meter } from './meter.ts';
import type { Lane, Outlet } from './outlet.ts';
import type { Pattern } from './pattern.ts';
import type { ShardStats } from './shard-stats.ts';
import { Slicer } from './slicer.ts';
import type { Start } from './start-position.ts';
import { Stream, type StreamHost } from './stream.ts';
import { StreamClock, type StreamTimes } from './stream-clock.ts';
import type { Subscription } from './subscription.ts';
import { SubscriptionTable } from './subscription-table.ts';

export interface ShardOptions extends StreamTimes, AdmissionLimits {
  /** The ring for a log that has none of its own. */
  readonly ring: RingLimits;
  readonly logger: Logger;
}

export interface StreamRequest {
  readonly outlet: Outlet;
  readonly patterns: readonly Pattern[];
  readonly start: Start;
  /** When the grant ends, in milliseconds since 1970; Infinity when it does not. */
  readonly expiresAtMs: number;
}

export class Shard implements StreamHost {
  readonly #log: EventLog;
  readonly #options: ShardOptions;
  readonly #ring: Ring;
  readonly #subscriptions = new SubscriptionTable();
  readonly #streams = new Set<Stream>();
  readonly #slicer: Slicer;
  readonly #fanOut: FanOut;
  readonly #catchUp: CatchUp;
  readonly #clock: StreamClock;
  readonly #admission: Admission;
  readonly #lanes: Record<Lane, number> = { fast: 0, http: 0, web: 0, inside: 0 };
  readonly #ended: Partial<Record<EndReason, number>> = {};
  readonly #stopListening: () => void;
  readonly meter = new Meter();
  /** How many streams may be open; what it begins with is an option. */
  maxStreams: number;
  #opened = 0;
  #closed: Promise<void> | undefined;
  #drain: Drain | undefined;
  #onEmpty: (() => void) | undefined;
  // The newest heartbeat: live streams are mostly complete up to the same position, and share it.
  #beatBlock: { readonly position: number; readonly chunk: Chunk } | undefined;

  constructor(log: EventLog, options: ShardOptions) {
    this.#log = log;
    this.#options = options;
    this.maxStreams = options.maxStreams;
    this.#ring = log.ring ?? new Ring(options.ring, log.head);
    this.#slicer = new Slicer((error) => options.logger.error({ err: error }, 'A step of the shard failed'));
    this.#fanOut = new FanOut(this.#subscriptions, this.#ring, this.#slicer, this, this.meter);
    this.#catchUp = new CatchUp(log, this.#ring, this.#slicer, this);
    this.#clock = new StreamClock(options, this.#slicer, this);
    this.#admission = new Admission(options, this);
    this.#stopListening = log.onAnnounce((records, endedTopics) => this.#announce(records, endedTopics));
  }

  /**
   * Says whether there is room for one more stream.
   *
   * @throws HoldfastError ERR_HUB_CLOSED, ERR_HUB_FULL.
   */
  checkAdmission(): void {
    this.#admission.check();
  }

  /**
   * Takes one more stream into account, before its head is sent.
   *
   * @throws HoldfastError ERR_HUB_CLOSED, ERR_HUB_FULL, ERR_HUB_BUSY.
   */
  admit(start: Start): void {
    this.#admission.admit(start.position < this.#log.head);
  }

  /** Opens a stream on an outlet whose head is set. Wants a `checkAdmission` in the same turn. */
  open(request: StreamRequest): Stream {
    const { outlet, patterns, start, expiresAtMs } = request;
    const subscription = this.#subscriptions.acquire(patterns);
    this.#noteEnd(subscription);
    const stream = new Stream(this, outlet, subscription, start.position, expiresAtMs);
    outlet.listener = stream;
    this.#streams.add(stream);
    this.#lanes[outlet.lane]++;
    // The canary is no client.
    if (outlet.lane !== 'inside') this.#opened++;
    const nowMs = performance.now();
    const retryMs = MIN_RETRY_MS + Math.floor(Math.random() * (RETRY_SPREAD_MS + 1));
    stream.write(firstBlocks(start, this.#log, retryMs), nowMs);
    this.#clock.start(stream, nowMs);
    this.readOn(stream);
    return stream;
  }

  /** The streams that are open or ending. */
  get streams(): ReadonlySet<Stream> {
    return this.#streams;
  }

  /** Whether it takes no more streams. */
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Bytes that clients which catch up have not taken yet. */
  get replayBytes(): number {
    return this.#catchUp.waitingBytes;
  }

  /** Ends a stream in the normal way, within `closeTimeoutMs`. */
  end(stream: Stream, reason: EndReason): void {
    if (!stream.isOpen) return;
    stream.end(reason);
    this.#clock.startClosing(stream, performance.now());
  }

  /** Writes no more to a stream until `release`: so many bytes wait for its peer in the kernel already. */
  hold(stream: Stream, kernelBytes: number): void {
    // What was matched and not wanted is behind it, whatever happens to the log while it is held.
    if (stream.isOpen) stream.position = stream.reached(this.#fanOut.matchedTo);
    stream.hold(kernelBytes);
  }

  /** Whether everything announced has gone to every stream that can take it. */
  get isIdle(): boolean {
    return this.#fanOut.isIdle && this.#catchUp.isIdle;
  }

  stats(): ShardStats {
    let behind = 0;
    for (const stream of this.#streams) if (stream.state === 'behind') behind++;
    return {
      streams: this.#streams.size,
      behind,
      lanes: { ...this.#lanes },
      opened: this.#opened,
      refused: this.#admission.refusedCount,
      ended: { ...this.#ended },
      delivered: this.#fanOut.deliveredCount + this.#catchUp.deliveredCount,
    };
  }

  /**
   * Sends what is announced, for at most `closeTimeoutMs`, then ends every stream with `drain`, in slices;
   * resolves when the last one has closed or was cut. A drain that is under way is hurried.
   */
  close(): Promise<void> {
    if (this.#closed !== undefined) this.#drain?.hurry(this.#streams.size);
    return this.drain(AT_ONCE);
  }

  /** Takes no more streams, and ends those that there are with `drain` at this pace; they are served until then. */
  drain(pace: DrainPace): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      const { size } = this.#streams;
      if (size === 0) resolve();
      else this.#drain = new Drain(this, this.#slicer, size, pace, this.#options.closeTimeoutMs);
    }).finally(this.#stopListening);
    return this.#closed;
  }

  // What streams, fan-out, catch-up and clock ask of their shard.

  readOn(stream: Stream): void {
    if (stream.state !== 'behind' || !stream.takesMore || this.#endIfComplete(stream)) return;
    if (this.#catchUp.hasReachedHead(stream)) stream.turnLive();
    else this.#catchUp.add(stream);
  }

  onServed(stream: Stream): void {
    this.#endIfComplete(stream);
  }

  skipGap(stream: Stream): void {
    const from = stream.position;
    stream.position = this.#log.oldest - 1;
    stream.write(gapBlock(this.#log.epoch, from, stream.position), performance.now());
  }

  onUnmatchedDropped(matchedTo: number): void {
    for (const stream of this.#streams) {
      if (stream.state !== 'live') continue;
      stream.position = stream.reached(matchedTo);
      stream.turnBehind();
      this.readOn(stream);
    }
  }

  onOutletError(stream: Stream, error: unknown): void {
    this.#options.logger.error({ err: error, position: stream.position }, 'A stream could not be written to');
  }

  onReadError(stream: Stream, error: unknown): void {
    this.#options.logger.error({ err: error, position: stream.position }, 'The log could not be read');
    this.end(stream, 'error');
  }

  beat(stream: Stream, nowMs: number): void {
    // Set first: a stream that is pushed back by its heartbeat is behind, and this is where it is.
    stream.position = stream.reached(this.#fanOut.matchedTo);
    if (this.#beatBlock?.position !== stream.position) {
      const { position } = stream;
      this.#beatBlock = { position, chunk: heartbeatBlock(this.#log.epoch, position) };
    }
    stream.write(this.#beatBlock.chunk, nowMs);
  }

  expire(stream: Stream): void {
    this.end(stream, 'expired');
  }

  age(stream: Stream): void {
    this.end(stream, 'aged');
  }

  onDue(stream: Stream, nowMs: number): number | undefined {
    return this.#clock.onDue(stream, nowMs);
  }

  lastBlock(stream: Stream, reason: EndReason): Chunk | undefined {
    if (reason === 'client-left') return undefined;
    const retryMs = reason === 'drain' ? this.#drain?.drawRetryMs() : undefined;
    return endBlock(reason, this.#log.epoch, stream.reached(this.#fanOut.matchedTo), retryMs);
  }

  onEnded(stream: Stream, reason: EndReason): void {
    this.#clock.stop(stream);
    this.#catchUp.remove(stream);
    this.#subscriptions.release(stream.subscription);
    stream.outlet.listener = undefined;
    this.#streams.delete(stream);
    this.#lanes[stream.outlet.lane]--;
    if (stream.outlet.lane !== 'inside') {
      this.#ended[reason] = (this.#ended[reason] ?? 0) + 1;
      this.meter.durationSeconds.observe(performance.now() / 1000 - stream.openedTenths / 10);
    }
    if (this.#streams.size === 0) this.#onEmpty?.();
  }

  #announce(records: readonly LogRecord[], endedTopics: readonly string[] = []): void {
    for (const record of records) {
      if (this.#ring !== this.#log.ring) this.#ring.push(record);
      if (record.endsTopic) this.#noteEndOf(record.topic);
    }
    for (const topic of endedTopics) this.#noteEndOf(topic);
    this.#fanOut.announce(records);
  }

  #noteEndOf(topic: string): void {
    this.#subscriptions.match(topic, (subscription) => this.#noteEnd(subscription));
  }

  // A subscription to exact topics only ends where the last of them does. An end that the log has forgotten
  // makes the topic, and with it the subscription, open again.
  #noteEnd(subscription: Subscription): void {
    if (subscription.hasPatterns) return;
    let endsAt = 0;
    for (const topic of subscription.exactTopics) {
      const end = this.#log.endOf(topic);
      if (end === undefined) {
        subscription.endsAt = undefined;
        return;
      }
      endsAt = Math.max(endsAt, end);
    }
    subscription.endsAt = endsAt;
  }

  #endIfComplete(stream: Stream): boolean {
    const { endsAt } = stream.subscription;
    if (endsAt === undefined || stream.position < endsAt || !stream.isOpen) return false;
    this.end(stream, 'ended');
    return true;
  }
}
