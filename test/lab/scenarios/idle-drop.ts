// S01: a hop forgets flows that were silent for too long, and says nothing of it; the next packet gets no answer, or RST.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

const open = (paths: readonly string[], host: string = addresses.server) =>
  paths.map((path) => ({ host, path }));

export const scenarios: readonly Scenario[] = [
  {
    name: 'conntrack-expiry-drop',
    what: 'connection tracking with tcp_timeout_established 3 s; what is INVALID is dropped',
    truth: {
      cause: 'S01',
      by: 'middle',
      spoiled: 4,
      normal: 2,
      timer: { measures: 'idle', seconds: 3 },
      // At the client nothing more comes, and it has nothing to send: its streams are open.
      seen: { server: ['S01'], client: [] },
    },
    proof: { server: { TCPAbortOnTimeout: 4 } },
    async run(lab) {
      await lab.path.router.setSysctls({
        'netfilter/nf_conntrack_tcp_timeout_established': 3,
        'netfilter/nf_conntrack_tcp_loose': 0,
      });
      await lab.path.router.run(
        ...(['iptables', '-A', 'FORWARD', '-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP'] as const),
      );
      await lab.path.server.setSysctls({ 'ipv4/tcp_retries2': 4 });
      const silent = streamsOfAges([2, 3, 5, 7], 300, [{ waitMs: 5200 }, { send: 2, everyMs: 100 }]);
      const steady = {
        '/steady/1': [{ send: 14, everyMs: 1000 }],
        '/steady/2': [{ send: 9, everyMs: 1600 }],
      };
      await lab.serve({ plans: { ...silent.plans, ...steady } });
      await lab.open(open([...silent.paths, '/steady/1', '/steady/2']), 30);
      await lab.serverHas(6);
      await lab.serverHas(2);
      await pause(500);
    },
  },
  {
    name: 'conntrack-expiry-reset',
    what: 'connection tracking with tcp_timeout_established 2 s; what is INVALID is answered with RST',
    truth: {
      cause: 'S01',
      by: 'middle',
      spoiled: 5,
      normal: 1,
      timer: { measures: 'idle', seconds: 2 },
      seen: { server: ['S01'], client: [] },
    },
    async run(lab) {
      await lab.path.router.setSysctls({
        'netfilter/nf_conntrack_tcp_timeout_established': 2,
        'netfilter/nf_conntrack_tcp_loose': 0,
      });
      await lab.path.router.run(
        ...(['iptables', '-A', 'FORWARD', '-p', 'tcp', '-m', 'conntrack', '--ctstate', 'INVALID'] as const),
        ...(['-j', 'REJECT', '--reject-with', 'tcp-reset'] as const),
      );
      const plans = Object.fromEntries(
        // Each waits another while, all of them too long.
        [3300, 3900, 4400, 5100, 6000].map((waitMs, i) => [
          `/events/${i + 1}`,
          [{ send: 2 + i, everyMs: 250 }, { waitMs }, { send: 1, everyMs: 0 }],
        ]),
      );
      await lab.serve({ plans: { ...plans, '/steady': [{ send: 12, everyMs: 700 }] } });
      await lab.open(open([...Object.keys(plans), '/steady']), 20);
      await lab.serverHas(6);
      await lab.serverHas(1);
      await pause(300);
    },
  },
  {
    name: 'balancer-idle-reset-next',
    what: 'a balancer that forgets flows after 2.5 s and answers the next packet from either side with RST',
    truth: {
      cause: 'S01',
      by: 'middle',
      spoiled: 4,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.5 },
      seen: { server: ['S01'], client: ['S01'] },
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      await hop.ask('forgetIdle', { idleMs: 2500, expiry: 'reset-next' });
      const silent = streamsOfAges([2, 4, 6, 9], 260, [{ waitMs: 4700 }, { send: 1, everyMs: 0 }]);
      await lab.serve({ plans: silent.plans });
      // The client's kernel asks after 4 s whether anybody is there.
      const plans = open(silent.paths).map((plan) => ({ ...plan, keepAliveMs: 4000 }));
      await lab.open(plans, 30);
      await lab.ended(4);
      await lab.serverHas(0);
    },
  },
];
