// S08: the process of the server is killed, and all of its streams end within milliseconds.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

const again = { afterMs: 400, times: 3 };

export const scenarios: readonly Scenario[] = [
  {
    name: 'process-kill',
    what: 'SIGKILL with six streams; nobody listens for 1.5 s, then a new process does',
    truth: { cause: 'S08', by: 'server', spoiled: 6, normal: 0, seen: { client: ['S08'], server: ['S08'] } },
    async run(lab) {
      const { plans, paths } = streamsOfAges([30, 25, 20, 15, 12, 9], 210);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path, again: { afterMs: 700, times: 12 } })),
        110,
      );
      await lab.serverHas(6);
      await lab.standBy();
      await pause(900);
      await lab.server.kill();
      await pause(1500);
      await lab.replaceServer({ plans });
      await lab.serverHas(6);
      await pause(400);
    },
  },
  {
    name: 'process-kill-unread',
    what: 'SIGKILL with five streams, two of which have a body that was not read',
    truth: { cause: 'S08', by: 'server', spoiled: 5, normal: 0, seen: { client: ['S08'], server: ['S08'] } },
    proof: { server: { TCPAbortOnClose: 2 } },
    async run(lab) {
      const { plans, paths } = streamsOfAges([30, 25, 20, 16, 14], 170);
      await lab.serve({ plans, leaveBodies: true });
      await lab.open(
        paths.map((path, i) => ({
          host: addresses.server6,
          path,
          again,
          ...(i < 2 && { bodyBytes: 400_000 }),
        })),
        130,
      );
      await lab.serverHas(5);
      await pause(700);
      await lab.server.kill();
      await lab.ended(15);
    },
  },
];
