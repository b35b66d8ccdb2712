// The log of another process, as a worker has it. Appends go to that process; the recent past comes with its
// announcements into a ring; what is older is read from the files, never beyond the announced head.
//
// It can be late, and says so rightly: what the ring missed is a hole, and `oldest` may have been removed from the files
// before this process hears of it. Both are seen in one snapshot of the files, and streams get a `gap`, not a silence.

import { HoldfastError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type Channel, Peer } from '../../base/peer.ts';
import { bytesOfDrafts, END_BYTES, logClosed } from '../appending.ts';
import { EndedTopics } from '../ended-topics.ts';
import type {
  AnnounceListener,
  Draft,
  EventLog,
  LogRecord,
  Page,
  ReadLimits,
  Selection,
} from '../event-log.ts';
import { Block } from '../lmdb/block.ts';
import { readPage } from '../lmdb/read-page.ts';
import { StoreReader } from '../lmdb/store-reader.ts';
import { Ring, type RingLimits } from '../ring.ts';
import { AwaitedPositions } from './awaited-positions.ts';
import {
  type Announcement,
  type Ends,
  type LogHostCalls,
  type LogReaderCalls,
  PEER_NAME,
  type Welcome,
} from './messages.ts';

export interface SharedLogOptions {
  /** What of the recent past is kept in this process. */
  readonly ring: RingLimits;
  /** How long the process with the log may take for an answer, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly logger: Logger;
}

// What may be on its way to the process with the log; beyond it appends are refused, as they are when it is stuck.
const MAX_UNANSWERED_BYTES = 32 * 1024 * 1024;

type LogPeer = Peer<LogHostCalls, LogReaderCalls>;

/**
 * Joins the log at the other end of a channel.
 *
 * @throws HoldfastError ERR_LOG_STUCK when nobody answers; what the system says when its files cannot be read.
 */
export async function openSharedLog(channel: Channel, options: SharedLogOptions): Promise<SharedLog> {
  const peer: LogPeer = new Peer(channel, {
    name: PEER_NAME,
    unanswered: logSilent,
    onBug: (error) => options.logger.error({ err: error }, 'An announcement of the log was not understood'),
  });
  // What is announced right after the welcome may be here before the welcome is looked at.
  const early: Announcement[] = [];
  peer.on('announce', (announcement) => void early.push(announcement));
  const welcome = await peer.ask('join', null, options.answerTimeoutMs);
  const log = new SharedLog(peer, welcome, options);
  for (const announcement of early) log.take(announcement);
  peer.on('announce', (announcement) => log.take(announcement));
  channel.onClose(() => log.lose());
  return log;
}

export class SharedLog implements EventLog {
  readonly epoch: string;
  readonly ring: Ring;
  readonly #peer: LogPeer;
  readonly #options: SharedLogOptions;
  readonly #files: StoreReader;
  readonly #ended: EndedTopics;
  readonly #listeners = new Set<AnnounceListener>();
  readonly #awaited = new AwaitedPositions();
  readonly #unanswered = new Set<Promise<unknown>>();
  #unansweredBytes = 0;
  #head: number;
  #oldest: number;
  #learning: Promise<void> | undefined;
  #sentBytes = 0;
  #isAcknowledging = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(peer: LogPeer, welcome: Welcome, options: SharedLogOptions) {
    this.epoch = welcome.epoch;
    this.ring = new Ring(options.ring, welcome.head);
    this.#peer = peer;
    this.#options = options;
    this.#files = StoreReader.open(welcome.folder, welcome.maxBytes);
    this.#ended = new EndedTopics(welcome.maxEndedTopics);
    this.#head = welcome.head;
    this.#oldest = welcome.oldest;
    this.#noteEnds(welcome.ends);
  }

  get head(): number {
    return this.#head;
  }

  get oldest(): number {
    return this.#oldest;
  }

