// Streams that end as they should, however the connection goes on; and streams that are open at the end.

import type { CapturePoint, Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';

const normal = (streams: number, points: readonly CapturePoint[] = ['client', 'server']) =>
  ({
    cause: 'normal',
    by: 'nobody',
    spoiled: 0,
    normal: streams,
    seen: Object.fromEntries(points.map((point) => [point, []])),
  }) as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'complete-chunked',
    what: 'the last chunk, then FIN, or another request, or RST when all was there',
    truth: normal(5),
    async run(lab) {
      await lab.serve({
        plans: {
          '/fin': [{ send: 6, everyMs: 90 }, { close: 'complete-fin' }],
          '/kept': [{ send: 4, everyMs: 70 }, { close: 'complete' }],
          '/reset': [{ send: 5, everyMs: 80 }, { close: 'complete' }, { waitMs: 300 }, { close: 'reset' }],
          '/open': [{ send: 20, everyMs: 100 }],
        },
      });
      await lab.open(['/fin', '/kept', '/reset', '/open'].map((path) => ({ host: addresses.server, path })));
      await lab.untilStreams('the kept connection', (states) => states[1]!.bytes > 4 * 40 + 200);
      await lab.client.ask('request', 1, addresses.server, '/kept');
      await lab.ended(1);
      await pause(1500);
    },
  },
  {
    name: 'complete-http2',
    what: 'END_STREAM on four streams of one connection, then GOAWAY and FIN from the client',
    truth: normal(4),
    async run(lab) {
      const plans = Object.fromEntries(
        [3, 5, 8, 13].map((send, i) => [
          `/events/${i}`,
          [{ send, everyMs: 110 }, { close: 'complete' as const }],
        ]),
      );
      await lab.serve({ protocol: 'http2', plans });
      for (const path of Object.keys(plans)) {
        await lab.client.ask('openHttp2', { host: addresses.server6, path });
      }
      await lab.ended(4);
      await lab.client.ask('closeHttp2');
      await pause(200);
    },
  },
  {
    name: 'complete-twice-captured',
    what: 'captured on all devices of a router, which sees each packet twice',
    truth: normal(3, ['all']),
    async run(lab) {
      await lab.serve({ plans: { '/events': [{ send: 8, everyMs: 130 }, { close: 'complete-fin' }] } });
      await lab.open(Array(3).fill({ host: addresses.server, path: '/events' }), 100);
      await lab.ended(3);
    },
  },
  {
    name: 'reset-twice-captured',
    what: 'two devices of a router in one pcapng, and one stream of two is reset',
    truth: { cause: 'S07', by: 'server', spoiled: 1, normal: 1, seen: { all: ['S07', 'S06'] } },
    forms: { all: { format: 'pcapng', devices: ['toclient', 'toserver'], snapBytes: 200 } },
    needs: ['dumpcap'],
    async run(lab) {
      await lab.serve({
        plans: {
          '/events/1': [{ send: 8, everyMs: 130 }, { close: 'complete-fin' }],
          '/events/2': [{ send: 8, everyMs: 150 }, { close: 'reset' }],
        },
      });
      await lab.open([1, 2].map((i) => ({ host: addresses.server, path: `/events/${i}` })));
      await lab.ended(2);
    },
  },
];
