// Finds, on Linux, what no socket says about itself: peers that have vanished (their acknowledgements no longer come,
// and Node.js cannot set TCP_USER_TIMEOUT) and kernel queues that grow. It reads the kernel's table of sockets in
// small asynchronous pieces and touches only streams that the table speaks of. Elsewhere it does nothing, and the
// kernel's own bound holds: 15 minutes of retransmission.

import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../base/logger.ts';
import { readTcpTable, type TcpRow } from '../base/tcp-table.ts';
import type { Outlet } from '../hub/outlet.ts';
import type { Shard } from '../hub/shard.ts';
import type { Stream } from '../hub/stream.ts';
import { type Connection, connectionOf } from './connection.ts';

const INTERVAL_MS = 10_000;
// While a stream is held, it waits for the next look: then each tick is one.
const TICK_MS = 1000;
// A peer that is merely far away or on a bad line has answered by then. Time alone would not do where the line is so
// slow that little was tried, and retransmissions alone not either: the 7th comes after 25 s where the kernel waits
// 200 ms for an acknowledgement (doubled each time), but after minutes where it waits 2 s.
const LOST_AFTER_MS = 25_000;
const MIN_RETRANSMITS = 3;
// Of rows that do not say the time.
const LOST_RETRANSMITS = 7;
const CHUNK_BYTES = 65_536;
const STREAMS_A_TURN = 500;
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

export interface ReaperOptions {
  readonly maxKernelBytes: number;
  readonly logger: Logger;
}

interface Suspect {
  readonly isLost: boolean;
  readonly queuedBytes: number;
}

/** Sockets of the machine that may be one of ours. */
class Suspects {
  readonly #byKey = new Map<string, Suspect>();

  add(row: TcpRow, isLost: boolean): void {
    const { localPort, remotePort } = row;
    this.#byKey.set(keyOf({ localPort, remotePort, remoteAddress: row.remoteAddress() }), {
      isLost,
      queuedBytes: row.txQueue,
    });
  }

  find({ socket }: Outlet): Suspect | undefined {
    const connection = socket === undefined || this.#byKey.size === 0 ? undefined : connectionOf(socket);
    return connection && this.#byKey.get(keyOf(connection));
  }
}

export class Reaper {
  readonly #shard: Pick<Shard, 'streams' | 'hold'>;
  readonly #options: ReaperOptions;
  readonly #tables: readonly string[];
  readonly #timer: NodeJS.Timeout;
  // Whose queue was too long at the last look: once may be a burst on its way.
  #wasOver = new WeakSet<Stream>();
  #hasFailed = false;
  #heldCount = 0;
  #isLooking = false;
  #dueMs = performance.now() + INTERVAL_MS;
  #isStopped = false;

  constructor(
    shard: Pick<Shard, 'streams' | 'hold'>,
    options: ReaperOptions,
    tables: readonly string[] = TABLES,
  ) {
    this.#shard = shard;
    this.#options = options;
    this.#tables = tables;
    this.#timer = setInterval(() => void this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #scan(): Promise<void> {
    const suspects = await this.#findSuspects();
    const isOver = new WeakSet<Stream>();
    let count = 0;
    this.#heldCount = 0;
    for (const stream of this.#shard.streams) {
      if (++count % STREAMS_A_TURN === 0) await turn();
      if (this.#isStopped) return;
      const suspect = suspects.find(stream.outlet);
      if (suspect === undefined) stream.release();
      else if (suspect.isLost) stream.cut('client-lost');
      else if (stream.heldBytes > 0 || this.#wasOver.has(stream)) {
        this.#shard.hold(stream, suspect.queuedBytes);
        this.#heldCount++;
      } else isOver.add(stream);
    }
    this.#wasOver = isOver;
  }

  /** Looks once: cuts streams whose peer is lost, holds those whose queue stays too long, releases the others. */
  async look(): Promise<void> {
    try {
      if (!isEmpty(this.#shard.streams)) await this.#scan();
      this.#hasFailed = false;
    } catch (error) {
      this.#heldCount = 0;
      this.#releaseAll();
      const message = 'The table of TCP sockets cannot be read; lost peers stay until it can';
      if (!this.#hasFailed) this.#options.logger.warn({ err: error }, message);
      this.#hasFailed = true;
    }
  }

  async #tick(): Promise<void> {
    const nowMs = performance.now();
    // A machine that is too slow for a look each second gets fewer.
    if (this.#isLooking || (this.#heldCount === 0 && nowMs < this.#dueMs)) return;
    this.#isLooking = true;
    this.#dueMs = nowMs + INTERVAL_MS;
    await this.look();
    this.#isLooking = false;
  }

  // Better a full kernel queue than a stream that waits for a look that may never come.
  #releaseAll(): void {
    for (const stream of this.#shard.streams) stream.release();
  }

  async #findSuspects(): Promise<Suspects> {
    const suspects = new Suspects();
    for (const table of this.#tables) {
      await readChunks(table, (row) => {
        const isLost = isPeerLost(row);
        if (isLost || row.txQueue > this.#options.maxKernelBytes) suspects.add(row, isLost);
      });
    }
    return suspects;
  }
}

function isPeerLost(row: TcpRow): boolean {
  if (row.retransmits < MIN_RETRANSMITS) return false;
  return row.retransmits >= LOST_RETRANSMITS || row.unacknowledgedMs() >= LOST_AFTER_MS;
}

async function readChunks(path: string, visit: (row: TcpRow) => void): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    // No such table: another system, or a kernel without IPv6.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let held = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, CHUNK_BYTES - held);
      if (bytesRead === 0) return;
      const end = held + bytesRead;
      const used = readTcpTable(buffer.subarray(0, end), visit);
      buffer.copyWithin(0, used, end);
      held = end - used;
    }
  } finally {
    await file.close();
  }
}

function keyOf({ localPort, remotePort, remoteAddress }: Connection): string {
  return `${localPort} ${remotePort} ${remoteAddress}`;
}

function isEmpty(streams: Iterable<unknown>): boolean {
  return streams[Symbol.iterator]().next().done === true;
}
