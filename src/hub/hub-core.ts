// A hub without a front door: one log, one shard, and the checks on what is published. Whoever has requests
// to answer (src/http) or a program to serve stands in front of it.

import { HoldfastError } from '../base/errors.ts';
import { steadyNowMs } from '../base/steady-clock.ts';
import { formatId, parseId } from '../log/event-id.ts';
import type { Draft, EventLog } from '../log/event-log.ts';
import { MemoryLog, type MemoryLogLimits } from '../log/memory-log.ts';
import { flyCanary } from './canary.ts';
import { batchTooLarge, checkEvent, checkTopic, type EventLimits, type PublishedEvent } from './draft.ts';
import type { DrainPace } from './drain-plan.ts';
import type { Pattern } from './pattern.ts';
import { Shard, type ShardOptions } from './shard.ts';
import type { ShardStats } from './shard-stats.ts';
import { chooseStart, type Start, type StartRequest } from './start-position.ts';

export interface HubCoreOptions extends ShardOptions, EventLimits {
  /** The most events that one publish may carry. */
  readonly maxBatchEvents: number;
  /** How long a canary event may take to come back. */
  readonly canaryTimeoutMs: number;
}

export interface HubStats extends ShardStats {
  /** Ids of the newest and the oldest position that the log keeps. */
  readonly head: string;
  readonly oldest: string;
}

// Retention by age needs no more than this; by count and bytes it is kept on every append.
const TRIM_INTERVAL_MS = 1000;
// Probes of several load balancers share one flight.
const CANARY_REUSE_MS = 5000;

export class HubCore {
  readonly log: EventLog;
  readonly shard: Shard;
  readonly #options: HubCoreOptions;
  readonly #trimTimer: NodeJS.Timeout;
  #isClosing = false;
  #isDraining = false;
  #canary: { readonly startedMs: number; readonly flight: Promise<void> } | undefined;

  constructor(log: EventLog, options: HubCoreOptions) {
    this.log = log;
    this.shard = new Shard(log, options);
    this.#options = options;
    this.#trimTimer = setInterval(() => log.trim(steadyNowMs()), TRIM_INTERVAL_MS).unref();
  }

  /** A hub whose log is in memory and is its ring as well. */
  static inMemory(options: Omit<HubCoreOptions, 'ring'> & MemoryLogLimits): HubCore {
    return new HubCore(new MemoryLog(options), { ...options, ring: options });
  }

  /**
   * Checks events, in order, as drafts for `publish`.
   *
   * @throws HoldfastError ERR_BAD_EVENT, ERR_BAD_TOPIC, ERR_EVENT_TOO_LARGE, ERR_BATCH_TOO_LARGE.
   */
  checkBatch(events: readonly unknown[]): Draft[] {
    const { maxBatchEvents } = this.#options;
    if (events.length > maxBatchEvents) throw batchTooLarge(maxBatchEvents);
    const isAlone = events.length === 1;
    return events.map((event, i) =>
      checkEvent(event, isAlone ? 'The event' : `Event ${i + 1}`, this.#options),
    );
  }

  /** Appends what `checkBatch` has made, all or nothing, and answers with an id for each. */
  async append(drafts: readonly Draft[]): Promise<string[]> {
    this.#refuseClosing();
    const startMs = performance.now();
    const positions = await this.log.append(drafts);
    this.shard.meter.publishSeconds.observe((performance.now() - startMs) / 1000);
    return positions.map((position) => formatId(this.log.epoch, position));
  }

  async publish(events: PublishedEvent | readonly PublishedEvent[]): Promise<string[]> {
    return this.append(this.checkBatch(Array.isArray(events) ? events : [events]));
  }

  /** Ends a topic for good, and answers the id of its end. */
  async end(topic: string): Promise<string> {
    checkTopic(topic, 'The end');
    this.#refuseClosing();
    return formatId(this.log.epoch, await this.log.endTopic(topic));
  }

  /**
   * Waits, where the log is another process's, until a position is known here that the client was given elsewhere:
   * before that it would be one of the future. To be awaited before `chooseStart`.
   *
   * @throws HoldfastError ERR_LOG_STUCK.
   */
  async learnPosition({ lastEventIdHeader, lastEventIdQuery }: StartRequest): Promise<void> {
    if (this.log.learnHead === undefined) return;
    const id = parseId(lastEventIdHeader || lastEventIdQuery || '');
    if (id?.epoch === this.log.epoch && id.seq > this.log.head) await this.log.learnHead();
  }

  /** Where a new stream starts; it must be opened in the same turn, before the log moves on. */
  chooseStart(request: StartRequest): Start {
    return chooseStart(request, this.log);
  }

  /** Whether nothing can come any more: exact topics only, all ended, and no end after where it starts. */
  hasEnded(patterns: readonly Pattern[], start: Start): boolean {
    if (start.gap !== undefined) return false;
    return patterns.every((pattern) => {
      const end = pattern.isExact ? this.log.endOf(pattern.text) : undefined;
      return end !== undefined && end <= start.position;
    });
  }

  /** Whether new streams had better go elsewhere, though they may still be taken. */
  get isDraining(): boolean {
    return this.#isDraining || this.#isClosing;
  }

  /** From now on it is not ready. All else goes on. */
  announceDrain(): void {
    this.#isDraining = true;
  }

  /**
   * Resolves when an event that was published now, or within the last 5 s, has come out of a stream.
   *
   * @throws HoldfastError ERR_NOT_READY, ERR_HUB_CLOSED, ERR_HUB_FULL.
   */
  checkReady(): Promise<void> {
    const nowMs = performance.now();
    this.shard.checkAdmission();
    if (this.#isDraining) throw draining();
    if (this.#canary === undefined || nowMs - this.#canary.startedMs >= CANARY_REUSE_MS) {
      const flight = flyCanary(this.log, this.shard, this.#options.canaryTimeoutMs);
      this.#canary = { startedMs: nowMs, flight };
    }
    return this.#canary.flight;
  }

  stats(): HubStats {
    const { epoch, head, oldest } = this.log;
    return { ...this.shard.stats(), head: formatId(epoch, head), oldest: formatId(epoch, oldest) };
  }

  /** Ends all streams at this pace, with publishing going on, and closes then. */
  async drain(pace: DrainPace): Promise<void> {
    this.announceDrain();
    await this.shard.drain(pace);
    await this.close();
  }

  /** Takes no more events, ends all streams with `drain` once they have what there is, and closes the log. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#trimTimer);
    await this.shard.close();
    await this.log.close();
  }

  // Before the log does: what was appended now would be in no stream any more.
  #refuseClosing(): void {
    if (!this.#isClosing) return;
    throw new HoldfastError('ERR_HUB_CLOSED', 'The hub is closing', 'Publish to a hub that is running.');
  }
}

function draining(): HoldfastError {
  return new HoldfastError(
    'ERR_HUB_CLOSED',
    'The hub is about to end its streams',
    'Send new streams to another one.',
  );
}
