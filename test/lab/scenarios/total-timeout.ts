// S04: every stream is cut at the same age, whatever flows.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import type { Close, Step } from '../support/stream-server-process.ts';

function cutAt(ageMs: number, everyMs: readonly number[], close: Close): Record<string, readonly Step[]> {
  return Object.fromEntries(
    everyMs.map((every, i) => [
      `/events/${i + 1}`,
      [{ send: Math.floor((ageMs - 50) / every), everyMs: every }, { untilMs: ageMs }, { close }],
    ]),
  );
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'total-timeout-fin',
    what: 'FIN without the last chunk at the age of 4 s, events of five rhythms',
    truth: {
      cause: 'S04',
      by: 'server',
      spoiled: 5,
      normal: 0,
      timer: { measures: 'total', seconds: 4 },
      seen: { client: ['S04'], server: ['S04'] },
    },
    async run(lab) {
      const plans = cutAt(4000, [90, 230, 410, 730, 1150], 'fin');
      await lab.serve({ plans });
      await lab.open(
        Object.keys(plans).map((path) => ({ host: addresses.server, path })),
        170,
      );
      await lab.ended(5);
    },
  },
  {
    name: 'total-timeout-reset',
    what: 'RST at the age of 2.6 s, over IPv6',
    truth: {
      cause: 'S04',
      by: 'server',
      spoiled: 6,
      normal: 0,
      timer: { measures: 'total', seconds: 2.6 },
      seen: { client: ['S04'], server: ['S04'] },
    },
    async run(lab) {
      const plans = cutAt(2600, [70, 130, 310, 390, 570, 810], 'reset');
      await lab.serve({ plans });
      await lab.open(
        Object.keys(plans).map((path) => ({ host: addresses.server6, path })),
        230,
      );
      await lab.ended(6);
    },
  },
];
