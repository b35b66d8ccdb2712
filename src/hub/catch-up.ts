// Streams that are behind read on from their position: from the ring while it reaches back far enough, else
// from the log. One mechanism for resume, replay and slow readers; nobody has a queue of events.

import type { EventLog, Page, ReadLimits } from '../log/event-log.ts';
import type { Ring } from '../log/ring.ts';
import { Chunk } from './chunk.ts';
import type { SlicedTask, Slicer } from './slicer.ts';
import type { Stream } from './stream.ts';
import type { Subscription } from './subscription.ts';

// One write: large enough to be cheap per event, small enough that a slow reader holds little. The more waits for
// clients that catch up, the less each of them is sent at once: 50,000 that come back together and read slowly would
// otherwise hold 3 GiB.
const PAGE_BYTES = 65_536;
const SMALL_PAGE_BYTES = 4096;
const SMALL_PAGES_FROM_BYTES = 32 * 1024 * 1024;
// A scan of this many records takes some 100 us for a subscription to exact topics or one pattern; for 100
// patterns it would take 15 ms and more, so it is divided by their number.
const PAGE_SCANNED = 2048;
// Reads of the log under way at once; more would only queue behind each other in the engine.
const MAX_LOG_READS = 8;

export interface CatchUpHost {
  /** The stream's position moved: have it read on, turn live, or end. */
  readOn(stream: Stream): void;
  /** History after the stream's position is gone: tell it, and move it to the oldest kept. */
  skipGap(stream: Stream): void;
  onReadError(stream: Stream, error: unknown): void;
}

export class CatchUp implements SlicedTask {
  readonly #log: EventLog;
  readonly #ring: Ring;
  readonly #slicer: Slicer;
  readonly #host: CatchUpHost;
  // Streams that can be written to, in the order of their turns.
  readonly #ready = new Set<Stream>();
  // Those of them that need the log while all its reads are taken.
  readonly #waitingForLog = new Set<Stream>();
  // Those that pushed back on a page, with its bytes.
  readonly #waiting = new Map<Stream, number>();
  #waitingBytes = 0;
  #logReads = 0;
  /** Events written to streams that were behind. */
  deliveredCount = 0;

  constructor(log: EventLog, ring: Ring, slicer: Slicer, host: CatchUpHost) {
    this.#log = log;
    this.#ring = ring;
    this.#slicer = slicer;
    this.#host = host;
  }

  /** Bytes of pages that clients have not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  add(stream: Stream): void {
    this.#stopWaiting(stream);
    if (stream.isReading) return;
    stream.isReading = true;
    this.#ready.add(stream);
    this.#slicer.wake(this);
  }

  remove(stream: Stream): void {
    this.#stopWaiting(stream);
    this.#ready.delete(stream);
    this.#waitingForLog.delete(stream);
  }

  /** Serves one stream one page. */
  step(): boolean {
    const stream = this.#takeNext();
    if (stream === undefined) return false;
    const isInRing = stream.position >= this.#ring.oldest - 1;
    if (!isInRing && this.#logReads === MAX_LOG_READS) this.#waitingForLog.add(stream);
    else this.#read(stream, isInRing);
    return this.#ready.size > 0 || this.#canAdmitLogReader;
  }

  /** Whether nobody is being served or waits for a turn. */
  get isIdle(): boolean {
    return this.#ready.size === 0 && this.#waitingForLog.size === 0 && this.#logReads === 0;
  }

  /** Whether the position the stream has read is the announced head: only then is nothing between. */
  hasReachedHead(stream: Stream): boolean {
    return stream.position === this.#log.head;
  }

  get #canAdmitLogReader(): boolean {
    return this.#logReads < MAX_LOG_READS && this.#waitingForLog.size > 0;
  }

  // Who waited for the log goes first while it is free. Not one for each read that ends: one that has no use for
  // its turn any more (ending, pushed back, trimmed) would then leave the others waiting for ever.
  #takeNext(): Stream | undefined {
    const queue = this.#canAdmitLogReader ? this.#waitingForLog : this.#ready;
    const { value: stream, done } = queue.values().next();
    if (done) return undefined;
    queue.delete(stream);
    return stream;
  }

  #read(stream: Stream, isInRing: boolean): void {
    stream.isReading = false;
    if (stream.state !== 'behind' || !stream.takesMore) return;
    if (stream.position < this.#log.oldest - 1) {
      this.#host.skipGap(stream);
      this.#host.readOn(stream);
    } else if (isInRing) {
      this.#serve(
        stream,
        this.#ring.read(stream.position, stream.subscription, this.#pageLimits(stream.subscription)),
      );
    } else {
      this.#readLog(stream).catch((error) => this.#host.onReadError(stream, error));
    }
  }

  async #readLog(stream: Stream): Promise<void> {
    stream.isReading = true;
    this.#logReads++;
    let page: Page | undefined;
    try {
      page = await this.#log.read(
        stream.position,
        stream.subscription,
        this.#pageLimits(stream.subscription),
      );
    } catch (error) {
      // What was there when the read began may have been trimmed meanwhile: then the next turn says so.
      if (stream.position >= this.#log.oldest - 1) throw error;
    } finally {
      this.#logReads--;
      stream.isReading = false;
      if (this.#canAdmitLogReader) this.#slicer.wake(this);
    }
    // A heartbeat may have pushed back meanwhile: the page is dropped, and read again when the outlet drains.
    if (stream.state !== 'behind' || !stream.takesMore) return;
    if (page === undefined) this.add(stream);
    else this.#serve(stream, page);
  }

  #serve(stream: Stream, page: Page): void {
    stream.position = page.to;
    if (page.records.length > 0) {
      this.deliveredCount += page.records.length;
      const chunk = new Chunk(page.records.map((record) => record.frame));
      stream.write(chunk, performance.now());
      if (stream.isPushedBack && stream.isOpen) this.#startWaiting(stream, chunk.byteLength);
    }
    this.#host.readOn(stream);
  }

  #startWaiting(stream: Stream, bytes: number): void {
    this.#waiting.set(stream, bytes);
    this.#waitingBytes += bytes;
  }

  #stopWaiting(stream: Stream): void {
    const bytes = this.#waiting.get(stream);
    if (bytes === undefined) return;
    this.#waiting.delete(stream);
    this.#waitingBytes -= bytes;
  }

  #pageLimits({ patternCount }: Subscription): ReadLimits {
    return {
      maxBytes: this.#waitingBytes < SMALL_PAGES_FROM_BYTES ? PAGE_BYTES : SMALL_PAGE_BYTES,
      maxScanned: Math.ceil(PAGE_SCANNED / Math.max(patternCount, 1)),
    };
  }
}
