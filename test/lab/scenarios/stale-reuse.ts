// S30: a client asks on a kept connection while the server is closing it. The way is long, so that both are in flight.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';

function reuse(keepAliveTimeoutMs: number, delayMs: number, connections: number): Scenario['run'] {
  return async (lab) => {
    const hop = await lab.hop();
    await hop.ask('delay', delayMs);
    await lab.serve({
      plans: {
        '/first': [{ send: 2, everyMs: 30 }, { close: 'complete' }],
        '/next': [{ send: 5, everyMs: 100 }],
      },
      keepAliveTimeoutMs,
    });
    await lab.open(Array(connections).fill({ host: addresses.server, path: '/first' }));
    await lab.untilStreams('the first answers', (states) => states.every(({ bytes }) => bytes > 190));
    // The FIN is on its way at `keepAliveTimeoutMs`; the answer has been on its way for `delayMs` by now.
    await pause(keepAliveTimeoutMs - delayMs);
    for (let i = 0; i < connections; i++) await lab.client.ask('request', i, addresses.server, '/next');
    await lab.ended(connections);
    await pause(3 * delayMs);
  };
}

const truth = { cause: 'S30', by: 'client', normal: 0, seen: { client: ['S30'], server: ['S30'] } } as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'stale-reuse',
    what: 'a keep-alive of 1 s and 200 ms each way',
    truth: { ...truth, spoiled: 2 },
    needs: ['socat'],
    run: reuse(1000, 200, 2),
  },
  {
    name: 'stale-reuse-long-way',
    what: 'a keep-alive of 2.2 s and 350 ms each way',
    truth: { ...truth, spoiled: 3 },
    needs: ['socat'],
    run: reuse(2200, 350, 3),
  },
];
