// A hub in several processes, as its users meet it: real processes that are killed, stopped and blocked.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli, startServe } from '../support/child-process.ts';
import { post } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor, within } from '../support/wait-for.ts';
import { childrenOf, privateBytes, workersOf } from '../support/workers.ts';

const ADMIN = ['--admin-listen', '127.0.0.1:0'];
const LIMIT_MS = 60_000;

async function startShards(t: TestContext, workers: number, args: readonly string[] = [], run = {}) {
  const { hub, url } = await startServe(t, ['--workers', String(workers), ...ADMIN, ...args], run);
  const pid = hub.child.pid!;
  const metricsUrl = await waitFor('the metrics', () => /"metricsUrl":"([^"]+)"/.exec(hub.stderr)?.[1]);
  return { hub, url, pid, metricsUrl, workers: await workersOf(pid, workers) };
}

async function openStreams(url: string, count: number): Promise<StreamClient[]> {
  const clients = Array.from({ length: count }, () => new StreamClient(`${url}/stream?topic=a/**`));
  await Promise.all(clients.map((client) => client.connect()));
  return clients;
}

/** Publishes numbered events one after the other until it is stopped; answers how many were acknowledged. */
function publishOn(url: string): { reach(count: number): Promise<unknown>; stop(): Promise<number> } {
  let [isStopped, count] = [false, 0];
  const running = (async () => {
    while (!isStopped) {
      const event = { topic: `a/${count % 7}`, data: String(count), key: `k${count}` };
      const answer = await post(url, event).catch(() => undefined);
      if (answer?.status === 200) count++;
      else await delay(20);
    }
    return count;
  })();
  return {
    reach: (wanted) => waitFor(`${wanted} events`, () => count >= wanted, LIMIT_MS),
    stop() {
      isStopped = true;
      return within('the last acknowledgement', running, LIMIT_MS);
    },
  };
}

async function assertAll(clients: readonly StreamClient[], count: number): Promise<void> {
  const expected = Array.from({ length: count }, (_, i) => String(i));
  for (const client of clients) {
    await waitFor('the stream to be complete', () => client.events.length >= count, LIMIT_MS);
    assert.deepEqual(
      client.events.map(({ data }) => data),
      expected,
    );
    assert.ok(
      client.controls.every(({ kind }) => kind === 'resumed' || kind === 'end'),
      'no gap',
    );
  }
}

test('what is published through any worker reaches the streams of all, in one order', async (t) => {
  const { url, workers, metricsUrl } = await startShards(t, 2);
  const clients = await openStreams(url, 6);
  for (let i = 0; i < 10; i++)
    assert.equal((await post(url, { topic: `a/${i}`, data: String(i) })).status, 200);
  await assertAll(clients, 10);
  const ids = clients.map(({ events }) => events.map(({ id }) => id));
  for (const other of ids) assert.deepEqual(other, ids[0]);
  assert.equal(workers.length, 2);
  assert.match(await (await fetch(metricsUrl)).text(), /^sse_streams\{lane="fast"\} 6$/m);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  for (const client of clients) client.cut('fin');
});

test('a client that comes to a worker which has not heard of its position yet gets no gap', async (t) => {
  const { url } = await startShards(t, 2);
  for (let i = 0; i < 60; i++) {
    const { answer } = await post(url, { topic: 'a/1', data: String(i) });
    const client = new StreamClient(`${url}/stream?topic=a/**&lastEventId=${answer.ids[0]}`);
    await client.connect();
    await waitFor('the answer', () => client.controls.length > 0);
    assert.deepEqual(
      client.controls.map(({ kind }) => kind),
      ['resumed'],
    );
    client.cut('fin');
  }
});

