// The plain Go design: a goroutine, a channel and a Flusher a stream.

import type { Peer } from '../peer.ts';
import { holdfastAddresses, startServer } from '../start-server.ts';
import { builtFolder, goBuild } from '../tools.ts';

export const goNetHttp: Peer = {
  name: 'go-net-http',
  powers: ['topics'],
  missing: () => goBuild('go-net-http', new URL('.', import.meta.url), '.'),
  start: (port) =>
    startServer(
      { command: `${builtFolder}go-net-http`, args: [String(port)], port },
      holdfastAddresses(port),
    ),
};
