// `holdfast serve` that is told to stop or to take new workers, as a service manager does it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startServe } from '../support/child-process.ts';
import { post } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';
import { workersOf } from '../support/workers.ts';

const LIMIT_MS = 60_000;
const STACK_TRACE = /^\s+at |\\n {4}at /m;

async function openStreams(url: string, count: number): Promise<StreamClient[]> {
  const clients = Array.from({ length: count }, () => new StreamClient(`${url}/stream?topic=a`));
  for (const client of clients) await client.connect();
  return clients;
}

const readyStatus = async (url: string) => (await fetch(`${url}/readyz`)).status;

/** Connects all the time, to ask whether the hub is ready; answers with the statuses, none for a connection refused. */
function keepArriving(t: TestContext, url: string) {
  let isOver = false;
  const statuses: number[] = [];
  const arriving = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const response = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).catch(
        () => undefined,
      );
      if (response !== undefined) statuses.push(response.status);
      await response?.arrayBuffer();
    }
  });
  const end = async () => {
    isOver = true;
    await Promise.all(arriving);
    return statuses;
  };
  t.after(end);
  return { end };
}

function retryOf({ text }: StreamClient): number {
  return Number([...text.matchAll(/^retry: (\d+)$/gm)].at(-1)![1]);
}

for (const workers of [1, 2]) {
  const many = workers === 1 ? 'one process' : `${workers} workers`;

  test(`SIGTERM drains a hub of ${many}: not ready at once, streams one after the other, all of them in order`, async (t) => {
    const folder = ['--log', 'lmdb', '--log-folder', await logFolder(t)];
    const drain = ['--drain-delay', '500ms', '--drain-window', '1s'];
    const { hub, url } = await startServe(t, ['--workers', String(workers), ...folder, ...drain]);
    const clients = await openStreams(url, 40);
    await post(url, { topic: 'a', data: 'before' });
    assert.equal(await readyStatus(url), 200);
    const arriving = keepArriving(t, url);
    hub.child.kill('SIGTERM');
    await waitFor('the stop to begin', () => hub.stderr.includes('"Stopping"'));
    assert.equal(await readyStatus(url), 503, 'the first answer, whatever one before it was');
    const late = await openStreams(url, 1);
    const { status, answer } = await post(url, { topic: 'a', data: 'while it waits' });
    assert.equal(status, 200);
    for (const client of [...clients, ...late]) await client.reaches(answer.ids[0]);
    const { code, stderr } = await hub.ended(LIMIT_MS);
    await arriving.end();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, STACK_TRACE);
    for (const client of [...clients, ...late]) {
      assert.ok(client.endedCleanly, 'with its last chunk, and without a reset');
      assert.deepEqual(client.controls, [{ kind: 'end', reason: 'drain' }]);
    }
    const retries = clients.map(retryOf);
    assert.ok(retries.every((ms) => ms >= 1000 && ms <= 3000));
    assert.ok(new Set(retries).size > 20, 'each at a time of its own');
  });

  test(`a publish that is under way when a hub of ${many} is told to stop is answered, and there afterwards`, async (t) => {
    const folder = ['--log', 'lmdb', '--log-folder', await logFolder(t)];
    const { hub, url } = await startServe(t, ['--workers', String(workers), ...folder]);
    let isOver = false;
    const answered: string[] = [];
    const publishers = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const { status, answer } = await post(url, { topic: 'a', data: 'x' });
        if (status !== 200) return;
        answered.push(answer.ids[0]);
      }
    });
    const settled = Promise.allSettled(publishers);
    await waitFor('some publishes', () => answered.length > 20);
    hub.child.kill('SIGTERM');
    assert.equal((await hub.ended(LIMIT_MS)).code, 0);
    isOver = true;
    await settled;
    const again = await startServe(t, ['--workers', '1', ...folder]);
    const reader = new StreamClient(`${again.url}/stream?topic=a&from=earliest`);
    await reader.connect();
    await waitFor('all of them', () => reader.events.length >= answered.length);
    const kept = new Set(reader.events.map(({ id }) => id));
    assert.deepEqual(
      answered.filter((id) => !kept.has(id)),
      [],
    );
    reader.cut('fin');
  });
}

test('SIGHUP replaces the workers one by one: streams come back and miss nothing, new ones are taken all the time', async (t) => {
  const { hub, url, clients, workers } = await startReloading(t);
  let [isOver, published] = [false, 0];
  const publishing = (async () => {
    while (!isOver) {
      const { status } = await post(url, { topic: 'a', data: published });
      assert.equal(status, 200, 'publishing never fails');
      published++;
    }
  })();
  const following = clients.map(async (client) => {
    while (!isOver) {
      if (!client.isConnected) await client.connect();
      await waitFor('a cut or the end', () => isOver || !client.isConnected, LIMIT_MS);
    }
  });
  t.after(() => {
    isOver = true;
  });
  const arriving = keepArriving(t, url);
  hub.child.kill('SIGHUP');
  await waitFor('the end of it', () => hub.stderr.includes('Every worker was replaced'), LIMIT_MS);
  assert.ok(
    (await arriving.end()).every((status) => status === 200),
    'the hub is ready all the time',
  );
  assert.doesNotMatch(hub.stderr, STACK_TRACE);
  await workersOf(hub.child.pid!, 2, workers);
  isOver = true;
  await publishing;
  for (const client of clients) {
    await waitFor('all events', () => client.events.length === published, LIMIT_MS);
    assert.deepEqual(
      client.events.map(({ data }) => Number(data)),
      Array.from({ length: published }, (_, i) => i),
    );
    assert.ok(client.controls.every(({ kind }) => kind !== 'gap'));
  }
  for (const client of clients) client.cut('fin');
  await Promise.all(following);
});

async function startReloading(t: TestContext) {
  const folder = ['--log', 'lmdb', '--log-folder', await logFolder(t)];
  const { hub, url } = await startServe(t, ['--workers', '2', '--drain-window', '200ms', ...folder]);
  const workers = await workersOf(hub.child.pid!, 2);
  return { hub, url, workers, clients: await openStreams(url, 20) };
}
