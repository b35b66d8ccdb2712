// nginx and HAProxy, as they are installed, on the router of a path.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../../support/cleanup.ts';
import { waitFor, within } from '../../support/wait-for.ts';
import type { Namespace } from './namespaces.ts';

export type ProxyProgram = 'nginx' | 'haproxy';

export interface RunningProxy {
  kill(): Promise<void>;
}

const LIMIT_MS = 10_000;

/** Starts it in one process, and answers when it listens. */
export async function startProxy(
  cleanup: Cleanup,
  place: Namespace,
  program: ProxyProgram,
  configuration: string,
  folder: string,
): Promise<RunningProxy> {
  const file = join(folder, `${program}.conf`);
  writeFileSync(file, program === 'nginx' ? nginxFile(configuration, folder) : configuration);
  const args = program === 'nginx' ? ['-p', folder, '-c', file] : ['-db', '-f', file];
  const [path, ...inside] = place.enter(program, ...args);
  const child = spawn(path, inside, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await within(`the end of ${program}`, exited, LIMIT_MS);
  };
  cleanup.after(kill);
  await waitFor(
    `${program} to listen`,
    async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${stderr}`);
      return /LISTEN/.test(await place.run('ss', '-Htln'));
    },
    LIMIT_MS,
  );
  return { kill };
}

// One process, which a kill ends, and nothing outside of the folder.
function nginxFile(server: string, folder: string): string {
  return `
daemon off;
master_process off;
user root;
pid ${folder}/pid;
error_log ${folder}/error.log info;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${server}
}
`;
}
