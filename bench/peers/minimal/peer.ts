// Not a peer to compare with: what the load generator itself is measured on.

import { fileURLToPath } from 'node:url';
import type { RunningPeer } from '../peer.ts';
import { holdfastAddresses, startServer } from '../start-server.ts';

export function startMinimal(port: number, workers: number): Promise<RunningPeer> {
  return startServer(
    {
      command: process.execPath,
      args: [fileURLToPath(new URL('server.ts', import.meta.url))],
      env: { PORT: String(port), WORKERS: String(workers) },
      port,
    },
    holdfastAddresses(port),
  );
}
