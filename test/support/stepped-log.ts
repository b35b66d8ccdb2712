// A log whose history is not in memory: it has no ring, and each read takes until the test lets it go on.

import type { Draft, EventLog, Page, ReadLimits, Selection } from '../../src/log/event-log.ts';
import type { MemoryLog } from '../../src/log/memory-log.ts';

interface Waiting {
  readonly after: number;
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

export class SteppedLog implements EventLog {
  readonly #log: MemoryLog;
  /** The reads under way, in the order of their calls. */
  readonly waiting: Waiting[] = [];
  /** Reads take no longer than a promise. */
  isFast = false;
  readCount = 0;
  onRead: (() => void) | undefined;

  constructor(log: MemoryLog) {
    this.#log = log;
  }

  get epoch(): string {
    return this.#log.epoch;
  }

  get head(): number {
    return this.#log.head;
  }

  get oldest(): number {
    return this.#log.oldest;
  }

  /** As an engine with snapshots does, a read sees what was there when it began. */
  async read(after: number, selection: Selection, limits: ReadLimits): Promise<Page> {
    this.readCount++;
    this.onRead?.();
    const page = this.#log.read(after, selection, limits);
    if (!this.isFast) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.waiting.push({ after, go: resolve, fail: reject });
      // Both at once: a rejection of either is seen.
      await Promise.all([promise, page]);
      this.onRead?.();
    }
    return page;
  }

  /** Lets the oldest read under way go on; false when there is none. */
  step(): boolean {
    const read = this.waiting.shift();
    read?.go();
    return read !== undefined;
  }

  /** Lets all reads go on, those under way and those to come. */
  goFast(): void {
    this.isFast = true;
    while (this.step());
  }

  append(drafts: readonly Draft[]): Promise<readonly number[]> {
    return this.#log.append(drafts);
  }

  endTopic(topic: string): Promise<number> {
    return this.#log.endTopic(topic);
  }

  endOf(topic: string): number | undefined {
    return this.#log.endOf(topic);
  }

  onAnnounce(listener: Parameters<EventLog['onAnnounce']>[0]): () => void {
    return this.#log.onAnnounce(listener);
  }

  trim(nowMs: number): void {
    this.#log.trim(nowMs);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}
