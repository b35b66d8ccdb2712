// The npm package better-sse, installed into bench/ by its lockfile.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../peer.ts';
import { startNode } from '../start-server.ts';
import { attempt } from '../tools.ts';

const bench = fileURLToPath(new URL('../../', import.meta.url));

export const betterSse: Peer = {
  name: 'better-sse',
  powers: ['topics', 'loop-delay'],
  missing: () =>
    existsSync(`${bench}node_modules/better-sse`) ? undefined : attempt('npm', ['ci', '--silent'], bench),
  start: (port, options) => startNode(new URL('server.ts', import.meta.url), port, options),
};
