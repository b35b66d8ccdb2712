// Runs an example as it stands, against the built package that it imports, and kills it with its test.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

/** Starts an example on a free port and waits until it answers. */
export async function runExample(t: TestContext, name: string, env: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const child = startExample(t, name, { PORT: String(port), ...env });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${name} to listen`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${stderr}`);
    return fetch(`${url}/hello`).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    );
  });
  return { child, url };
}

export function startExample(
  t: TestContext,
  name: string,
  env: Readonly<Record<string, string>>,
): ChildProcessWithoutNullStreams {
  const file = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
