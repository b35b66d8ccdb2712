// One cause among much that is well, and times that nobody would set.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import type { Close } from '../support/stream-server-process.ts';
import { haproxy, nginx } from './support/proxies.ts';
import { streamsOfAges } from './support/streams.ts';

/** Streams that end after so much silence, or at one age, among whole ones and clients that leave. */
function oddTimer(measures: 'idle' | 'total', ms: number, close: Close): Scenario {
  const cause = measures === 'idle' ? 'S03' : 'S04';
  return {
    name: `odd-${measures}-${ms}`,
    what: `four of nine streams end by a ${measures} timer of ${ms} ms; three are whole, two clients leave`,
    truth: {
      cause,
      by: 'server',
      spoiled: 4,
      normal: 5,
      timer: { measures, seconds: ms / 1000 },
      seen: { client: [cause], server: [cause] },
    },
    async run(lab) {
      const cut = Object.fromEntries(
        [3, 6, 8, 13].map((send, i) => [
          `/cut/${i}`,
          measures === 'idle'
            ? [{ send: send - 1, everyMs: 190 }, { send: 1, everyMs: 0 }, { waitMs: ms }, { close }]
            : [{ send: Math.floor(ms / (70 * send)) - 1, everyMs: 70 * send }, { untilMs: ms }, { close }],
        ]),
      );
      const { plans, paths } = streamsOfAges([9, 17, 26], 160, [{ close: 'complete-fin' }]);
      const left = { '/left/1': [{ send: 60, everyMs: 120 }], '/left/2': [{ send: 60, everyMs: 170 }] };
      await lab.serve({ plans: { ...cut, ...plans, ...left } });
      const host = addresses.server;
      await lab.open(
        [
          ...[...Object.keys(cut), ...paths].map((path) => ({ host, path })),
          { host, path: '/left/1', leaveAfterMs: 1870, leave: 'close' as const },
          { host, path: '/left/2', leaveAfterMs: 3140, leave: 'close' as const },
        ],
        210,
      );
      await lab.ended(9);
    },
  };
}

export const scenarios: readonly Scenario[] = [
  oddTimer('idle', 1830, 'fin'),
  oddTimer('total', 5370, 'fin'),
  {
    name: 'proxy-killed',
    what: 'HAProxy is killed with five streams on it, and the application goes on',
    truth: {
      cause: 'S08',
      by: 'proxy',
      spoiled: 5,
      normal: 0,
      // To the application its clients left.
      seen: { client: ['S08'], server: [] },
    },
    needs: ['haproxy'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([60, 60, 60, 60, 60], 140);
      await lab.serve({ plans });
      const proxy = await lab.proxy('haproxy', haproxy({ client: '30s', server: '30s' }));
      await lab.open(
        paths.map((path) => ({ host: addresses.router, path, again: { afterMs: 600, times: 1 } })),
        190,
      );
      await lab.serverHas(5);
      await pause(1230);
      await proxy.kill();
      await lab.ended(10);
      await pause(300);
    },
  },
  {
    name: 'nginx-among-others',
    what: 'nginx with proxy_read_timeout 3700ms cuts three of eight streams',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 3,
      normal: 5,
      timer: { measures: 'idle', seconds: 3.7 },
      seen: { client: ['S03'], server: ['S03', 'S32', 'nothing'] },
    },
    needs: ['nginx'],
    async run(lab) {
      const cut = streamsOfAges([3, 8, 12], 270);
      const good = {
        '/whole/1': [{ send: 14, everyMs: 230 }, { close: 'complete' as const }],
        '/whole/2': [{ send: 5, everyMs: 1300 }, { close: 'complete' as const }],
        '/open/1': [{ send: 20, everyMs: 700 }],
        '/left/1': [{ send: 60, everyMs: 150 }],
        '/left/2': [{ send: 60, everyMs: 210 }],
      };
      await lab.serve({ plans: { ...cut.plans, ...good } });
      await lab.proxy('nginx', nginx('proxy_read_timeout 3700ms; proxy_buffering off;'));
      const host = addresses.router;
      await lab.open(
        [...cut.paths, ...Object.keys(good)].map((path) => ({
          host,
          path,
          ...(path.startsWith('/left') && {
            leaveAfterMs: path.endsWith('1') ? 1410 : 2960,
            leave: 'close' as const,
          }),
        })),
        160,
      );
      await lab.ended(5);
      await pause(300);
    },
  },
];
