// HTTP/2 in clear text: GOAWAY after a number of requests or to drain, RST_STREAM by a timer.

import type { Scenario } from '../scenario.ts';
import type { Lab } from '../support/lab.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { nginx } from './support/proxies.ts';
import { streamsOfAges } from './support/streams.ts';

/** Streams are held, and short requests on the same connection count up to the limit. */
function requestLimit(limit: number, drainMs: number, connections: number): Scenario {
  const held = 2;
  return {
    name: `goaway-request-limit-${limit}`,
    what: `GOAWAY at request ${limit} of each connection, which is closed ${drainMs} ms later with ${held} streams open`,
    truth: {
      cause: 'S33',
      by: 'server',
      spoiled: held * connections,
      normal: (limit - held) * connections,
      seen: { client: ['S33'], server: ['S33'] },
    },
    async run(lab) {
      await lab.serve({
        protocol: 'http2',
        plans: {
          '/short': [{ send: 1, everyMs: 0 }, { close: 'complete' }],
          '/held': [{ send: 99, everyMs: 170 }],
        },
        maxRequests: limit,
        drainMs,
      });
      let opened = 0;
      for (let connection = 0; connection < connections; connection++) {
        for (let i = 0; i < limit; i++) {
          const path = i < held ? '/held' : '/short';
          await lab.client.ask('openHttp2', { host: addresses.server, path });
          opened++;
          if (path === '/held') await pause(400);
          else await lab.ended(opened - held);
        }
        await lab.ended(opened);
      }
    },
  };
}

async function untilGoaway(lab: Lab, requests: number): Promise<void> {
  await lab.serve({ plans: { '/short': [{ send: 2, everyMs: 10 }, { close: 'complete' }] } });
  const settings = `http2_max_concurrent_streams 100; keepalive_requests ${requests};`;
  await lab.proxy('nginx', nginx('proxy_buffering off;', settings, 'http2'));
  // Two connections, one after the other: both end at the same number.
  for (let i = 0; i < 2 * requests; i++) {
    await lab.client.ask('openHttp2', { host: addresses.router, path: '/short' });
    await lab.ended(i + 1);
  }
  await pause(200);
}

export const scenarios: readonly Scenario[] = [
  requestLimit(50, 700, 2),
  requestLimit(100, 1300, 3),
  {
    name: 'goaway-nothing-open',
    what: 'nginx with keepalive_requests 25 sends GOAWAY on two connections when all answers are whole',
    truth: { cause: 'normal', by: 'nobody', spoiled: 0, normal: 50, seen: { client: [] } },
    needs: ['nginx'],
    run: (lab) => untilGoaway(lab, 25),
  },
  drain('goaway-drain', [60, 70, 80], 130, 1100, 1000),
  drain('goaway-drain-long', [60, 90], 210, 2700, 3300),
  {
    name: 'rst-stream-idle',
    what: 'nginx with proxy_read_timeout 2700ms resets streams that are silent, one by one',
    truth: {
      cause: 'S03',
      by: 'proxy',
      spoiled: 5,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.7 },
      // nginx 1.22 keeps RST_STREAM back until it has something else to write: the times on the wire are no timer's.
      seen: { client: ['S24', 'S03'] },
    },
    needs: ['nginx'],
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 4, 7, 9, 12], 240);
      await lab.serve({ plans });
      await lab.proxy('nginx', nginx('proxy_buffering off; proxy_read_timeout 2700ms;', '', 'http2'));
      for (const path of paths) {
        await lab.client.ask('openHttp2', { host: addresses.router, path });
        await pause(60);
      }
      await lab.ended(5);
    },
  },
  {
    name: 'rst-stream-silent',
    what: 'RST_STREAM with INTERNAL_ERROR after 2.2 s of silence, as a proxy sends that does not wait',
    truth: {
      cause: 'S03',
      by: 'server',
      spoiled: 5,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.2 },
      seen: { client: ['S03'], server: ['S03'] },
    },
    async run(lab) {
      const { plans, paths } = streamsOfAges([1, 4, 6, 8, 11], 310, [
        { waitMs: 2200 },
        { close: 'rst-stream' },
      ]);
      await lab.serve({ protocol: 'http2', plans });
      for (const path of paths) {
        await lab.client.ask('openHttp2', { host: addresses.server, path });
        await pause(130);
      }
      await lab.ended(5);
    },
  },
  {
    name: 'rst-stream-total',
    what: 'RST_STREAM with INTERNAL_ERROR at the age of 3.5 s',
    truth: {
      cause: 'S04',
      by: 'server',
      spoiled: 4,
      normal: 1,
      timer: { measures: 'total', seconds: 3.5 },
      seen: { client: ['S04'], server: ['S04'] },
    },
    async run(lab) {
      const plans = Object.fromEntries(
        [110, 290, 470, 830].map((everyMs, i) => [
          `/events/${i + 1}`,
          [
            { send: Math.floor(3400 / everyMs), everyMs },
            { untilMs: 3500 },
            { close: 'rst-stream' as const },
          ],
        ]),
      );
      const whole = [{ send: 6, everyMs: 150 }, { close: 'complete' as const }];
      await lab.serve({ protocol: 'http2', plans: { ...plans, '/whole': whole } });
      for (const path of [...Object.keys(plans), '/whole']) {
        await lab.client.ask('openHttp2', { host: addresses.server, path });
        await pause(190);
      }
      await lab.ended(5);
    },
  },
];

function drain(
  name: string,
  events: readonly number[],
  everyMs: number,
  atMs: number,
  forMs: number,
): Scenario {
  return {
    name,
    what: `a server that drains sends GOAWAY with NO_ERROR and closes the connection ${forMs} ms later`,
    truth: {
      cause: 'S23',
      by: 'server',
      spoiled: events.length,
      normal: 0,
      seen: { client: ['S23'], server: ['S23'] },
    },
    async run(lab) {
      const { plans, paths } = streamsOfAges(events, everyMs);
      await lab.serve({ protocol: 'http2', plans });
      for (const path of paths) await lab.client.ask('openHttp2', { host: addresses.server, path });
      await lab.serverHas(events.length);
      await pause(atMs);
      await lab.closeAll('goaway');
      await pause(forMs);
      await lab.closeAll('fin');
      await lab.ended(events.length);
    },
  };
}
