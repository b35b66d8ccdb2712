// S15: a client stops reading, its window closes, and the stream ends in nothing, or is given up.

import type { Scenario } from '../scenario.ts';
import type { Lab } from '../support/lab.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { haproxy } from './support/proxies.ts';

const small = { 'ipv4/tcp_rmem': '4096 16384 16384', 'ipv4/tcp_wmem': '4096 16384 32768' };

async function stall(
  lab: Lab,
  host: string,
  count: number,
  readBytes: number,
  client = '3200ms',
  givenUp = false,
): Promise<void> {
  for (const end of Object.values(lab.path)) await end.setSysctls(small);
  const plan = [
    { send: 90, everyMs: 60, bytes: 3000 },
    ...(givenUp ? [{ untilMs: 7000 }, { close: 'reset' as const }] : []),
  ];
  await lab.serve({ plans: { '/big': plan, '/small': [{ send: 40, everyMs: 300 }] } });
  if (host === addresses.router) await lab.proxy('haproxy', haproxy({ client, server: '60s' }));
  const slow = Array(count).fill({ host, path: '/big', readBytes });
  await lab.open([...slow, { host, path: '/small' }], 90);
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'zero-window-open',
    what: 'the window stays closed and every probe is answered: at the end of the capture nothing has ended',
    truth: { cause: 'S15', by: 'client', spoiled: 2, normal: 1, seen: { client: ['S15'], server: ['S15'] } },
    proof: { client: { TCPToZeroWindowAdv: 2 }, server: { TCPWinProbe: 4 } },
    async run(lab) {
      await stall(lab, addresses.server, 2, 20_000);
      await pause(7500);
    },
  },
  {
    name: 'zero-window-given-up',
    what: 'the server gives up streams whose window stays closed',
    truth: { cause: 'S15', by: 'server', spoiled: 3, normal: 1, seen: { client: ['S15'], server: ['S15'] } },
    proof: { client: { TCPToZeroWindowAdv: 3 }, server: { TCPWinProbe: 6 } },
    async run(lab) {
      await stall(lab, addresses.server6, 3, 9000, '', true);
      // Its plan resets what is slow.
      await lab.serverHas(4);
      await lab.serverHas(1);
      await pause(300);
    },
  },
  {
    name: 'haproxy-client-timeout',
    what: 'HAProxy with timeout client 3200ms in front of a client that stops reading',
    truth: {
      cause: 'S15',
      by: 'proxy',
      spoiled: 2,
      normal: 1,
      timer: { measures: 'idle', seconds: 3.2 },
      seen: { client: ['S15'] },
    },
    needs: ['haproxy'],
    async run(lab) {
      await stall(lab, addresses.router, 2, 9000);
      await lab.serverHas(3);
      await lab.serverHas(1);
      await pause(300);
    },
  },
  {
    name: 'haproxy-client-timeout-long',
    what: 'the same with timeout client 6s and three clients, which stop at other bytes',
    truth: {
      cause: 'S15',
      by: 'proxy',
      spoiled: 3,
      normal: 1,
      timer: { measures: 'idle', seconds: 6 },
      seen: { client: ['S15'] },
    },
    needs: ['haproxy'],
    heavy: true,
    async run(lab) {
      await stall(lab, addresses.router, 3, 31_000, '6s');
      await lab.serverHas(4);
      await lab.serverHas(1);
      await pause(300);
    },
  },
];
