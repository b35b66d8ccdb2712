// Clients that leave, which is no fault; and clients that leave by a timer of their own, which is S32.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

const normal = (streams: number) =>
  ({ cause: 'normal', by: 'client', spoiled: 0, normal: streams, seen: { client: [], server: [] } }) as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'client-leaves',
    what: 'clients close in the middle of the events',
    truth: normal(4),
    async run(lab) {
      const { plans, paths } = streamsOfAges([40, 50, 60, 70], 120);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path, i) => ({
          host: addresses.server,
          path,
          leaveAfterMs: 700 + 570 * i,
          leave: 'close' as const,
        })),
        60,
      );
      await lab.ended(4);
      await lab.serverHas(0);
    },
  },
  {
    name: 'client-leaves-far-away',
    what: 'the same with 120 ms each way: events are under way when the FIN is sent, and get RST',
    truth: normal(3),
    proof: { client: { OutRsts: 3 } },
    needs: ['socat'],
    async run(lab) {
      await (await lab.hop()).ask('delay', 120);
      const { plans, paths } = streamsOfAges([60, 70, 80], 60);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path, i) => ({
          host: addresses.server,
          path,
          leaveAfterMs: 1300 + 710 * i,
          leave: 'close' as const,
        })),
        90,
      );
      await lab.ended(3);
      await lab.serverHas(0);
      await pause(500);
    },
  },
  {
    name: 'client-killed',
    what: 'the process of the clients is killed, as a browser is',
    truth: normal(3),
    async run(lab) {
      const { plans, paths } = streamsOfAges([40, 50, 60], 90);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server6, path })),
        230,
      );
      await lab.serverHas(3);
      await pause(1100);
      await lab.client.kill();
      await lab.serverHas(0);
    },
  },
  {
    name: 'client-timer',
    what: 'clients close streams that were silent for 2.3 s, by a timer of their own',
    truth: {
      cause: 'S32',
      by: 'client',
      spoiled: 5,
      normal: 0,
      timer: { measures: 'idle', seconds: 2.3 },
      // To the server a client and a proxy that closes are the same.
      seen: { client: ['S32', 'S03', 'nothing'], server: ['S32', 'S03', 'nothing'] },
    },
    async run(lab) {
      const { plans, paths } = streamsOfAges([2, 3, 5, 8, 10], 280);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path, idleLimitMs: 2300, leave: 'close' as const })),
        50,
      );
      await lab.ended(5);
      await lab.serverHas(0);
    },
  },
  {
    name: 'client-timer-reset',
    what: 'the same after 3.6 s, and clients reset',
    truth: {
      cause: 'S32',
      by: 'client',
      spoiled: 4,
      normal: 1,
      timer: { measures: 'idle', seconds: 3.6 },
      seen: { client: ['S32', 'S03', 'nothing'], server: ['S32', 'S03', 'nothing'] },
    },
    async run(lab) {
      const { plans, paths } = streamsOfAges([1, 4, 6, 9], 350);
      await lab.serve({ plans: { ...plans, '/steady': [{ send: 9, everyMs: 1100 }] } });
      await lab.open(
        [...paths, '/steady'].map((path) => ({
          host: addresses.server6,
          path,
          idleLimitMs: 3600,
          leave: 'reset' as const,
        })),
        80,
      );
      await lab.ended(4);
      await lab.serverHas(1);
    },
  },
];