  append(drafts: readonly Draft[]): Promise<readonly number[]> {
    return this.#change(bytesOfDrafts(drafts), async () => {
      const positions = await this.#peer.ask('append', drafts, this.#options.answerTimeoutMs);
      await this.#reach(positions.reduce((last, position) => Math.max(last, position), 0));
      return positions;
    });
  }

  endTopic(topic: string): Promise<number> {
    return this.#change(END_BYTES, async () => {
      const position = await this.#peer.ask('endTopic', topic, this.#options.answerTimeoutMs);
      await this.#reach(position);
      return position;
    });
  }

  endOf(topic: string): number | undefined {
    return this.#ended.get(topic);
  }

  async read(after: number, selection: Selection, limits: ReadLimits): Promise<Page> {
    if (after < this.#oldest - 1) {
      throw new RangeError(`Expected a position from ${this.#oldest - 1} up, got ${after}: it was dropped`);
    }
    this.#files.refresh();
    try {
      const first = this.#files.firstKey('blocks') ?? 0;
      // Removed, and not heard of yet. A page without progress: the stream's next turn finds `oldest` moved.
      if (first > after + 1) {
        this.#learnOldest(first);
        return { records: [], to: after };
      }
      return readPage(this.#files, after, this.#head, selection, limits);
    } finally {
      // The pages of this snapshot can be used again: nothing is held over the turn.
      this.#files.refresh();
    }
  }

  onAnnounce(listener: AnnounceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  learnHead(): Promise<void> {
    // Who asks while another does has an id that was given out before: the answer is not older.
    this.#learning ??= this.#peer
      .ask('head', null, this.#options.answerTimeoutMs)
      .then((head) => this.#reach(head))
      .catch(() => Promise.reject(positionUnknown()))
      .finally(() => {
        this.#learning = undefined;
      });
    return this.#learning;
  }

  /** Retention is the other process's; this is only what is kept here. */
  trim(nowMs: number): void {
    this.ring.trim(nowMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#unanswered);
    this.#listeners.clear();
    await this.#files.close();
  }

  /** What `openSharedLog` is told by the other process. */
  take({ head, oldest, block, ends, sentBytes }: Announcement): void {
    this.#acknowledge(sentBytes);
    if (this.#isClosed && this.#unanswered.size === 0) return;
    if (block !== undefined) this.#takeBlock(block);
    const endedTopics = this.#noteEnds(ends ?? []);
    // Still behind it: there were records that this process was not told.
    if (head > this.#head) this.#skipTo(head, endedTopics);
    else if (endedTopics.length > 0) this.#tellListeners([], endedTopics);
    this.#oldest = Math.max(this.#oldest, oldest);
  }

  /** The other process has gone: no announcement will come. */
  lose(): void {
    this.#awaited.lose(logSilent('has gone'));
  }

  #takeBlock(bytes: Uint8Array): void {
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const block = new Block(Block.firstOf(value), value);
    if (block.first > this.#head + 1) return;
    const all = Array.from(block.recordsAfter(0), ([, record]) => record);
    this.#noteEnds(all.filter(({ endsTopic }) => endsTopic).map(({ topic, position }) => [topic, position]));
    // Where the head was learned from the files, some of them are known to be gone.
    const records = all.filter(({ position }) => position > this.#head);
    const missed = all.filter(({ position, endsTopic }) => endsTopic && position <= this.#head);
    for (const record of records) this.ring.push(record);
    this.#head = Math.max(this.#head, block.last);
    this.#tellListeners(
      records,
      missed.map(({ topic }) => topic),
    );
  }

  #skipTo(head: number, endedTopics: readonly string[]): void {
    this.ring.skipTo(head);
    this.#head = head;
    this.#tellListeners([], endedTopics);
  }

  #tellListeners(records: readonly LogRecord[], endedTopics: readonly string[]): void {
    for (const listener of this.#listeners) listener(records, endedTopics);
    this.#awaited.reach(this.#head);
  }

  // Retention removes only what is durable and announced, so what lies before it is so, too.
  #learnOldest(first: number): void {
    if (first - 1 > this.#head) this.#skipTo(first - 1, []);
    this.#oldest = Math.max(this.#oldest, first);
  }

  /** Answers with their topics. */
  #noteEnds(ends: Ends): string[] {
    for (const [topic, position] of ends) this.#ended.remember(topic, position);
    return ends.map(([topic]) => topic);
  }

  // Once a turn for all that has come in it.
  #acknowledge(sentBytes: number): void {
    this.#sentBytes = sentBytes;
    if (this.#isAcknowledging) return;
    this.#isAcknowledging = true;
    setImmediate(() => {
      this.#isAcknowledging = false;
      this.#peer.tell('acknowledge', this.#sentBytes);
    });
  }

  /** Resolves when what was appended is announced here as well. */
  #reach(position: number): Promise<void> {
    if (position <= this.#head) return Promise.resolve();
    const limitMs = this.#options.answerTimeoutMs;
    const late = () => logSilent(`has not announced a commit within ${limitMs} ms`);
    return this.#awaited.wait(position, limitMs, late);
  }

  async #change<T>(bytes: number, change: () => Promise<T>): Promise<T> {
    this.#refuseClosed();
    if (this.#unansweredBytes + bytes > MAX_UNANSWERED_BYTES && this.#unansweredBytes > 0) {
      throw logSilent(`has ${this.#unansweredBytes} bytes of events to confirm`);
    }
    this.#unansweredBytes += bytes;
    const changing = change();
    this.#unanswered.add(changing);
    try {
      return await changing;
    } finally {
      this.#unanswered.delete(changing);
      this.#unansweredBytes -= bytes;
    }
  }

  #refuseClosed(): void {
    if (!this.#isClosed) return;
    throw logClosed();
  }
}

function logSilent(why: string): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_STUCK',
    `The process that has the log ${why}`,
    'It may have been published all the same: publish again with the same key.',
  );
}

function positionUnknown(): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_STUCK',
    'The process that has the log does not say how far it has come',
    'Reconnect in a few seconds; the position is kept.',
  );
}
