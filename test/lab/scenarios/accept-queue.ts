// S13: connections wait to be accepted by a process that stands still, and there is room for two.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';

function overflow(abort: 0 | 1, clients: number, blockMs: number, delayMs: number): Scenario['run'] {
  return async (lab) => {
    await lab.path.server.setSysctls({ 'ipv4/tcp_abort_on_overflow': abort });
    const plans = { '/events': [{ send: 3, everyMs: 100 }, { close: 'complete-fin' as const }] };
    // A far client: handshakes are under way when the queue is full. A SYN that comes later is dropped in any case.
    if (delayMs > 0) await (await lab.hop()).ask('delay', delayMs);
    await lab.serve({ plans, backlog: 1 });
    await lab.server.ask('block', blockMs);
    await lab.open(Array(clients).fill({ host: addresses.server, path: '/events' }), delayMs > 0 ? 0 : 20);
    await pause(blockMs);
    await lab.ended(clients);
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'accept-queue-silent',
    what: 'tcp_abort_on_overflow 0: what does not fit gets no answer, and tries again',
    truth: { cause: 'S13', by: 'server', spoiled: 4, normal: 2, seen: { client: ['S13'], server: ['S13'] } },
    proof: { server: { ListenOverflows: 3 } },
    run: overflow(0, 6, 2600, 0),
  },
  {
    name: 'accept-queue-reset',
    what: 'tcp_abort_on_overflow 1: what does not fit gets RST right after its handshake',
    truth: { cause: 'S13', by: 'server', spoiled: 3, normal: 2, seen: { client: ['S13'], server: ['S13'] } },
    proof: { server: { ListenOverflows: 3 } },
    needs: ['socat'],
    run: overflow(1, 5, 1800, 70),
  },
];
