// S06: a socket is closed with bytes unread, and the kernel makes RST of it, alone or after the FIN.

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import type { Close } from '../support/stream-server-process.ts';

function closeUnread(close: Close, ages: readonly number[], host: string): Scenario['run'] {
  return async (lab) => {
    const plans = Object.fromEntries(
      ages.map((age, i) => [
        `/search/${i + 1}`,
        [{ send: 2 + i, everyMs: 150 }, { untilMs: age }, { close }],
      ]),
    );
    await lab.serve({ plans, leaveBodies: true });
    // Far more than kernel and Node.js take in before they stop.
    await lab.path.server.setSysctls({ 'ipv4/tcp_rmem': '4096 65536 131072' });
    await lab.open(
      Object.keys(plans).map((path) => ({ host, path, bodyBytes: 400_000 })),
      80,
    );
    await lab.ended(ages.length);
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'close-unread',
    what: 'a server answers with a stream before it has read the body, and closes: RST at once',
    truth: {
      cause: 'S06',
      by: 'server',
      spoiled: 3,
      normal: 0,
      // On the wire like SO_LINGER 0; that there were unread bytes is only visible before the close.
      seen: { client: ['S06', 'S07'], server: ['S06', 'S07'] },
    },
    proof: { server: { TCPAbortOnClose: 3 } },
    run: closeUnread('close', [900, 1370, 2110], addresses.server),
  },
  {
    name: 'close-unread-after-fin',
    what: 'the same with a FIN right before: FIN, then RST',
    truth: {
      cause: 'S06',
      by: 'server',
      spoiled: 2,
      normal: 0,
      seen: { client: ['S06'], server: ['S06'] },
    },
    proof: { server: { TCPAbortOnClose: 2 } },
    run: closeUnread('fin-close', [700, 1900], addresses.server6),
  },
  {
    name: 'close-unread-late',
    what: 'RST at once, long after the body, over IPv6',
    truth: {
      cause: 'S06',
      by: 'server',
      spoiled: 2,
      normal: 0,
      seen: { client: ['S06', 'S07'], server: ['S06', 'S07'] },
    },
    proof: { server: { TCPAbortOnClose: 2 } },
    heavy: true,
    run: closeUnread('close', [4100, 7900], addresses.server6),
  },
  {
    name: 'close-unread-after-fin-late',
    what: 'FIN, then RST, long after the body',
    truth: {
      cause: 'S06',
      by: 'server',
      spoiled: 3,
      normal: 0,
      seen: { client: ['S06'], server: ['S06'] },
    },
    proof: { server: { TCPAbortOnClose: 3 } },
    heavy: true,
    run: closeUnread('fin-close', [2900, 4700, 8300], addresses.server),
  },
];
