// S26: events come in lumps, because a proxy gathers them. Nothing is cut.

import type { Scenario } from '../scenario.ts';
import { pause } from '../support/lab.ts';
import { addresses } from '../support/path.ts';
import { nginx } from './support/proxies.ts';

const gzip = 'gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 0;';

const truth = {
  cause: 'S26',
  by: 'proxy',
  spoiled: 2,
  normal: 0,
  // The server's side of the proxy is as it should be.
  seen: { client: ['S26'], server: [] },
  together: ['S26'],
} as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'buffering-gzip-lumps',
    what: 'nginx with gzip for event streams, and events that fill its buffers',
    truth,
    needs: ['nginx'],
    async run(lab) {
      const plan = [{ send: 60, everyMs: 90, bytes: 1800, noise: true }, { close: 'complete-fin' as const }];
      await lab.serve({ plans: { '/events': plan } });
      await lab.proxy('nginx', nginx('proxy_buffering on;', gzip));
      await lab.open(Array(2).fill({ host: addresses.router, path: '/events', gzip: true }), 150);
      await lab.serverHas(2);
      await lab.serverHas(0);
      await pause(300);
    },
  },
  {
    name: 'buffering-on-passes',
    what: 'nginx with proxy_buffering on hands events on as they come, if nothing packs them',
    truth: { cause: 'normal', by: 'nobody', spoiled: 0, normal: 2, seen: { client: [], server: [] } },
    needs: ['nginx'],
    async run(lab) {
      const plan = [{ send: 40, everyMs: 100, bytes: 400 }, { close: 'complete-fin' as const }];
      await lab.serve({ plans: { '/events': plan } });
      await lab.proxy('nginx', nginx('proxy_buffering on;'));
      await lab.open(Array(2).fill({ host: addresses.router, path: '/events' }), 150);
      await lab.serverHas(2);
      await lab.serverHas(0);
      await pause(300);
    },
  },
  {
    name: 'buffering-gzip',
    what: 'nginx with gzip for event streams keeps events until there is enough to pack',
    truth,
    needs: ['nginx'],
    async run(lab) {
      const plan = [{ send: 50, everyMs: 120, bytes: 300 }, { close: 'complete-fin' as const }];
      await lab.serve({ plans: { '/events': plan } });
      await lab.proxy('nginx', nginx('proxy_buffering on;', gzip));
      await lab.open(Array(2).fill({ host: addresses.router, path: '/events', gzip: true }), 150);
      await lab.serverHas(2);
      await lab.serverHas(0);
      await pause(300);
    },
  },
];
