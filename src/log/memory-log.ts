// The engine without a disk: the ring itself. Durable means "in memory"; a new process is a new epoch, and
// clients that come back from an earlier one are told so.

import { Histogram, LATENCY_BOUNDS } from '../base/histogram.ts';
import { steadyNowMs } from '../base/steady-clock.ts';
import { logClosed } from './appending.ts';
import { newEpoch } from './event-id.ts';
import type {
  AnnounceListener,
  Draft,
  EventLog,
  LogMeasures,
  LogRecord,
  Page,
  ReadLimits,
  Selection,
} from './event-log.ts';
import { Ring, type RingLimits } from './ring.ts';
import { type Plan, Sequencer, type SequencerLimits } from './sequencer.ts';

export type MemoryLogLimits = RingLimits & SequencerLimits;

const NO_COMMITS = new Histogram(LATENCY_BOUNDS).figures();

export class MemoryLog implements EventLog {
  readonly ring: Ring;
  readonly #sequencer: Sequencer;
  readonly #listeners = new Set<AnnounceListener>();
  readonly #now: () => number;
  #closed = false;

  /** `now` gives milliseconds since 1970; retention and key windows follow it. */
  constructor(limits: MemoryLogLimits, now: () => number = steadyNowMs) {
    this.#sequencer = new Sequencer(newEpoch(), limits);
    this.ring = new Ring(limits);
    this.#now = now;
  }

  get epoch(): string {
    return this.#sequencer.epoch;
  }

  get head(): number {
    return this.ring.head;
  }

  get oldest(): number {
    return this.ring.oldest;
  }

  async append(drafts: readonly Draft[]): Promise<readonly number[]> {
    this.#refuseClosed();
    const nowMs = this.#now();
    const plan = this.#sequencer.plan(drafts, nowMs);
    this.#commit(plan.records, plan.keys, nowMs);
    return plan.positions;
  }

  async endTopic(topic: string): Promise<number> {
    this.#refuseClosed();
    const nowMs = this.#now();
    const record = this.#sequencer.planEnd(topic, nowMs);
    if (record !== undefined) this.#commit([record], undefined, nowMs);
    return this.#sequencer.endOf(topic)!;
  }

  endOf(topic: string): number | undefined {
    return this.#sequencer.endOf(topic);
  }

  async read(after: number, selection: Selection, limits: ReadLimits): Promise<Page> {
    return this.ring.read(after, selection, limits);
  }

  onAnnounce(listener: AnnounceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  measures(): LogMeasures {
    return { bytes: this.ring.bytes, fileBytes: 0, commitSeconds: NO_COMMITS };
  }

  trim(nowMs: number): void {
    this.ring.trim(nowMs);
    this.#sequencer.trim(nowMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
  }

  #commit(records: readonly LogRecord[], keys: Plan['keys'] | undefined, nowMs: number): void {
    if (records.length === 0) return;
    this.ring.trim(nowMs);
    this.#sequencer.commit(records, keys, nowMs);
    for (const record of records) this.ring.push(record);
    for (const listener of this.#listeners) listener(records);
  }

  #refuseClosed(): void {
    if (!this.#closed) return;
    throw logClosed();
  }
}