test('a worker that is killed under load is replaced; its streams resume, the others notice nothing', async (t) => {
  const folder = await logFolder(t);
  const { url, pid, workers, metricsUrl } = await startShards(t, 3, [
    '--log',
    'lmdb',
    '--log-folder',
    folder,
  ]);
  const clients = await openStreams(url, 30);
  const publisher = publishOn(url);
  const reconnected = new Set<StreamClient>();
  let isDone = false;
  const readers = clients.map(async (client) => {
    while (!isDone) {
      await waitFor('a cut or the end', () => isDone || !client.isConnected, LIMIT_MS);
      if (isDone) return;
      reconnected.add(client);
      await client.connect().catch(() => delay(20));
    }
  });
  const victims: number[] = [];
  let running = workers;
  for (let round = 0; round < 2; round++) {
    await publisher.reach(10 * (round + 1));
    process.kill(running[0]!, 'SIGKILL');
    victims.push(running[0]!);
    running = await workersOf(pid, 3, victims);
  }
  await waitFor('the hub to be ready', async () => (await fetch(`${url}/readyz`)).status === 200, LIMIT_MS);
  await publisher.reach(30);
  const count = await publisher.stop();
  await assertAll(clients, count);
  isDone = true;
  await Promise.all(readers);
  // What the killed ones had counted, up to a second before their end, is still in the sums.
  const metrics = await (await fetch(metricsUrl)).text();
  const opened = Number(/^sse_streams_opened_total (\d+)$/m.exec(metrics)?.[1]);
  assert.ok(opened >= reconnected.size && opened <= 30 + 2 * reconnected.size, `${opened} were opened`);
  assert.match(metrics, /^sse_worker_restarts_total\{worker="\d"\} [12]$/m);
  assert.ok(reconnected.size >= 10 && reconnected.size < 30, `${reconnected.size} of 30 came back`);
  for (const client of clients) client.cut('fin');
});

