// The engine on disk. Appends that come while a commit is under way share the next one: there is no timer, and no
// commit a batch. Nothing is announced, counted or readable before it is on disk. Only one process writes a folder;
// open it with `openLmdbLog`, which sees to that.
//
//   append --> waiting --> plan (Sequencer, Pending) --> blocks, keys --> Committer (fsync) --> head, announce
//                  removals of what Retention has dropped, entries of Indexer --^

import { Histogram, LATENCY_BOUNDS } from '../../base/histogram.ts';
import type { Logger } from '../../base/logger.ts';
import { bytesOfDrafts, END_BYTES, logClosed } from '../appending.ts';
import type {
  AnnounceListener,
  Draft,
  EventLog,
  LogMeasures,
  LogRecord,
  Page,
  ReadLimits,
  Selection,
} from '../event-log.ts';
import { Pending } from '../pending.ts';
import type { RingLimits } from '../ring.ts';
import type { Sequencer, SequencerLimits } from '../sequencer.ts';
import { CommitQueue, type Waiting } from './commit-queue.ts';
import { keysWrite, recordWrites } from './commit-writes.ts';
import { Committer } from './committer.ts';
import type { Indexer } from './indexer.ts';
import type { KeptKeys } from './kept-keys.ts';
import { commitStuck } from './log-failure.ts';
import { readPage } from './read-page.ts';
import { Retention } from './retention.ts';
import type { Store } from './store.ts';

export interface LmdbLogOptions extends RingLimits, SequencerLimits {
  /** How long a commit may take, in milliseconds, before those who wait for it are refused. */
  readonly commitTimeoutMs: number;
  readonly logger: Logger;
  /** False for a log that need not survive the machine: nothing waits for the disk. */
  readonly isDurable: boolean;
}

/** What `openLmdbLog` has found and made. */
export interface LmdbLogParts {
  readonly folder: string;
  readonly store: Store;
  readonly sequencer: Sequencer;
  readonly keptKeys: KeptKeys;
  readonly indexer: Indexer;
  readonly head: number;
  readonly now: () => number;
  /** Gives the folder back. */
  readonly release: () => Promise<void>;
}

// A commit that hangs cannot be ended: closing goes on without it.
const CLOSE_LIMIT_MS = 1000;

