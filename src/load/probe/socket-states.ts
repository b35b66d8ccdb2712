// Counts the sockets behind one port by their TCP state, out of the kernel's table for the network namespace of a
// process. The table is read piece by piece: the kernel gives a page (27 sockets) at a time, so nothing blocks.

import { open } from 'node:fs/promises';
import { readTcpTable, type TcpRow, type TcpState } from '../../base/tcp-table.ts';

const READ_BYTES = 65_536;

/** States with no socket are left out, and so is the listener. */
export type SocketStates = Readonly<Partial<Record<TcpState, number>>>;

/**
 * Sockets whose local port is `port`.
 *
 * @param netFolder - `/proc/PID/net`.
 * @returns undefined where there is no table, or it may not be read.
 */
export async function readSocketStates(netFolder: string, port: number): Promise<SocketStates | undefined> {
  const counts: Partial<Record<TcpState, number>> = {};
  const count = (row: TcpRow) => {
    if (row.localPort !== port || row.state === 'listen') return;
    counts[row.state] = (counts[row.state] ?? 0) + 1;
  };
  const isRead = await readTable(`${netFolder}/tcp`, count);
  // Without IPv6 there is no second table.
  await readTable(`${netFolder}/tcp6`, count);
  return isRead ? counts : undefined;
}

async function readTable(path: string, visit: (row: TcpRow) => void): Promise<boolean> {
  const buffer = Buffer.alloc(READ_BYTES);
  try {
    await using file = await open(path);
    let held = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, buffer.length - held, null);
      if (bytesRead === 0) return true;
      const end = held + bytesRead;
      const taken = readTcpTable(buffer.subarray(0, end), visit);
      buffer.copy(buffer, 0, taken, end);
      held = end - taken;
    }
  } catch {
    return false;
  }
}