test('workers that are blocked or stopped are replaced, and cost the primary no memory meanwhile', async (t) => {
  // In every process of the hub; only a worker is sent the signal.
  const blocker = `process.on('SIGUSR2', () => { for (;;); })`;
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(blocker)}`];
  const { hub, url, pid, workers, metricsUrl } = await startShards(t, 3, [], { nodeArgs });
  process.kill(workers[0]!, 'SIGSTOP');
  process.kill(workers[1]!, 'SIGUSR2');
  // A connection that is given to one of them waits for as long as it does; the next ones go to others.
  const ask = (what: string, path: string, options: RequestInit = {}) =>
    waitFor(
      what,
      () => fetch(`${url}${path}`, { ...options, signal: AbortSignal.timeout(5000) }).catch(() => undefined),
      LIMIT_MS,
    );
  // On connections of their own, so that each worker is handed one. They wait, and are answered by the last one.
  const patient = workers.map(() => fetch(`${url}/healthz`));
  const answer = await Promise.any(workers.map(() => ask('an answer', '/readyz')));
  assert.equal(answer.status, 503, 'one worker does not answer');
  const scrape = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(10_000) })).text();
  assert.equal(scrape.match(/^sse_worker_up\{worker="\d"\} 0$/gm)?.length, 2, scrape);
  const data = 'x'.repeat(60_000);
  const batch = Array.from({ length: 100 }, (_, i) => ({ topic: `b/${i}`, data }));
  const publish = async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await ask('a publish', '/publish', {
      method: 'POST',
      headers,
      body: JSON.stringify(batch),
    });
    assert.equal(response.status, 200);
  };
  // What the first of them leave behind (heap, buffers) is no measure.
  for (let i = 0; i < 3; i++) await publish();
  const before = privateBytes(pid);
  let bytes = 0;
  for (let i = 0; i < 30; i++) {
    await publish();
    bytes += batch.length * data.length;
  }
  const grown = privateBytes(pid) - before;
  t.diagnostic(
    `${Math.round(bytes / 1e6)} MB were published, and the primary grew by ${Math.round(grown / 1e6)} MB`,
  );
  assert.ok(grown < bytes / 4, `${bytes} bytes were published, and the primary grew by ${grown}`);
  await workersOf(pid, 3, workers.slice(0, 2));
  const answers = await within('those who waited', Promise.all(patient), LIMIT_MS);
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(hub.stderr.match(/A worker is stuck/g)?.length, 2);
  await waitFor(
    'the hub to be ready',
    async () => (await ask('an answer', '/readyz')).status === 200,
    LIMIT_MS,
  );
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
  test(`when the primary gets ${signal}, all streams end as they should and no process is left`, async (t) => {
    const mark = markProcesses();
    const { hub, url } = await startShards(t, 2, [], { nodeArgs: mark.nodeArgs });
    const clients = await openStreams(url, 10);
    await post(url, { topic: 'a/1', data: '0' });
    hub.child.kill(signal);
    const { code } = await hub.ended();
    assert.equal(code, signal === 'SIGKILL' ? null : 0);
    await mark.gone();
    await assertAll(clients, 1);
    for (const client of clients) {
      await waitFor('a clean end', () => client.endedCleanly);
      assert.deepEqual(client.controls.at(-1), { kind: 'end', reason: 'drain' });
    }
  });
}

test('a second signal ends all processes at once', async (t) => {
  const mark = markProcesses();
  const { hub, url, workers } = await startShards(t, 2, [], { nodeArgs: mark.nodeArgs });
  await openStreams(url, 2);
  // It cannot end its streams.
  process.kill(workers[0]!, 'SIGSTOP');
  hub.child.kill('SIGTERM');
  await delay(600);
  hub.child.kill('SIGTERM');
  await hub.ended();
  assert.equal(hub.child.signalCode, 'SIGKILL');
  await mark.gone();
});

test('a port that is taken, and a folder in use, end a hub of several processes as they end one of one', async (t) => {
  const folder = await logFolder(t);
  const onDisk = ['--log', 'lmdb', '--log-folder', folder, '--workers', '2'];
  const { url, pid } = await startShards(t, 2, onDisk);
  const { port } = new URL(url);
  const inUse = await runCli(t, ['serve', '--listen', '127.0.0.1:0', ...onDisk]);
  assert.equal(inUse.code, 3);
  assert.match(inUse.stderr, new RegExp(`is in use by the process ${pid}\\.`));
  const taken = await runCli(t, ['serve', '--listen', port, '--log', 'memory', '--workers', '2']);
  assert.equal(taken.code, 3);
  assert.match(taken.stderr, /^holdfast: Cannot listen on 127\.0\.0\.1:\d+: the port is taken\..*$/m);
  assert.equal(taken.stdout, '');
});

test('a worker that keeps ending is started again and again, more and more slowly, and readyz says so', async (t) => {
  const { hub, url, pid } = await startShards(t, 2);
  const gone: number[] = [];
  for (let i = 0; i < 4; i++) {
    // The newest: the one in the place of the one before.
    const newest = Math.max(...(await workersOf(pid, 2, gone)));
    gone.push(newest);
    process.kill(newest, 'SIGKILL');
  }
  await waitFor('the hub to say so', () => hub.stderr.includes('A worker keeps ending'), LIMIT_MS);
  const response = await fetch(`${url}/readyz`);
  assert.equal(response.status, 503);
  assert.match(((await response.json()) as { detail: string }).detail, /^Worker \d of the hub keeps ending$/);
  await workersOf(pid, 2, gone);
});

test('full workers close their listeners, the last one answers 503, and nobody hangs', async (t) => {
  // 150 streams a worker: half of the files.
  const { hub, url, pid } = await startShards(t, 2, ['--max-streams', '300'], { maxFiles: 300 });
  const clients: StreamClient[] = [];
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < 17; i++) {
    const some = Array.from({ length: 20 }, () => new StreamClient(`${url}/stream?topic=a/**`));
    await Promise.all(some.map((client) => within('an answer', client.connect())));
    statuses.push(...some.map(({ status }) => status));
    clients.push(...some.filter(({ status }) => status === 200));
    // Shares follow the counts, which are told once a second.
    if (i >= 12) await delay(1100);
  }
  t.diagnostic(`${clients.length} streams`);
  assert.equal(clients.length, 300, 'as many as it may hold');
  assert.equal(statuses.filter((status) => status === 503).length, 40);
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  assert.equal((await post(url, { topic: 'a/1', data: '0' })).status, 200);
  await assertAll(clients, 1);
  for (const client of clients.splice(0, 100)) client.cut('fin');
  await waitFor('room again', async () => (await fetch(`${url}/readyz`)).status === 200, LIMIT_MS);
  const late = await openStreams(url, 40);
  assert.ok(late.filter(({ status }) => status === 200).length >= 20, 'the listeners are open again');
  assert.equal(childrenOf(pid).length, 2);
  assert.ok(!hub.stderr.includes('A worker has ended'), hub.stderr);
  for (const client of [...clients, ...late]) client.cut('fin');
});

test('connections that say nothing do not take the files that a hub needs', async (t) => {
  const { hub, url, pid } = await startShards(t, 2, [], { maxFiles: 300 });
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let i = 0; i < 700; i++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    sockets.push(socket);
    if (i % 20 === 0) await Promise.race([once(socket, 'connect').catch(() => {}), delay(1000)]);
  }
  await waitFor(
    'some to be refused',
    () => sockets.filter(({ destroyed }) => destroyed).length >= 200,
    LIMIT_MS,
  );
  for (const socket of sockets) socket.destroy();
  await waitFor(
    'the hub to answer',
    async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200,
    LIMIT_MS,
  );
  assert.equal(childrenOf(pid).length, 2);
  assert.ok(!hub.stderr.includes('A worker has ended'), hub.stderr);
});
