// Finds, in the kernel's table of sockets, connections whose peer is lost or whose queue is long. It reads in short
// slices. One look serves all processes of a hub: what it answers is plain data.

import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { readTcpTable, type TcpRow } from '../base/tcp-table.ts';

// A peer that is merely far away or on a bad line has answered by then. Time alone would not do where the line is so
// slow that little was tried, and retransmissions alone not either: the 7th comes after 25 s where the kernel waits
// 200 ms for an acknowledgement (doubled each time), but after minutes where it waits 2 s.
const LOST_AFTER_MS = 25_000;
const MIN_RETRANSMITS = 3;
// Of rows that do not say the time.
const LOST_RETRANSMITS = 7;
const CHUNK_BYTES = 16_384;
// Streams go on between.
const SLICE_MS = 2;
export const TCP_TABLES: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6'];

/** A connection that something is wrong with. */
export interface TcpSuspect {
  readonly localPort: number;
  readonly remotePort: number;
  readonly remoteAddress: string;
  /** Its peer has not acknowledged anything for so long that it is gone. */
  readonly isLost: boolean;
  /** Bytes that wait for the peer in the kernel. */
  readonly queuedBytes: number;
}

/** What one look has found. */
export interface TcpLook {
  readonly suspects: readonly TcpSuspect[];
  /** Bytes that wait in the kernel for the peers of all sockets that were looked at. */
  readonly queuedBytes: number;
}

export type LookAtTcp = (maxKernelBytes: number) => Promise<TcpLook>;

/** Looks at the sockets of the machine, or at those of one local port. Nothing is found where there is no table. */
export async function lookAtTcp(
  maxKernelBytes: number,
  tables = TCP_TABLES,
  localPort?: number,
): Promise<TcpLook> {
  const suspects: TcpSuspect[] = [];
  let queuedBytes = 0;
  for (const table of tables) {
    await readChunks(table, (row) => {
      if (localPort !== undefined && row.localPort !== localPort) return;
      queuedBytes += row.txQueue;
      const isLost = isPeerLost(row);
      if (!isLost && row.txQueue <= maxKernelBytes) return;
      const { remotePort, txQueue } = row;
      const remoteAddress = row.remoteAddress();
      suspects.push({
        localPort: row.localPort,
        remotePort,
        remoteAddress,
        isLost,
        queuedBytes: txQueue,
      });
    });
  }
  return { suspects, queuedBytes };
}

function isPeerLost(row: TcpRow): boolean {
  if (row.retransmits < MIN_RETRANSMITS) return false;
  return row.retransmits >= LOST_RETRANSMITS || row.unacknowledgedMs() >= LOST_AFTER_MS;
}

// [linux] Each read gives a page, whatever it asks for: 750 reads for 20,000 sockets. They wait for no disk, so they are
// made here, a few at a time: handed to another thread they took half as much processor time again, and, on a machine
// that is busy, seconds.
async function readChunks(path: string, visit: (row: TcpRow) => void): Promise<void> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    // No such table: another system, or a kernel without IPv6.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let held = 0;
    let turnAtMs = performance.now() + SLICE_MS;
    for (;;) {
      const bytesRead = readSync(file, buffer, held, CHUNK_BYTES - held, null);
      if (bytesRead === 0) return;
      const end = held + bytesRead;
      const used = readTcpTable(buffer.subarray(0, end), visit);
      buffer.copyWithin(0, used, end);
      held = end - used;
      if (performance.now() < turnAtMs) continue;
      await turn();
      turnAtMs = performance.now() + SLICE_MS;
    }
  } finally {
    closeSync(file);
  }
}
