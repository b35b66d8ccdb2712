// The seam between the hub and what keeps its events. An engine owns ids, frames, history and retention; the
// hub owns streams. Positions are seqs: the first event of a log has 1, and 0 is "before everything".

import type { HistogramFigures } from '../base/histogram.ts';
import type { Ring } from './ring.ts';

/** An event as the front door has checked it: `data` is the text that goes on the wire. */
export interface Draft {
  readonly topic: string;
  readonly data: string;
  readonly type?: string | undefined;
  /** Idempotency key, its scope is the hub. */
  readonly key?: string | undefined;
}

/** One entry of the log. */
export interface LogRecord {
  readonly position: number;
  readonly topic: string;
  /** The encoded event with its id: made once, shared by every stream. */
  readonly frame: Uint8Array;
  /** When it was appended, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The record that ends its topic: nothing follows it there. */
  readonly endsTopic: boolean;
}

/** Which records a reader wants. */
export interface Selection {
  readonly exactTopics: ReadonlySet<string>;
  readonly hasPatterns: boolean;
  matches(topic: string): boolean;
}

/** How much one read may return and look at. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly maxScanned: number;
}

/** The records after a position that a selection wants, and how far the read came. */
export interface Page {
  readonly records: readonly LogRecord[];
  /** Every wanted record up to and with this position is in this page or came before it. */
  readonly to: number;
}

/**
 * Hears that the head has moved. Where the log is another process's and this one does not keep up, the records in between
 * are missing in the ring, `records` is empty, and `endedTopics` are those that ended in between.
 */
export type AnnounceListener = (records: readonly LogRecord[], endedTopics?: readonly string[]) => void;

export interface LogMeasures {
  /** Of what is kept, with what finds it. */
  readonly bytes: number;
  /** Of the file, free pages included; 0 in memory. */
  readonly fileBytes: number;
  /** How long commits to the disk took. */
  readonly commitSeconds: HistogramFigures;
}

export interface EventLog {
  /** Names this life of the log; part of every id. */
  readonly epoch: string;
  /** The newest position that is durable and announced; 0 while there is none. */
  readonly head: number;
  /** The oldest position that is kept; `head + 1` while nothing is. */
  readonly oldest: number;
  /**
   * The recent past in memory, where the engine keeps it anyway; the hub then needs no ring of its own. It is
   * up to date when listeners of `announce` are called.
   */
  readonly ring?: Ring;

  /**
   * Appends all drafts or none, and answers with their positions once they are durable and announced. A draft
   * whose key was seen with the same content answers the first position and is not appended again.
   *
   * @throws HoldfastError ERR_TOPIC_ENDED, ERR_KEY_CONFLICT, ERR_HUB_CLOSED; on disk ERR_LOG_FULL, ERR_LOG_WRITE and
   * ERR_LOG_STUCK as well: then nothing of the batch is in the log.
   */
  append(drafts: readonly Draft[]): Promise<readonly number[]>;

  /** Ends a topic for good, and answers the position of its end; ending it again answers the same. */
  endTopic(topic: string): Promise<number>;

  /** The position of a topic's end, or undefined while it is open. */
  endOf(topic: string): number | undefined;

  /**
   * Reads on after a position that is still kept (`after >= oldest - 1`), never beyond the head.
   * At least one record is returned when one is wanted within the scan, however large it is. It settles in
   * bounded time: the shard has eight reads under way at most, and waits for them.
   */
  read(after: number, selection: Selection, limits: ReadLimits): Promise<Page>;

  /** Calls the listener with each appended run of records, in order, once they are durable. */
  onAnnounce(listener: AnnounceListener): () => void;

  /**
   * Learns how far the log has come by now; only of a log of another process, whose announcements are on their way
   * while a client comes with an id that it was given elsewhere. Rejects with ERR_LOG_STUCK.
   */
  learnHead?(): Promise<void>;

  /** Drops what retention no longer keeps at this time (`steadyNowMs`). Cheap when there is nothing to drop. */
  trim(nowMs: number): void;

  /** What the log measures of itself, where it does. */
  measures?(): LogMeasures;

  /** Waits for what is being appended, then refuses more. */
  close(): Promise<void>;
}
