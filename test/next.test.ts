// The hub inside the real Next.js, built and started as for production. It is a package of its own (340 MB), which is not
// installed with ours: `npm ci --prefix examples/next`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { post } from './support/hub-server.ts';
import { next } from './support/require.ts';
import { StreamClient } from './support/stream-client.ts';
import { waitFor, within } from './support/wait-for.ts';

const folder = fileURLToPath(new URL('../examples/next', import.meta.url));
const GZIP = { 'accept-encoding': 'gzip' };

function run(t: TestContext, args: readonly string[]) {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return { child, output: () => output };
}

test('Next.js: headers, publish, resume, a stream of its own, compression, shutdown', async (t) => {
  const bin = next(t);
  if (bin === undefined) return;
  // In place of `npm install holdfast`.
  const link = join(folder, 'node_modules/holdfast');
  if (!existsSync(link)) symlinkSync('../../..', link);
  const build = run(t, [bin, 'build']);
  const [built] = await within('the build', once(build.child, 'exit'), 170_000);
  assert.equal(built, 0, build.output());

  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const server = run(t, [bin, 'start', '-H', '127.0.0.1', '-p', String(port)]);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(
    'Next.js to listen',
    () =>
      fetch(url).then(
        (page) => page.ok,
        () => false,
      ),
    20_000,
  );

  const page = await fetch(url, { headers: GZIP });
  assert.equal(page.headers.get('content-encoding'), 'gzip', 'it compresses');
  await page.text();
  const client = new StreamClient(`${url}/feed/stream?topic=a`);
  const { headers } = await client.connect(GZIP);
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.equal(headers['cache-control'], 'no-cache, no-transform');
  assert.equal(headers['content-encoding'], undefined);
  const first = await post(`${url}/feed`, { topic: 'a', data: '1' });
  await client.reaches(first.answer.ids[0]);
  client.cut('fin');
  const missed = await post(`${url}/feed`, { topic: 'a', data: 'missed' });
  await client.connect(GZIP);
  await client.reaches(missed.answer.ids[0]);
  assert.deepEqual(
    client.events.map(({ data }) => data),
    ['1', 'missed'],
  );

  const progress = new StreamClient(`${url}/progress`);
  await progress.connect({ ...GZIP, 'last-event-id': '50' });
  await waitFor('the end of its own stream', () => progress.endedCleanly);
  assert.deepEqual(
    progress.events.map(({ id }) => id),
    ['100'],
  );

  server.child.kill('SIGTERM');
  await within('its end', once(server.child, 'exit'), 20_000);
  assert.ok(client.endedCleanly, 'the stream ends with its last chunk');
  assert.deepEqual(client.controls.at(-1), { kind: 'end', reason: 'drain' });
});
