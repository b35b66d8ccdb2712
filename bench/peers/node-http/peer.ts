// Node without a library: ServerResponse.write for each event and stream.

import type { Peer } from '../peer.ts';
import { startNode } from '../start-server.ts';

export const nodeHttp: Peer = {
  name: 'node-http',
  powers: ['topics', 'loop-delay'],
  missing: () => undefined,
  start: (port, options) => startNode(new URL('server.ts', import.meta.url), port, options),
};
