// S02: a balancer ends silent flows itself, with RST to both ends and no packet that asked for it.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'balancer-idle-reset-both',
    what: 'RST to both ends 3 s after the last packet',
    truth: {
      cause: 'S02',
      by: 'middle',
      spoiled: 5,
      normal: 0,
      timer: { measures: 'idle', seconds: 3 },
      seen: { client: ['S02'], server: ['S02'] },
      together: ['S02'],
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      await hop.ask('forgetIdle', { idleMs: 3000, expiry: 'reset-both', ttl: 120 });
      const { plans, paths } = streamsOfAges([2, 4, 5, 8, 10], 300);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        60,
      );
      await lab.ended(5);
      await lab.serverHas(0);
    },
  },
  {
    name: 'balancer-idle-sweep',
    what: 'a sweep every 2 s resets both ends of what was silent for 2.5 s or more',
    truth: {
      cause: 'S02',
      by: 'middle',
      spoiled: 8,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.5, sweepSeconds: 2 },
      seen: { client: ['S02'], server: ['S02'] },
      together: ['S02'],
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      const sweep = { idleMs: 2500, sweepMs: 2000, expiry: 'reset-both', ttl: 250, window: 9300 } as const;
      await hop.ask('forgetIdle', sweep);
      const { plans, paths } = streamsOfAges([1, 3, 5, 7, 9, 11, 13, 15], 230);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        90,
      );
      await lab.ended(8);
      await lab.serverHas(0);
    },
  },
];
