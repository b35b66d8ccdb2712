// S31: a reset that neither side sent: a hop makes it up, with echoes.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

export const scenarios: readonly Scenario[] = [
  {
    name: 'injected-to-client',
    what: 'three RST in the name of the server, a segment apart, with its last IP ID and another TTL; it goes on',
    truth: {
      cause: 'S31',
      by: 'middle',
      spoiled: 2,
      normal: 0,
      seen: { client: ['S31'], server: ['S31', 'S17'] },
      together: ['S31'],
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      const { plans, paths } = streamsOfAges([40, 50], 140);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        120,
      );
      await lab.serverHas(2);
      await pause(1370);
      await hop.ask('inject', { to: 'client', offsets: [0, 1448, 2896], ttl: 113, copyIpId: true });
      await lab.ended(2);
      await lab.serverHas(0);
    },
  },
  {
    name: 'injected-to-both',
    what: 'RST+ACK to both ends in the middle of the data, two each, with a text',
    truth: {
      cause: 'S31',
      by: 'middle',
      spoiled: 3,
      normal: 0,
      seen: { client: ['S31'], server: ['S31'] },
      together: ['S31'],
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      const { plans, paths } = streamsOfAges([40, 50, 60], 110);
      await lab.serve({ plans });
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        90,
      );
      await lab.serverHas(3);
      await pause(1810);
      const text = 'policy: category blocked';
      await hop.ask('inject', { to: 'both', offsets: [0, 4380], ttl: 47, withAck: true, window: 8191, text });
      await lab.ended(3);
      await lab.serverHas(0);
    },
  },
];
