// S16: a hop takes the window scale out of one SYN or changes it, and the two ends disagree about every window.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';

const plans = { '/events': [{ send: 12, everyMs: 60, bytes: 1900 }, { close: 'complete-fin' as const }] };

export const scenarios: readonly Scenario[] = [
  {
    name: 'window-scale-stripped',
    what: 'a rule for packets strips the window scale from the SYN-ACK only',
    truth: {
      cause: 'S16',
      by: 'middle',
      spoiled: 2,
      normal: 0,
      // At each end it looks as if the other did not want it, or as if all were well.
      seen: { client: [], server: [] },
      together: ['S16'],
    },
    async run(lab) {
      await lab.path.router.run(
        ...([
          'iptables',
          '-t',
          'mangle',
          '-A',
          'FORWARD',
          '-p',
          'tcp',
          '--tcp-flags',
          'SYN,ACK',
          'SYN,ACK',
        ] as const),
        ...(['-j', 'TCPOPTSTRIP', '--strip-options', 'wscale'] as const),
      );
      await lab.serve({ plans });
      await lab.open(Array(2).fill({ host: addresses.server, path: '/events' }), 100);
      await lab.ended(2);
    },
  },
  {
    name: 'window-scale-changed',
    what: 'a hop writes a shift of 2 into the SYN',
    truth: {
      cause: 'S16',
      by: 'middle',
      spoiled: 1,
      normal: 0,
      seen: { client: [], server: [] },
      together: ['S16'],
    },
    needs: ['socat'],
    async run(lab) {
      const hop = await lab.hop();
      await hop.ask('rewriteScale', { in: 'syn', shift: 2 });
      await lab.serve({ plans });
      await lab.open([{ host: addresses.server, path: '/events' }]);
      await lab.ended(1);
    },
  },
];
