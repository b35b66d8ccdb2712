// S09: a pod was deleted and its grace period ended (or its program ended at once on SIGTERM).

import { alignedClaims, CLOCKS_MS } from './aligned.ts';
import type { Rule } from './rule.ts';

const facts = ['Killing', 'deletionTimestamp', 'SIGTERM', 'Preempting', 'Evicted'];
/** terminationGracePeriodSeconds is 30 s unless set; the kubelet adds 2 s once. */
const GRACE_MS = 32_000;

export const s09PodDeletion: Rule = {
  id: 'S09',
  page: {
    title: 'pod deletion',
    what: 'A pod was deleted. A program that does not handle SIGTERM ends at once; otherwise SIGKILL comes when the grace period (30 s unless set, preStop included) is over. If the network of the pod is taken down first, nothing is sent at all.',
    wire: 'As S08, at the deletion or 30 s after it; or silence, and an ICMP error or reset later.',
    elsewhere: 'Events `Killing`, deletionTimestamp of the pod.',
    apart: 'S08 has no deletion. S10: the sidecar ends 5 s after SIGTERM. S11: pod after pod.',
    help: [
      'Handle SIGTERM: end streams with jitter, then exit. terminationGracePeriodSeconds of at least preStop + drain + 5 s.',
    ],
    sources: [
      { text: 'Kubernetes API: terminationGracePeriodSeconds', verified: true },
      {
        text: 'Linux net/ipv4/tcp.c: no reset from a network namespace that is being removed',
        verified: true,
      },
    ],
  },
  needs: ['log'],
  apartFrom: ['S08', 'S10', 'S11'],
  claims: (scene) =>
    alignedClaims(scene, {
      facts,
      beforeMs: GRACE_MS + CLOCKS_MS,
      afterMs: CLOCKS_MS,
      atLeast: 1,
      what: 'a pod was told to end',
      help: [
        'handle SIGTERM: end streams with jitter, then exit',
        'terminationGracePeriodSeconds of at least preStop + drain + 5 s',
      ],
    }),
};
