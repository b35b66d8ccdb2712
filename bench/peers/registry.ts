// Every peer there is, in the order in which they take turns: what is measured first, then its floor, then the others.

import { betterSse } from './better-sse/peer.ts';
import { centrifugo } from './centrifugo/peer.ts';
import { epollC } from './epoll-c/peer.ts';
import { goNetHttp } from './go-net-http/peer.ts';
import { holdfast } from './holdfast/peer.ts';
import { mercure } from './mercure/peer.ts';
import { nchan } from './nchan/peer.ts';
import { nodeHttp } from './node-http/peer.ts';
import type { Peer } from './peer.ts';
import { pushpin } from './pushpin/peer.ts';

export const peers: readonly Peer[] = [
  holdfast,
  epollC,
  goNetHttp,
  nchan,
  betterSse,
  nodeHttp,
  mercure,
  centrifugo,
  pushpin,
];
