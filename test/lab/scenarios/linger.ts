// S07: SO_LINGER with 0 seconds, which Node.js calls resetAndDestroy: RST in place of FIN.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';

const seen = { client: ['S07', 'S06'], server: ['S07', 'S06'] } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'linger-zero-one',
    what: 'one stream of three is reset by its server',
    truth: { cause: 'S07', by: 'server', spoiled: 1, normal: 2, seen },
    proof: { server: { TCPAbortOnData: 1 } },
    async run(lab) {
      await lab.serve({
        plans: {
          '/events/1': [{ send: 7, everyMs: 190 }, { close: 'reset' }],
          '/events/2': [{ send: 12, everyMs: 170 }, { close: 'complete' }],
          '/events/3': [{ send: 20, everyMs: 130 }],
        },
      });
      await lab.open([1, 2, 3].map((i) => ({ host: addresses.server, path: `/events/${i}` })));
      await lab.ended(1);
      await lab.untilStreams('the others to go on', (states) => states[2]!.bytes > 15 * 40);
    },
  },
  {
    name: 'linger-zero-some',
    what: 'streams are reset at odd ages, in the middle of their events',
    truth: { cause: 'S07', by: 'server', spoiled: 4, normal: 0, seen },
    proof: { server: { TCPAbortOnData: 4 } },
    async run(lab) {
      const paths = [620, 1490, 2330, 3710].map((untilMs, i) => {
        const send = Math.floor(untilMs / (110 + 40 * i));
        return [
          `/events/${i + 1}`,
          [{ send, everyMs: 110 + 40 * i }, { untilMs }, { close: 'reset' as const }],
        ] as const;
      });
      await lab.serve({ plans: Object.fromEntries(paths) });
      await lab.open(
        paths.map(([path]) => ({ host: addresses.server6, path })),
        45,
      );
      await lab.ended(4);
    },
  },
];
