// The floor: C, epoll, one send a stream an event.

import { fileURLToPath } from 'node:url';
import type { Peer } from '../peer.ts';
import { holdfastAddresses, startServer } from '../start-server.ts';
import { attempt, builtFolder, isNewer } from '../tools.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const binary = `${builtFolder}epoll-c`;

export const epollC: Peer = {
  name: 'epoll-c',
  powers: ['topics'],
  missing: () =>
    isNewer(binary, `${folder}server.c`)
      ? undefined
      : attempt('cc', ['-O2', '-Wall', '-Wextra', '-o', binary, 'server.c'], folder),
  start: (port) => startServer({ command: binary, args: [String(port)], port }, holdfastAddresses(port)),
};
