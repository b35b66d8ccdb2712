// S28: a node was drained or the path moved to another one, and what it knew about connections stayed behind.

import { alignedClaims, CLOCKS_MS } from './aligned.ts';
import type { Rule } from './rule.ts';

export const s28PathMoved: Rule = {
  id: 'S28',
  page: {
    title: 'path moved, node drained',
    what: 'A node was cordoned and drained, or traffic moved to another node (externalTrafficPolicy, a change of the network plugin). Connections that went through it lose their translation; one direction may go on for a while.',
    wire: 'One direction goes on, the other does not; or a reset from the address of a node. Aligned to an event of the node.',
    elsewhere: 'Events of the node: cordon, drain, NodeNotReady.',
    apart: 'S09 is one pod. S20 is a path that fails for everything.',
    help: [
      'Drain slowly with a PodDisruptionBudget, and let clients reconnect with jitter. Nothing re-balances live streams.',
    ],
    sources: [{ text: 'Kubernetes: node drain', verified: false }],
  },
  needs: ['log'],
  apartFrom: ['S09', 'S20'],
  claims: (scene) =>
    alignedClaims(scene, {
      facts: ['NodeNotReady', 'NodeNotSchedulable', 'drain', 'cordon', 'Shutdown'],
      beforeMs: 60_000,
      afterMs: CLOCKS_MS,
      atLeast: 2,
      what: 'an event of the node',
      help: ['drain slowly, with a PodDisruptionBudget', 'let clients reconnect with jitter'],
    }),
};
