// What a hub does while its disk does not: it refuses what it cannot keep, shows nothing of it to anybody, holds its
// streams, says that it is not ready, and goes on when the disk does.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCli, startServe } from '../support/child-process.ts';
import { type Fault, FaultyDisk } from '../support/faulty-disk/faulty-disk.ts';
import { post } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { compiler } from '../support/require.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

const onDisk = (folder: string) => ['--log', 'lmdb', '--log-folder', folder];

async function connect(url: string): Promise<StreamClient> {
  const client = new StreamClient(`${url}/stream?topic=a&from=earliest`);
  await client.connect();
  return client;
}

const dataOf = (client: StreamClient) => client.events.map((event) => event.data);

/** Publishes until the hub takes it. */
function publishWhenTaken(url: string, data: string): Promise<true> {
  return waitFor(
    'the hub to take events',
    async () => (await post(url, { topic: 'a', data })).status === 200,
  );
}

const faults: readonly (readonly [what: string, fault: Fault, code: string])[] = [
  ['an fsync that fails', 'fail-sync', 'ERR_LOG_WRITE'],
  ['a disk that has become read-only', 'fail-write', 'ERR_LOG_WRITE'],
  ['a root that cannot be written', 'fail-root', 'ERR_LOG_WRITE'],
  ['an fsync that hangs', 'hang-sync', 'ERR_LOG_STUCK'],
];

for (const [what, fault, code] of faults) {
  test(`${what}: publish answers 503, the event is never seen, and the hub recovers by itself`, async (t) => {
    const cc = compiler(t);
    if (cc === undefined) return;
    const disk = await FaultyDisk.build(t, cc);
    const folder = await logFolder(t);
    const { hub, url } = await startServe(t, onDisk(folder), { env: disk.env });
    const client = await connect(url);
    assert.equal((await post(url, { topic: 'a', data: 'before', key: 'k' })).status, 200);
    await disk.on(fault);
    for (const data of ['refused', 'refused too']) {
      const { status, answer } = await post(url, { topic: 'a', data, key: 'refused' });
      assert.deepEqual([status, answer.code], [503, code]);
    }
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    const late = await connect(url);
    await waitFor('the history, also now', () => late.events.length === 1);
    await disk.off(fault);
    await publishWhenTaken(url, 'after');
    assert.equal((await post(url, { topic: 'a', data: 'last', key: 'refused' })).status, 200);
    for (const stream of [client, late]) {
      await waitFor('what was taken', () => stream.events.length >= 3);
      assert.deepEqual(dataOf(stream), ['before', 'after', 'last']);
      assert.deepEqual(stream.controls, []);
    }
    hub.child.kill('SIGKILL');
    await hub.ended();
    const again = await startServe(t, onDisk(folder));
    const reader = await connect(again.url);
    await waitFor('what was taken, after a restart', () => reader.events.length === 3);
    assert.deepEqual(dataOf(reader), ['before', 'after', 'last']);
  });
}

test('a disk that is full: publish answers 507, and works again when there is room', async (t) => {
  const folder = smallDisk(t, '3m');
  if (folder === undefined) return;
  await writeFile(join(folder, 'ballast'), Buffer.alloc(1024 * 1024));
  const { hub, url } = await startServe(t, onDisk(join(folder, 'log')));
  const client = await connect(url);
  const taken: string[] = [];
  const refused = await waitFor('the disk to be full', async () => {
    const data = `${taken.length} ${'x'.repeat(10_000)}`;
    const { status, answer } = await post(url, { topic: 'a', data });
    if (status !== 200) return { status, code: answer.code };
    taken.push(data);
    return undefined;
  });
  assert.deepEqual(refused, { status: 507, code: 'ERR_LOG_FULL' });
  for (let i = 0; i < 20; i++) {
    const { status } = await post(
      url,
      Array.from({ length: 50 }, () => ({ topic: 'a', data: 'x'.repeat(10_000) })),
    );
    assert.equal(status, 507);
  }
  assert.notEqual((await fetch(`${url}/readyz`)).status, 200);
  await rm(join(folder, 'ballast'));
  await publishWhenTaken(url, 'after');
  taken.push('after');
  await waitFor('what was taken', () => client.events.length >= taken.length);
  assert.deepEqual(dataOf(client), taken);
  assert.equal(hub.child.exitCode, null);
});

/** A disk of its own in memory, where the tests may mount one; otherwise the test is marked as skipped. */
function smallDisk(t: TestContext, size: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    t.skip('needs to mount a tmpfs, which takes root on Linux');
    return undefined;
  }
  t.after(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  return folder;
}

for (const workers of [1, 2]) {
  test(`a second signal ends a hub of ${workers} whose disk hangs, all of its processes`, async (t) => {
    const cc = compiler(t);
    if (cc === undefined) return;
    const disk = await FaultyDisk.build(t, cc);
    const mark = markProcesses();
    const run = { env: disk.env, nodeArgs: mark.nodeArgs };
    const { hub, url } = await startServe(
      t,
      [...onDisk(await logFolder(t)), '--drain-delay', '1m', '--workers', String(workers)],
      run,
    );
    await disk.on('hang-sync');
    assert.equal((await post(url, { topic: 'a', data: 'x' })).answer.code, 'ERR_LOG_STUCK');
    hub.child.kill('SIGTERM');
    await waitFor('the stop to begin', () => hub.stderr.includes('"Stopping"'));
    // Signals sent too soon count as the first one, so they are sent until one counts.
    await waitFor('the process to end', () => {
      hub.child.kill('SIGTERM');
      return hub.child.signalCode !== null;
    });
    assert.equal(hub.child.signalCode, 'SIGKILL');
    await mark.gone();
  });
}

test('a signal during a start that takes long stops the hub once it has started', async (t) => {
  const cc = compiler(t);
  if (cc === undefined) return;
  const disk = await FaultyDisk.build(t, cc);
  const folder = await logFolder(t);
  await disk.on('hang-sync');
  const args = ['serve', '--listen', '127.0.0.1:0', '--workers', '1', ...onDisk(folder)];
  const hub = startCli(t, args, { env: disk.env });
  await waitFor('the start to reach the disk', () => existsSync(join(folder, 'log.mdb')), 40_000);
  hub.child.kill('SIGHUP');
  hub.child.kill('SIGTERM');
  await disk.off('hang-sync');
  assert.equal((await hub.ended(40_000)).code, 0);
});
