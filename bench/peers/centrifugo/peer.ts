// Centrifugo, with its one-way Server-Sent Events transport.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../peer.ts';
import { startServer, workFolder } from '../start-server.ts';
import { builtFolder, goBuild } from '../tools.ts';

const KEY = 'not-a-secret-only-for-measuring-on-loopback';

export const centrifugo: Peer = {
  name: 'centrifugo',
  // [its docs] "Last-Event-Id header not supported (since one connection can be subscribed to many channels)"
  powers: ['topics'],
  missing: () => goBuild('centrifugo', new URL('.', import.meta.url), 'github.com/centrifugal/centrifugo/v5'),
  start(port) {
    const folder = workFolder('centrifugo');
    const file = join(folder, 'config.json');
    const config = {
      address: '127.0.0.1',
      port: String(port),
      log_level: 'error',
      uni_sse: true,
      api_key: KEY,
      allow_anonymous_connect_without_token: true,
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
    };
    writeFileSync(file, JSON.stringify(config));
    const connect = encodeURIComponent('{"subs":{"TOPIC":{}}}').replace('TOPIC', '{topic}');
    return startServer(
      { command: `${builtFolder}centrifugo`, args: ['--config', file], port, folder },
      {
        urlFor: () => `http://127.0.0.1:${port}/connection/uni_sse?cf_connect=${connect}`,
        publish: {
          method: 'POST',
          url: `http://127.0.0.1:${port}/api/publish`,
          headers: { 'content-type': 'application/json', 'x-api-key': KEY },
          isBatched: false,
          body: '{"channel":"{topic}","data":"{payload}"}',
        },
        topicName: 'load{n}',
      },
    );
  },
};
