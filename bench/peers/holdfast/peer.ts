// What is measured: the built package, as `holdfast serve` runs it.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer, RunningPeer } from '../peer.ts';
import { holdfastAddresses, loopDelayArguments, loopDelayEnvironment, startServer } from '../start-server.ts';

const bin = fileURLToPath(new URL('../../../dist/cli/bin.js', import.meta.url));

export const holdfast: Peer = {
  name: 'holdfast',
  powers: ['topics', 'patterns', 'resume', 'loop-delay'],
  missing: () => (existsSync(bin) ? undefined : 'dist/ is not built: npm run build'),
  start: (port, options) => startHoldfast(port, loopDelayArguments(options), loopDelayEnvironment(options)),
};

/** `nodeArguments` are for node itself. */
export function startHoldfast(
  port: number,
  nodeArguments: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<RunningPeer> {
  const args = [
    ...nodeArguments,
    bin,
    'serve',
    '--listen',
    `127.0.0.1:${port}`,
    '--log',
    'memory',
    '--workers',
    '1',
    '--log-level',
    'silent',
  ];
  return startServer({ command: process.execPath, args, env, port }, holdfastAddresses(port));
}
