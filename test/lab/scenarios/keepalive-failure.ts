// S19: a peer is gone without a word, and the keepalive of the other side finds it out.

import type { Scenario } from '../scenario.ts';
import type { Lab } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { haproxy, nginx } from './support/proxies.ts';
import { streamsOfAges } from './support/streams.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'keepalive-nginx',
    what: 'nginx with so_keepalive 2 s, 1 s apart, three times',
    truth: { cause: 'S19', by: 'client', spoiled: 3, normal: 0, seen: { client: ['S19'], router: ['S19'] } },
    proof: { router: { TCPAbortOnTimeout: 3, TCPKeepAlive: 9 } },
    needs: ['nginx'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 4, 6], 250);
      await lab.serve({ plans });
      const settings = 'proxy_buffering off; proxy_read_timeout 60s; proxy_ignore_client_abort off;';
      await lab.proxy('nginx', nginx(settings, '', 'so_keepalive=2s:1s:3'));
      await lab.open(
        paths.map((path) => ({ host: addresses.router, path })),
        60,
      );
      await untilSilent(lab);
      await lab.path.client.drop(addresses.client);
      await lab.serverHas(0);
    },
  },
  {
    name: 'keepalive-haproxy',
    what: 'HAProxy with clitcpka after 3 s, 1 s apart, twice',
    truth: { cause: 'S19', by: 'client', spoiled: 2, normal: 0, seen: { client: ['S19'], router: ['S19'] } },
    proof: { router: { TCPAbortOnTimeout: 2, TCPKeepAlive: 4 } },
    needs: ['haproxy'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([3, 7], 150);
      await lab.serve({ plans });
      const keepalive = 'option clitcpka\n  clitcpka-idle 3s\n  clitcpka-intvl 1s\n  clitcpka-cnt 2';
      await lab.proxy('haproxy', haproxy({ client: '60s', server: '60s' }, keepalive));
      await lab.open(
        paths.map((path) => ({ host: addresses.router, path })),
        40,
      );
      await untilSilent(lab);
      await lab.path.client.drop(addresses.client);
      // It keeps what it has to the application.
      await lab.kernelCounts('router', 'TCPAbortOnTimeout', 2);
    },
  },
];

/** Nothing may be unacknowledged: the kernel would repeat that in place of its keepalive. */
async function untilSilent(lab: Lab): Promise<void> {
  let before = -1;
  let since = 0;
  await lab.untilStreams('the events to end', (states) => {
    const now = states.reduce((sum, { bytes }) => sum + bytes, 0);
    if (now === 0) return false;
    if (now !== before) since = performance.now();
    before = now;
    return performance.now() - since > 800;
  });
}
