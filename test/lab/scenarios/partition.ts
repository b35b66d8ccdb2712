// S20: the network is cut while data flows; the sender repeats itself, gives up and says nothing.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

function partition(
  retries: number,
  family: 4 | 6,
  events: readonly number[],
  everyMs: number,
): Scenario['run'] {
  return async (lab) => {
    await lab.path.server.setSysctls({ 'ipv4/tcp_retries2': retries });
    const { plans, paths } = streamsOfAges(events, everyMs);
    await lab.serve({ plans });
    const host = family === 4 ? addresses.server : addresses.server6;
    await lab.open(
      paths.map((path) => ({ host, path })),
      70,
    );
    await lab.serverHas(events.length);
    await pause(1300);
    await lab.path.router.run(family === 4 ? 'iptables' : 'ip6tables', '-P', 'FORWARD', 'DROP');
    await lab.serverHas(0);
    await pause(1000);
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'partition',
    what: 'nothing passes any more while four streams are busy, tcp_retries2 5',
    truth: {
      cause: 'S20',
      by: 'middle',
      spoiled: 4,
      normal: 0,
      seen: { server: ['S20'], client: [] },
    },
    proof: { server: { TCPAbortOnTimeout: 4 } },
    run: partition(5, 4, [70, 80, 90, 100], 160),
  },
  {
    name: 'partition-ipv6',
    what: 'the same over IPv6 with two streams, tcp_retries2 6',
    truth: {
      cause: 'S20',
      by: 'middle',
      spoiled: 2,
      normal: 0,
      seen: { server: ['S20'], client: [] },
    },
    proof: { server: { TCPAbortOnTimeout: 2 } },
    run: partition(6, 6, [60, 90], 310),
  },
];
