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

const INTERVAL_MS = 10_000;
// The 7th retransmission comes some 40 s after the first unacknowledged byte (RTO 200 ms and up, doubled each time);
// a peer that is merely far away or on a bad line has answered by then.
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
  readonly #frontPorts: ReadonlySet<number>;
  #isOnFront = false;

  constructor(frontPorts: ReadonlySet<number>) {
    this.#frontPorts = frontPorts;
  }

  add(row: TcpRow, isLost: boolean): void {
    this.#isOnFront ||= this.#frontPorts.has(row.localPort);
    const key = keyOf(row.localPort, row.remotePort, row.remoteAddress());
    this.#byKey.set(key, { isLost, queuedBytes: row.txQueue });
  }

  // node:net asks the kernel for both addresses once and keeps them, some 300 bytes for the life of the socket. So a
  // stream of the fast lane is asked only when there is a suspect on a port of a front.
  find({ lane, socket }: Outlet): Suspect | undefined {
    if (socket === undefined || this.#byKey.size === 0 || (lane === 'fast' && !this.#isOnFront))
      return undefined;
    return this.#byKey.get(keyOf(socket.localPort ?? 0, socket.remotePort ?? 0, socket.remoteAddress ?? ''));
  }
}

export class Reaper {
  readonly #shard: Pick<Shard, 'streams'>;
  readonly #options: ReaperOptions;
  readonly #tables: readonly string[];
  readonly #timer: NodeJS.Timeout;
  // Whose queue was too long at the last look: once may be a burst on its way.
  #wasOver = new WeakSet<Stream>();
  readonly #frontPorts = new Set<number>();
  #isScanning = false;
  #isStopped = false;

  constructor(shard: Pick<Shard, 'streams'>, options: ReaperOptions, tables: readonly string[] = TABLES) {
    this.#shard = shard;
    this.#options = options;
    this.#tables = tables;
    this.#timer = setInterval(() => void this.#tick(), INTERVAL_MS).unref();
  }

  /** Tells of a port where streams of the fast lane arrive. */
  watchPort(port: number): void {
    this.#frontPorts.add(port);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /** Looks once: cuts streams whose peer is lost, holds those whose queue stays too long, releases the others. */
  async scan(): Promise<void> {
    const suspects = await this.#findSuspects();
    const isOver = new WeakSet<Stream>();
    let count = 0;
    for (const stream of this.#shard.streams) {
      if (++count % STREAMS_A_TURN === 0) await turn();
      if (this.#isStopped) return;
      const suspect = suspects.find(stream.outlet);
      if (suspect === undefined) stream.release();
      else if (suspect.isLost) stream.cut('client-lost');
      else if (stream.heldBytes > 0 || this.#wasOver.has(stream)) stream.hold(suspect.queuedBytes);
      else isOver.add(stream);
    }
    this.#wasOver = isOver;
  }

  async #tick(): Promise<void> {
    // A machine that is too slow for one look in 10 s gets fewer.
    if (this.#isScanning || isEmpty(this.#shard.streams)) return;
    this.#isScanning = true;
    try {
      await this.scan();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'The table of TCP sockets cannot be read; lost peers stay');
      this.stop();
    } finally {
      this.#isScanning = false;
    }
  }

  async #findSuspects(): Promise<Suspects> {
    const suspects = new Suspects(this.#frontPorts);
    for (const table of this.#tables) {
      await readChunks(table, (row) => {
        const isLost = row.retransmits >= LOST_RETRANSMITS;
        if (isLost || row.txQueue > this.#options.maxKernelBytes) suspects.add(row, isLost);
      });
    }
    return suspects;
  }
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

function keyOf(localPort: number, remotePort: number, remoteAddress: string): string {
  return `${localPort} ${remotePort} ${remoteAddress}`;
}

function isEmpty(streams: Iterable<unknown>): boolean {
  return streams[Symbol.iterator]().next().done === true;
}
