// A shard over a log in memory, with fake outlets in place of connections.

import assert from 'node:assert/strict';
import type { Logger } from '../../src/base/logger.ts';
import { FakeOutlet } from '../../src/hub/fake-outlet.ts';
import { parseSubscription } from '../../src/hub/parse-subscription.ts';
import { Shard } from '../../src/hub/shard.ts';
import { chooseStart } from '../../src/hub/start-position.ts';
import type { Stream } from '../../src/hub/stream.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import type { RingLimits } from '../../src/log/ring.ts';
import type { EventLogLimits } from './event-log-contract.ts';
import { turnUntil } from './turns.ts';

export interface RigOptions {
  readonly limits?: Partial<EventLogLimits>;
  readonly ring?: Partial<RingLimits>;
  readonly heartbeatMs?: number;
  readonly stallTimeoutMs?: number;
  readonly closeTimeoutMs?: number;
  readonly maxStreams?: number;
  readonly maxStreamAgeMs?: number;
  readonly maxOpensPerSecond?: number;
  readonly maxReplayBytes?: number;
}

export interface OpenOptions {
  readonly lastEventId?: string;
  readonly fromEarliest?: boolean;
  readonly expiresAtMs?: number;
  readonly outlet?: FakeOutlet;
}

export interface Opened {
  readonly stream: Stream;
  readonly outlet: FakeOutlet;
}

const LIMITS: EventLogLimits = {
  maxEvents: 10_000,
  maxBytes: 64 * 1024 * 1024,
  maxAgeMs: 3_600_000,
  maxKeys: 100,
  maxKeyAgeMs: 3_600_000,
  maxEndedTopics: 100,
};

export class ShardRig<Log extends EventLog = MemoryLog> {
  readonly log: Log;
  readonly shard: Shard;
  readonly errors: unknown[] = [];
  readonly warnings: unknown[] = [];
  readonly logger: Logger;
  readonly #opened: Opened[] = [];

  constructor(log: Log, options: RigOptions) {
    this.log = log;
    this.logger = {
      debug() {},
      info() {},
      warn: (values) => this.warnings.push(values.err),
      error: (values) => this.errors.push(values.err),
    };
    this.shard = new Shard(log, {
      heartbeatMs: 15_000,
      stallTimeoutMs: 30_000,
      closeTimeoutMs: 5000,
      maxStreams: 1000,
      maxStreamAgeMs: undefined,
      maxOpensPerSecond: 1000,
      maxReplayBytes: 256 * 1024 * 1024,
      ...options,
      ring: { maxEvents: 10_000, maxBytes: 64 * 1024 * 1024, maxAgeMs: 3_600_000, ...options.ring },
      logger: this.logger,
    });
  }

  open(topics: readonly string[], options: OpenOptions = {}): Opened {
    const { lastEventId, fromEarliest = false, expiresAtMs = Number.POSITIVE_INFINITY } = options;
    const outlet = options.outlet ?? new FakeOutlet();
    const asked = { lastEventIdHeader: lastEventId, lastEventIdQuery: undefined, fromEarliest };
    this.shard.checkAdmission();
    const stream = this.shard.open({
      outlet,
      patterns: parseSubscription(topics, 100),
      start: chooseStart(asked, this.log),
      expiresAtMs,
    });
    this.#opened.push({ stream, outlet });
    return { stream, outlet };
  }

  /** Appends one event for each data. */
  async publish(topic: string, ...data: string[]): Promise<void> {
    await this.log.append(data.map((text) => ({ topic, data: text })));
  }

  /** Lets the event loop turn until every open stream has got what it can take. */
  async settle(): Promise<void> {
    await turnUntil('the streams to have all they can take', () => this.shard.isIdle);
    this.assertNoErrors();
  }

  assertNoErrors(): void {
    assert.deepEqual(this.errors, []);
  }
}

export function memoryLog(limits: Partial<EventLogLimits> = {}, now?: () => number): MemoryLog {
  return new MemoryLog({ ...LIMITS, ...limits }, now);
}

export function rigShard(options: RigOptions = {}): ShardRig {
  return new ShardRig(memoryLog(options.limits), options);
}

/** `first` to `last` as data of events. */
export function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}
