// The Mercure hub, open-source edition: the standalone binary of its Go module.

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Peer } from '../peer.ts';
import { startServer, workFolder } from '../start-server.ts';
import { builtFolder, goBuild } from '../tools.ts';

const KEY = 'not-a-secret-only-for-measuring-on-loopback';

export const mercure: Peer = {
  name: 'mercure',
  powers: ['topics', 'patterns', 'resume'],
  missing: () => goBuild('mercure', new URL('.', import.meta.url), 'github.com/dunglas/mercure/cmd/mercure'),
  start(port, { keepsHistory }) {
    const folder = workFolder('mercure');
    const hub = `http://127.0.0.1:${port}/.well-known/mercure`;
    // URI templates: `{x}` is any text, and `{/x}` is that with a slash, or nothing.
    const selectors = {
      'own topic': '{topic}',
      'all by pattern': 'load%7Bn%7D',
      'own by pattern': '{topic}%7B/n%7D',
    };
    return startServer(
      {
        command: `${builtFolder}mercure`,
        args: [],
        env: {
          ADDR: `127.0.0.1:${port}`,
          JWT_KEY: KEY,
          ALLOW_ANONYMOUS: '1',
          HEARTBEAT_INTERVAL: '15s',
          TRANSPORT_URL: keepsHistory ? `bolt://${join(folder, 'events.db')}?size=10000` : 'local://local',
        },
        port,
        folder,
      },
      {
        urlFor: (wanted) => `${hub}?topic=${selectors[wanted]}`,
        publish: {
          method: 'POST',
          url: hub,
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            authorization: `Bearer ${token({ mercure: { publish: ['*'] } })}`,
          },
          isBatched: false,
          body: 'topic={topic}&data={payload}',
        },
        topicName: 'load{n}',
      },
    );
  },
};

/** A JSON web token as RFC 7519 has it, signed with HS256. */
function token(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', KEY).update(text).digest('base64url')}`;
}
