// S10: the sidecar of a pod ended before the application did.

import { alignedClaims, CLOCKS_MS } from './aligned.ts';
import type { Rule } from './rule.ts';

/** Istio's terminationDrainDuration, after which its proxy exits. */
const DRAIN_MS = 5000;

export const s10SidecarExit: Rule = {
  id: 'S10',
  page: {
    title: 'sidecar exits before the application',
    what: 'At SIGTERM the sidecar proxy drains for its own time (Istio: 5 s) and exits, however long the application may still want. Its streams end there.',
    wire: 'FIN 5 s after SIGTERM while the application still writes.',
    elsewhere: 'istio-agent: `Graceful termination period complete`; EPIPE in the application.',
    apart: 'S09 comes at the end of the grace period of the pod.',
    help: [
      'Istio: `EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true"` in proxyMetadata, a longer terminationDrainDuration, or native sidecars.',
    ],
    sources: [
      { text: 'Istio API: terminationDrainDuration', verified: true },
      { text: 'Istio pkg/envoy/agent.go', verified: true },
    ],
  },
  needs: ['log'],
  apartFrom: ['S09', 'S08'],
  claims: (scene) =>
    alignedClaims(scene, {
      facts: ['sidecar-drain-complete', 'Graceful termination period complete'],
      beforeMs: DRAIN_MS + CLOCKS_MS,
      afterMs: CLOCKS_MS,
      atLeast: 1,
      what: 'the sidecar had drained',
      help: ['EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true", or a longer terminationDrainDuration'],
    }),
};
