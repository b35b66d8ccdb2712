// S03: a proxy closes what has been silent for too long. Streams fall silent at different ages.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import { haproxy, nginx } from './support/proxies.ts';
import { streamsOfAges } from './support/streams.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'nginx-read-timeout',
    what: 'nginx with proxy_read_timeout 3s in front of an application that falls silent',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 6,
      normal: 0,
      timer: { measures: 'idle', seconds: 3 },
      seen: { client: ['S03'], server: ['S03', 'S32', 'nothing'] },
    },
    needs: ['nginx'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 4, 5, 7, 9, 10], 350);
      await lab.serve({ plans });
      await lab.proxy('nginx', nginx('proxy_read_timeout 3s; proxy_buffering off;'));
      await lab.open(
        paths.map((path) => ({ host: addresses.router, path })),
        40,
      );
      await lab.ended(6);
    },
  },
  {
    name: 'nginx-read-timeout-ipv6',
    what: 'the same over IPv6 with proxy_read_timeout 4500ms, captured with nanoseconds',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 4,
      normal: 1,
      timer: { measures: 'idle', seconds: 4.5 },
      seen: { client: ['S03'], server: ['S03', 'S32', 'nothing'] },
    },
    forms: { client: { nanoseconds: true } },
    needs: ['nginx'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([1, 3, 6, 8], 500);
      // One that is never silent for long enough.
      const steady = { '/steady': [{ send: 9, everyMs: 900 }, { close: 'complete' as const }] };
      await lab.serve({ plans: { ...plans, ...steady } });
      await lab.proxy('nginx', nginx('proxy_read_timeout 4500ms; proxy_buffering off;'));
      await lab.open(
        [...paths, '/steady'].map((path) => ({ host: addresses.router6, path })),
        70,
      );
      await lab.ended(4);
      await lab.serverHas(0);
      await lab.untilStreams('the steady stream to be whole', (states) => states[4]!.bytes > 9 * 40);
    },
  },
  {
    name: 'haproxy-server-timeout',
    what: 'HAProxy with timeout server 2500ms',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 6,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.5 },
      seen: { client: ['S03'], server: ['S03', 'S32', 'nothing'] },
    },
    needs: ['haproxy'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([1, 2, 4, 6, 8, 11], 300);
      await lab.serve({ plans });
      await lab.proxy('haproxy', haproxy({ client: '30s', server: '2500ms' }));
      await lab.open(
        paths.map((path) => ({ host: addresses.router, path })),
        50,
      );
      await lab.ended(6);
    },
  },
  {
    name: 'haproxy-server-timeout-long',
    what: 'the same with timeout server 7s, events of two rhythms and one stream that goes on',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 4,
      normal: 1,
      timer: { measures: 'idle', seconds: 7 },
      seen: { client: ['S03'], server: ['S03', 'S32', 'nothing'] },
    },
    needs: ['haproxy'],
    heavy: true,
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 6, 13, 21], 410);
      await lab.serve({ plans: { ...plans, '/steady': [{ send: 12, everyMs: 2300 }] } });
      await lab.proxy('haproxy', haproxy({ client: '60s', server: '7s' }));
      await lab.open(
        [...paths, '/steady'].map((path) => ({ host: addresses.router, path })),
        130,
      );
      await lab.ended(4);
    },
  },
];
