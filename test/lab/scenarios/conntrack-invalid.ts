// S17: behind a service address, connection tracking calls a packet of the server INVALID and lets it pass without
// translating it: the client knows nothing of the address it comes from, and answers the server with RST.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses, toClient, toServer } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

const SERVICE = '203.0.113.10';
const translate = `iptables -t nat -A PREROUTING -d ${SERVICE} -p tcp -j DNAT --to-destination ${addresses.server}`;

const truth = {
  cause: 'S17',
  by: 'middle',
  normal: 0,
  seen: { client: ['S17'], server: ['S17', 'S31'] },
  together: ['S17'],
} as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'conntrack-invalid-forgotten',
    what: 'the table of connections is emptied, and tcp_loose is 0',
    truth: { ...truth, spoiled: 3 },
    needs: ['conntrack'],
    async run(lab) {
      const { router } = lab.path;
      await router.script(translate, 'echo 0 >/proc/sys/net/netfilter/nf_conntrack_tcp_loose');
      const { plans, paths } = streamsOfAges([50, 60, 70], 110);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: SERVICE, path })),
        90,
      );
      await lab.serverHas(3);
      await pause(1700);
      await router.run('conntrack', '-F');
      await lab.serverHas(0);
      await pause(600);
    },
  },
  {
    name: 'conntrack-invalid-window',
    what: 'a segment far beyond the window of the client',
    truth: { ...truth, spoiled: 2 },
    needs: ['socat'],
    async run(lab) {
      const { router } = lab.path;
      const hop = await lab.hop();
      await router.script(
        translate,
        // What comes from the server is tracked when it leaves the hop, not before.
        `iptables -t raw -A PREROUTING -i ${toServer} -j CT --notrack`,
        `ip rule del iif ${toClient} lookup 7`,
      );
      const { plans, paths } = streamsOfAges([60, 80], 70);
      await lab.serve({ plans });
      for (const path of paths) {
        await lab.open([{ host: SERVICE, path }]);
        await lab.serverHas(1);
        await pause(900);
        await hop.ask('repeatNextAhead', 8080, 1 << 24);
        await lab.serverHas(0);
        await pause(500);
      }
    },
  },
];
