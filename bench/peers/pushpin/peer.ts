// Pushpin from Debian, with zurl and the least backend that it can hold streams for.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from '../peer.ts';
import { freePort, startServer, workFolder } from '../start-server.ts';

const PROGRAMS = ['/usr/bin/pushpin', '/usr/bin/zurl', '/usr/bin/condure'];

export const pushpin: Peer = {
  name: 'pushpin',
  powers: ['topics'],
  mostConnectsPerSecond: 500,
  missing: () =>
    PROGRAMS.every((file) => existsSync(file)) ? undefined : 'it is not installed: apt-get install pushpin',
  async start(port) {
    const folder = workFolder('pushpin');
    const publishPort = await freePort();
    for (const name of ['run', 'log']) mkdirSync(join(folder, name));
    for (const name of ['pushpin.conf', 'zurl.conf']) {
      const text = readFileSync(new URL(name, import.meta.url), 'utf8');
      const filled = text.replaceAll('FOLDER', folder).replaceAll('PUBLISH', String(publishPort));
      writeFileSync(join(folder, name), filled);
    }
    const server = fileURLToPath(new URL('server.ts', import.meta.url));
    return startServer(
      { command: process.execPath, args: [server, folder, String(port)], port, folder },
      {
        urlFor: () => `http://127.0.0.1:${port}/stream?topic={topic}`,
        publish: {
          method: 'POST',
          url: `http://127.0.0.1:${publishPort}/publish/`,
          headers: { 'content-type': 'application/json' },
          isBatched: false,
          body: '{"items":[{"channel":"{topic}","formats":{"http-stream":{"content":"data: {payload}\\n\\n"}}}]}',
        },
        topicName: 'load{n}',
      },
    );
  },
};
