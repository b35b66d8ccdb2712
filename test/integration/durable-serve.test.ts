// `holdfast serve` with its log on disk: what was published is there after a restart, and the folder is its own.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, startServe } from '../support/child-process.ts';
import { post } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

const onDisk = (folder: string) => ['--log', 'lmdb', '--log-folder', folder];

test('a client that comes back to a hub that was restarted gets what it missed, and no gap', async (t) => {
  const folder = await logFolder(t);
  const { hub, url } = await startServe(t, onDisk(folder));
  const { answer } = await post(url, [
    { topic: 'a', data: '1' },
    { topic: 'b', data: '2' },
    { topic: 'a', data: '3', key: 'k' },
  ]);
  hub.child.kill('SIGTERM');
  assert.equal((await hub.ended()).code, 0);

  const again = await startServe(t, onDisk(folder));
  const repeated = await post(again.url, { topic: 'a', data: '3', key: 'k' });
  assert.deepEqual(repeated.answer.ids, [answer.ids[2]]);
  const client = new StreamClient(`${again.url}/stream?topic=a&lastEventId=${answer.ids[0]}`);
  await client.connect();
  const live = await post(again.url, { topic: 'a', data: '4' });
  await waitFor('what was missed and what is new', () => client.events.length === 2);
  assert.deepEqual(
    client.events.map(({ id, data }) => [id, data]),
    [
      [answer.ids[2], '3'],
      [live.answer.ids[0], '4'],
    ],
  );
  assert.deepEqual(
    client.controls.map((control) => control.kind),
    ['resumed'],
  );
  client.cut('fin');
});

test('a second hub on the folder refuses to start and names the first', async (t) => {
  const folder = await logFolder(t);
  const { hub } = await startServe(t, onDisk(folder));
  const second = await runCli(t, ['serve', '--listen', '127.0.0.1:0', ...onDisk(folder)]);
  assert.equal(second.code, 3);
  assert.match(second.stderr, new RegExp(`is in use by the process ${hub.child.pid}\\.`));
  hub.child.kill('SIGKILL');
  await hub.ended();
  await startServe(t, onDisk(folder));
});

test('a folder of a newer format is refused in one line', async (t) => {
  const folder = await logFolder(t);
  await writeFile(join(folder, 'FORMAT'), 'holdfast log 2\n');
  const { code, stderr } = await runCli(t, ['serve', '--listen', '127.0.0.1:0', ...onDisk(folder)]);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /has the format 2, and this Holdfast knows formats up to 1\. Use the version of Holdfast/,
  );
  assert.equal(await readFile(join(folder, 'FORMAT'), 'utf8'), 'holdfast log 2\n');
});

test('a folder that cannot be made is refused in one line', async (t) => {
  const folder = await logFolder(t);
  await writeFile(join(folder, 'file'), '');
  const { code, stderr } = await runCli(t, [
    'serve',
    '--listen',
    '127.0.0.1:0',
    ...onDisk(join(folder, 'file/log')),
  ]);
  assert.equal(code, 3);
  assert.match(stderr, /^holdfast: The log folder .* cannot be used: .*ENOTDIR.*\n$/);
});