export class LmdbLog implements EventLog {
  readonly #parts: LmdbLogParts;
  readonly #options: LmdbLogOptions;
  readonly #committer: Committer;
  readonly #retention: Retention;
  readonly #commitSeconds = new Histogram(LATENCY_BOUNDS);
  readonly #listeners = new Set<AnnounceListener>();
  readonly #queue = new CommitQueue();
  #head: number;
  #isRunning = false;
  #running: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: LmdbLogParts, options: LmdbLogOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#head = parts.head;
    this.#committer = new Committer(parts.store, options.commitTimeoutMs);
    this.#retention = new Retention(parts.store, options, parts.head, (error) =>
      options.logger.error({ err: error }, 'A damaged block is left out by retention'),
    );
  }

  get epoch(): string {
    return this.#parts.sequencer.epoch;
  }

  get head(): number {
    return this.#head;
  }

  get oldest(): number {
    return this.#retention.oldest;
  }

  append(drafts: readonly Draft[]): Promise<readonly number[]> {
    const { sequencer } = this.#parts;
    return this.#enqueue(bytesOfDrafts(drafts), (pending, nowMs) => {
      const plan = sequencer.plan(drafts, nowMs, pending);
      pending.add(plan.records, plan.keys, nowMs);
      return plan.positions;
    });
  }

  endTopic(topic: string): Promise<number> {
    const { sequencer } = this.#parts;
    return this.#enqueue(END_BYTES, (pending, nowMs) => {
      const record = sequencer.planEnd(topic, nowMs, pending);
      if (record !== undefined) pending.add([record], undefined, nowMs);
      return pending.ended.get(topic) ?? sequencer.endOf(topic)!;
    });
  }

  endOf(topic: string): number | undefined {
    return this.#parts.sequencer.endOf(topic);
  }

  // What the workers of a hub need, beside what is announced.

  get folder(): string {
    return this.#parts.folder;
  }

  get limits(): RingLimits & SequencerLimits {
    return this.#options;
  }

  endsAfter(position: number): [topic: string, position: number][] {
    return this.#parts.sequencer.ended.after(position);
  }

  measures(): LogMeasures {
    const { usedBytes, fileBytes } = this.#parts.store;
    return { bytes: usedBytes, fileBytes, commitSeconds: this.#commitSeconds.figures() };
  }

  forgetDeadReaders(): void {
    this.#parts.store.forgetDeadReaders();
  }

  async read(after: number, selection: Selection, limits: ReadLimits): Promise<Page> {
    const healing = this.#parts.store.heal();
    // Not otherwise: the shard counts what a read takes of its slice, so it is done before this returns.
    if (healing !== undefined) await healing;
    if (after < this.oldest - 1) {
      throw new RangeError(`Expected a position from ${this.oldest - 1} up, got ${after}: it was dropped`);
    }
    this.#parts.store.refresh();
    return readPage(this.#parts.store, after, this.#head, selection, limits);
  }

  onAnnounce(listener: AnnounceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  trim(nowMs: number): void {
    if (this.#closed !== undefined) return;
    this.#parts.sequencer.trim(nowMs);
    this.#drop(nowMs);
    if (this.#hasSurplus) this.#wake();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #enqueue<T>(bytes: number, plan: (pending: Pending, nowMs: number) => T): Promise<T> {
    this.#refuseClosed();
    if (this.#committer.isStuck || this.#queue.isFull) throw commitStuck(this.#options.commitTimeoutMs);
    const appending = this.#queue.add(bytes, plan);
    this.#wake();
    return appending;
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    // What is appended in the same go shares the first commit.
    await Promise.resolve();
    let isWell = true;
    while (!this.#queue.isEmpty || (isWell && this.#hasSurplus)) {
      isWell = await this.#commit(this.#queue.take());
    }
    // In the tick that has found nothing to do: who comes later starts anew.
    this.#isRunning = false;
  }

  // A log that closes leaves the rest on the disk: the next one to open it goes on.
  get #hasSurplus(): boolean {
    if (this.#closed !== undefined) return false;
    const { indexer } = this.#parts;
    return indexer.isDue || this.#retention.hasSurplus(this.#head, indexer.isBusyWith);
  }

  /** Makes a group durable; false when it was refused. */
  async #commit(group: readonly Waiting[]): Promise<boolean> {
    const nowMs = this.#parts.now();
    const pending = new Pending();
    const planned = group.filter((waiting) => {
      try {
        waiting.plan(pending, nowMs);
        return true;
      } catch (error) {
        waiting.reject(error);
        return false;
      }
    });
    try {
      await this.#store(pending, nowMs);
      this.#announce(pending, nowMs);
      for (const waiting of planned) waiting.resolve();
      return true;
    } catch (error) {
      for (const waiting of planned) waiting.reject(error);
      this.#options.logger.error({ err: error, refused: planned.length }, 'A commit to the log has failed');
      return false;
    }
  }

  async #store(pending: Pending, nowMs: number): Promise<void> {
    const { store, keptKeys, indexer } = this.#parts;
    // First: blocks whose entries it has on the way are not to be removed in the same commit.
    const indexing = indexer.nextStep();
    const removal = this.#retention.nextStep(this.#head, indexer.isBusyWith);
    const steps = [removal, keptKeys.nextStep(nowMs), indexing];
    const keys = keysWrite(pending, nowMs);
    const records = recordWrites(pending.records);
    const writes = [...steps.flatMap((step) => step.writes), ...records.writes, ...(keys?.writes ?? [])];
    if (writes.length === 0) return;
    const startMs = performance.now();
    await this.#committer.commit(writes, this.#head);
    this.#commitSeconds.observe((performance.now() - startMs) / 1000);
    store.refresh();
    for (const { onDone } of steps) onDone();
    if (removal.removedTo > 0) indexer.forget(removal.removedTo);
    for (const block of records.blocks) indexer.add(block);
    if (keys !== undefined) keptKeys.addKeys(keys);
    for (const position of pending.ended.values()) keptKeys.addEnd(position);
  }

  #announce({ records, keys }: Pending, nowMs: number): void {
    if (records.length > 0) {
      this.#parts.sequencer.commit(records, keys, nowMs);
      this.#head = records.at(-1)!.position;
    }
    this.#drop(nowMs);
    if (records.length === 0) return;
    for (const listener of this.#listeners) this.#tell(listener, records);
  }

  // It is durable, whatever a listener makes of it.
  #tell(listener: AnnounceListener, records: readonly LogRecord[]): void {
    try {
      listener(records);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'A listener could not take what was announced');
    }
  }

  // A log that cannot be trimmed goes on: that it is damaged is said here, and to whoever reads there.
  #drop(nowMs: number): void {
    try {
      this.#retention.measure();
      this.#retention.drop(nowMs, this.#head);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'The log could not be trimmed');
    }
  }

  async #close(): Promise<void> {
    await this.#running;
    this.#listeners.clear();
    const limit = new AbortController();
    await Promise.race([this.#closeStore(), timeLimit(CLOSE_LIMIT_MS, limit.signal)]);
    limit.abort();
    await this.#parts.release();
  }

  async #closeStore(): Promise<void> {
    // A disk that hangs or refuses to the very end leaves the outcome open; docs/errors.md says so.
    await this.#committer.settle(this.#head).catch(() => {});
    await this.#parts.store.close();
  }

  #refuseClosed(): void {
    if (this.#closed === undefined) return;
    throw logClosed();
  }
}

function timeLimit(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}
