// Trouble that harms nobody: loss that is made up for, a window that opens again, probes that are answered, restarts that
// end streams well. Nothing of it is a finding.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

const normal = (streams: number) =>
  ({ cause: 'normal', by: 'nobody', spoiled: 0, normal: streams, seen: { client: [], server: [] } }) as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'loss-for-a-while',
    what: 'nothing passes for 1.3 s; then everything is sent again, and the streams go on to their ends',
    truth: normal(3),
    proof: { server: { RetransSegs: 3 } },
    async run(lab) {
      const { plans, paths } = streamsOfAges([35, 40, 45], 120, [{ close: 'complete-fin' }]);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        90,
      );
      await lab.serverHas(3);
      await pause(1100);
      await lab.path.router.run('iptables', '-P', 'FORWARD', 'DROP');
      await pause(1300);
      await lab.path.router.run('iptables', '-P', 'FORWARD', 'ACCEPT');
      await lab.ended(3);
    },
  },
  {
    name: 'slow-client-recovers',
    what: 'a client reads nothing for 3 s, its window closes, and then it reads on to the end',
    truth: normal(2),
    proof: { client: { TCPToZeroWindowAdv: 1 } },
    async run(lab) {
      await lab.path.client.setSysctls({ 'ipv4/tcp_rmem': '4096 16384 16384' });
      await lab.path.server.setSysctls({ 'ipv4/tcp_wmem': '4096 16384 32768' });
      await lab.serve({
        plans: {
          '/big': [{ send: 60, everyMs: 50, bytes: 3000 }, { close: 'complete-fin' }],
          '/small': [{ send: 12, everyMs: 400 }, { close: 'complete-fin' }],
        },
      });
      await lab.open([
        { host: addresses.server, path: '/big', readBytes: 12_000, readOnAfterMs: 3000 },
        { host: addresses.server, path: '/small' },
      ]);
      await lab.ended(2);
    },
  },
  {
    name: 'keepalive-answered',
    what: 'silent streams whose keepalives are answered, until an event comes',
    truth: normal(3),
    proof: { server: { TCPKeepAlive: 3 } },
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 4, 6], 300, [{ waitMs: 5000 }, { send: 1, everyMs: 200 }]);
      await lab.serve({ plans, keepAliveMs: 1000 });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        110,
      );
      await lab.untilStreams('the last events', (states) =>
        states.every(({ bytes }, i) => bytes > (3 + 2 * i) * 60 + 120),
      );
      await pause(600);
    },
  },
  {
    name: 'heartbeat-outlives-conntrack',
    what: 'connection tracking with tcp_timeout_established 2 s, and streams that are never silent for so long',
    truth: normal(3),
    async run(lab) {
      await lab.path.router.setSysctls({
        'netfilter/nf_conntrack_tcp_timeout_established': 2,
        'netfilter/nf_conntrack_tcp_loose': 0,
      });
      await lab.path.router.script('iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP');
      const { plans, paths } = streamsOfAges([5, 6, 7], 1200, [{ close: 'complete-fin' }]);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        250,
      );
      await lab.ended(3);
    },
  },
  {
    name: 'restart-with-good-ends',
    what: 'a server ends all of its streams well at one moment and is replaced; clients come back',
    truth: normal(10),
    async run(lab) {
      const { plans, paths } = streamsOfAges([60, 60, 60, 60, 60], 130);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server6, path, again: { afterMs: 2500, times: 1 } })),
        170,
      );
      await lab.serverHas(5);
      await lab.standBy();
      await pause(1400);
      await lab.closeAll('complete-fin');
      await lab.ended(5);
      await lab.server.kill();
      await lab.replaceServer({ plans });
      await lab.serverHas(5);
      await pause(900);
    },
  },
  {
    name: 'all-sorts-of-good-ends',
    what: 'whole answers of many lengths, clients that leave at odd times, streams that stay open',
    truth: normal(14),
    async run(lab) {
      const whole = streamsOfAges([3, 7, 11, 16, 22, 29], 110, [{ close: 'complete' }]);
      const left = streamsOfAges([50, 50, 50, 50, 50], 140).plans;
      const open = {
        '/open/1': [{ send: 60, everyMs: 150 }],
        '/open/2': [{ send: 9, everyMs: 90 }],
        '/open/3': [{ send: 3, everyMs: 2100 }],
      };
      const renamed = Object.fromEntries(Object.values(left).map((plan, i) => [`/left/${i}`, plan]));
      await lab.serve({ plans: { ...whole.plans, ...renamed, ...open } });
      const host = addresses.server;
      await lab.open(
        [
          ...whole.paths.map((path) => ({ host, path })),
          ...Object.keys(renamed).map((path, i) => ({
            host,
            path,
            leaveAfterMs: 630 + 810 * i,
            leave: (['close', 'fin', 'reset'] as const)[i % 3]!,
          })),
          ...Object.keys(open).map((path) => ({ host, path })),
        ],
        130,
      );
      await pause(6500);
    },
  },
];
