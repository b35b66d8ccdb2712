// S12: nginx (or an ingress controller) was reloaded, and its old workers were ended with the streams they held.

import { alignedClaims, CLOCKS_MS } from './aligned.ts';
import type { Rule } from './rule.ts';

/** worker-shutdown-timeout of ingress-nginx. */
const SHUTDOWN_MS = 240_000;

export const s12Reload: Rule = {
  id: 'S12',
  page: {
    title: 'proxy reload',
    what: 'After a reload the old workers of nginx serve their streams until worker_shutdown_timeout is over (ingress-nginx: 240 s), and then drop all of them together. Every change of an Ingress, secret or annotation reloads; changes of endpoints do not.',
    wire: 'Many streams through one proxy end together, up to 240 s after a reload.',
    elsewhere: 'Controller: `Backend successfully reloaded`; nginx_ingress_controller_success.',
    apart: 'S08: the proxy itself is gone and refuses. S03 goes by the clock of each stream.',
    help: [
      'Raise worker-shutdown-timeout, change Ingresses less often, or give streams a controller of their own.',
    ],
    sources: [
      { text: 'ingress-nginx config.go: worker-shutdown-timeout 240s', verified: true },
      { text: 'nginx ngx_cycle.c: worker_shutdown_timeout', verified: true },
    ],
  },
  needs: ['log'],
  apartFrom: ['S08', 'S03'],
  claims: (scene) =>
    alignedClaims(scene, {
      facts: ['reload'],
      beforeMs: SHUTDOWN_MS + CLOCKS_MS,
      afterMs: CLOCKS_MS,
      atLeast: 2,
      what: 'a reload of the proxy',
      help: [
        'raise worker-shutdown-timeout',
        'change Ingresses less often, or give streams a controller of their own',
      ],
    }),
};
