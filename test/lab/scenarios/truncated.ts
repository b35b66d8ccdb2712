// S22: a response ends before it is whole, and the close is taken for its end.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import type { StreamPlan } from '../support/stream-client-process.ts';
import type { ServerPlan, Step } from '../support/stream-server-process.ts';

const plans: Record<string, readonly Step[]> = {
  '/events/1': [{ send: 3, everyMs: 170 }, { waitMs: 190 }, { close: 'fin' }],
  '/events/2': [{ send: 14, everyMs: 130 }, { waitMs: 90 }, { close: 'fin' }],
  '/events/3': [{ send: 9, everyMs: 310 }, { waitMs: 340 }, { close: 'fin' }],
};

function cut(plan: Omit<ServerPlan, 'plans'>, client: Partial<StreamPlan> = {}): Scenario['run'] {
  return async (lab) => {
    await lab.serve({ ...plan, plans });
    await lab.open(
      Object.keys(plans).map((path) => ({ host: addresses.server, path, ...client })),
      140,
    );
    await lab.ended(3);
  };
}

const truth = {
  cause: 'S22',
  by: 'server',
  spoiled: 3,
  normal: 0,
  seen: { client: ['S22'], server: ['S22'] },
} as const;

export const scenarios: readonly Scenario[] = [
  {
    name: 'truncated-chunks',
    what: 'FIN without the last chunk, at no age or gap in common',
    truth,
    run: cut({}),
  },
  {
    name: 'truncated-length',
    what: 'FIN before as many bytes as Content-Length says',
    truth,
    run: cut({ contentLength: 5000 }),
  },
  {
    name: 'truncated-tls',
    what: 'FIN of TCP without a close_notify of TLS',
    truth: { ...truth, spoiled: 2 },
    needs: ['openssl'],
    async run(lab) {
      const folder = lab.folder();
      const made = spawnSync('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=lab.example', '-keyout', `${folder}/key.pem`, '-out', `${folder}/cert.pem`],
      ]);
      if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
      const key = readFileSync(`${folder}/key.pem`, 'latin1');
      const cert = readFileSync(`${folder}/cert.pem`, 'latin1');
      const step = { close: 'fin-below-tls' } as const;
      await lab.serve({
        protocol: 'https',
        key,
        cert,
        plans: {
          '/events/1': [{ send: 4, everyMs: 210 }, step],
          '/events/2': [{ send: 9, everyMs: 160 }, { waitMs: 700 }, step],
        },
      });
      await lab.open([1, 2].map((i) => ({ host: addresses.server, path: `/events/${i}`, tls: true })));
      await lab.ended(2);
    },
  },
];
