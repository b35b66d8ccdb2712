// Captures that cannot tell what happened: nothing may be called sure.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'only-resets',
    what: 'a capture of nothing but RST',
    truth: { cause: 'unknown', by: 'server', spoiled: 3, normal: 0, seen: { client: [] } },
    forms: { client: { filter: 'tcp[tcpflags] & tcp-rst != 0' } },
    async run(lab) {
      const { plans, paths } = streamsOfAges([3, 6, 8], 140, [{ close: 'reset' }]);
      await lab.serve({ plans });
      await lab.open(paths.map((path) => ({ host: addresses.server, path })));
      await lab.ended(3);
    },
  },
  {
    name: 'deaf-stream',
    what: 'a server stops writing at the age of 3 s and keeps its streams, as with a write deadline nobody looks at',
    truth: {
      cause: 'S25',
      by: 'server',
      spoiled: 3,
      normal: 1,
      timer: { measures: 'total', seconds: 3 },
      // Silence has no author: a drop on the way looks the same.
      seen: { client: ['S25', 'S01'], server: ['S25', 'S01'] },
    },
    async run(lab) {
      const plans = Object.fromEntries(
        [300, 400, 500].map((everyMs, i) => [`/events/${i}`, [{ send: Math.ceil(3000 / everyMs), everyMs }]]),
      );
      // Somebody else is served all the time: without a packet the capture would have no end.
      await lab.serve({ plans: { ...plans, '/steady': [{ send: 30, everyMs: 450 }] } });
      await lab.open(
        [...Object.keys(plans), '/steady'].map((path) => ({ host: addresses.server, path })),
        1500,
      );
      await pause(7800);
    },
  },
  {
    name: 'quiet-topic',
    what: 'a topic with events in step falls quiet on all its streams at one moment, and stays quiet',
    truth: { cause: 'normal', by: 'nobody', spoiled: 0, normal: 5, seen: { client: [], server: [] } },
    async run(lab) {
      const plans = Object.fromEntries(
        [0, 0, 1300, 2600].map((late, i) => [
          `/events/${i}`,
          // Until 6 s after the first was opened.
          [{ send: Math.floor((6000 - late) / 400), everyMs: 400 }],
        ]),
      );
      await lab.serve({ plans: { ...plans, '/steady': [{ send: 40, everyMs: 430 }] } });
      const [first, second, third, fourth, steady] = [...Object.keys(plans), '/steady'].map((path) => ({
        host: addresses.server,
        path,
      }));
      await lab.open([first!, second!, steady!]);
      for (const later of [third!, fourth!]) {
        await pause(1300);
        await lab.open([later]);
      }
      await pause(9500);
    },
  },
];
