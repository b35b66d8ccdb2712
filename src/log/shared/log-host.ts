// The side of the process that has the log: serves the workers that share it, and announces to each.

import { HoldfastError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type Channel, Peer } from '../../base/peer.ts';
import type { EventLog, LogRecord } from '../event-log.ts';
import { encodeBlock } from '../lmdb/block.ts';
import { Announcer, MAX_UNACKNOWLEDGED_BYTES } from './announcer.ts';
import { type Ends, type LogHostCalls, type LogReaderCalls, PEER_NAME } from './messages.ts';

/** A log whose files other processes can read. */
export interface SharableLog extends EventLog {
  readonly folder: string;
  readonly limits: { readonly maxBytes: number; readonly maxEndedTopics: number };
  endsAfter(position: number): Ends;
  forgetDeadReaders(): void;
}

const MAX_ANNOUNCED_RECORDS = 65_535;

export class LogHost {
  readonly #log: SharableLog;
  readonly #logger: Logger;
  readonly #maxBytes: number;
  readonly #announcers = new Set<Announcer>();
  readonly #stopListening: () => void;

  /** `maxUnacknowledgedBytes` is another one in tests. */
  constructor(log: SharableLog, logger: Logger, maxUnacknowledgedBytes = MAX_UNACKNOWLEDGED_BYTES) {
    this.#log = log;
    this.#logger = logger;
    this.#maxBytes = maxUnacknowledgedBytes;
    this.#stopListening = log.onAnnounce((records) => this.#announce(records));
  }

  /** Serves a worker for as long as its channel is open. */
  serve(channel: Channel): void {
    const peer = new Peer<LogReaderCalls, LogHostCalls>(channel, {
      name: PEER_NAME,
      unanswered: workerSilent,
      onBug: (error) => this.#logger.error({ err: error }, 'A worker could not be served by the log'),
    });
    const log = this.#log;
    let announcer: Announcer | undefined;
    peer.on('join', () => {
      announcer ??= new Announcer(log, (announcement) => peer.tell('announce', announcement), this.#maxBytes);
      this.#announcers.add(announcer);
      const { epoch, head, oldest, folder, limits } = log;
      const { maxBytes, maxEndedTopics } = limits;
      return { epoch, head, oldest, ends: log.endsAfter(0), folder, maxBytes, maxEndedTopics };
    });
    peer.on('append', (drafts) => log.append(drafts));
    peer.on('endTopic', (topic) => log.endTopic(topic));
    peer.on('head', () => log.head);
    peer.on('acknowledge', (sentBytes) => announcer?.acknowledge(sentBytes));
    channel.onClose(() => {
      if (announcer !== undefined) this.#announcers.delete(announcer);
    });
  }

  /** The most bytes of announcements that wait for any worker. */
  get unacknowledgedBytes(): number {
    return Math.max(0, ...Array.from(this.#announcers, (announcer) => announcer.unacknowledgedBytes));
  }

  /** Tells what has moved without a commit: the oldest position, after a trim. */
  tellState(): void {
    for (const announcer of this.#announcers) announcer.tellState();
  }

  close(): void {
    this.#stopListening();
    this.#announcers.clear();
  }

  // The records of a commit are one block, encoded once for all workers. They have one time, as a block wants it.
  #announce(records: readonly LogRecord[]): void {
    if (this.#announcers.size === 0 || records.length === 0) return;
    // A block numbers its topics with 16 bits; whoever is told the head alone reads the blocks of the files.
    if (records.length > MAX_ANNOUNCED_RECORDS) {
      this.tellState();
      return;
    }
    const block = encodeBlock(records);
    for (const announcer of this.#announcers) announcer.announce(records[0]!.position, block);
  }
}

function workerSilent(why: string): HoldfastError {
  return new HoldfastError('ERR_INTERNAL', `A worker ${why}`, 'Look at the log of the hub.');
}
