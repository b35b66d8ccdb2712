// nginx with the nchan module, from Debian.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../peer.ts';
import { startServer, workFolder } from '../start-server.ts';

const NGINX = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';

export const nchan: Peer = {
  name: 'nchan',
  powers: ['topics', 'resume'],
  missing: () =>
    existsSync(NGINX) && existsSync(MODULE)
      ? undefined
      : 'it is not installed: apt-get install nginx libnginx-mod-nchan',
  start(port) {
    const folder = workFolder('nchan');
    const config = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8');
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, config.replaceAll('PORT', String(port)).replaceAll('FOLDER', folder));
    return startServer(
      { command: NGINX, args: ['-c', file, '-p', folder], port, folder },
      {
        urlFor: () => `http://127.0.0.1:${port}/sub/{topic}`,
        publish: {
          method: 'POST',
          url: `http://127.0.0.1:${port}/pub/{topic}`,
          headers: { 'content-type': 'text/plain' },
          isBatched: false,
          body: '{payload}',
        },
        // Slashes in a path would be decoded before the channel's name is taken from it.
        topicName: 'load{n}',
      },
    );
  },
};
