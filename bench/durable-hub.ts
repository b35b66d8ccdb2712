// `holdfast serve` with its log on disk, in a folder beside the results: the disk is that of the repository, since the
// system's temporary folder may be in memory.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningPeer } from './peers/peer.ts';
import { freePort, holdfastAddresses, startServer } from './peers/start-server.ts';
import { resultsFolder } from './tool.ts';

const bin = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url));

export interface DurableHub extends RunningPeer {
  readonly port: number;
  /** Holds the log; gone when the hub has stopped. */
  readonly folder: string;
}

export async function startDurableHub(options: readonly string[] = []): Promise<DurableHub> {
  mkdirSync(resultsFolder, { recursive: true });
  const folder = mkdtempSync(join(resultsFolder, 'durable-'));
  const port = await freePort();
  const args = [
    bin,
    'serve',
    '--listen',
    `127.0.0.1:${port}`,
    '--log-folder',
    join(folder, 'log'),
    '--log-level',
    'silent',
  ];
  const command = { command: process.execPath, args: [...args, ...options], port, folder };
  return Object.assign(await startServer(command, holdfastAddresses(port)), { port, folder });
}
