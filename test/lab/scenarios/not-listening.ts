// S14: nobody listens at the port.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'port-closed',
    what: 'the SYN is answered with RST by the server itself',
    truth: { cause: 'S14', by: 'server', spoiled: 3, normal: 0, seen: { client: ['S14'], server: ['S14'] } },
    proof: { client: { AttemptFails: 3 } },
    async run(lab) {
      await lab.open(Array(3).fill({ host: addresses.server, port: 9090, path: '/events' }), 150);
      await lab.ended(3);
    },
  },
  {
    name: 'port-unreachable',
    what: 'a router without an endpoint for it answers the SYN with ICMP port unreachable',
    truth: { cause: 'S14', by: 'middle', spoiled: 2, normal: 1, seen: { client: ['S14'] } },
    async run(lab) {
      await lab.path.router.run(
        ...(['iptables', '-A', 'FORWARD', '-p', 'tcp', '--dport', '9091', '-j', 'REJECT'] as const),
        ...(['--reject-with', 'icmp-port-unreachable'] as const),
      );
      await lab.serve({ plans: { '/events': [{ send: 4, everyMs: 200 }, { close: 'complete-fin' }] } });
      await lab.open(
        [9091, 8080, 9091].map((port) => ({ host: addresses.server, port, path: '/events' })),
        100,
      );
      await lab.ended(3);
    },
  },
];
