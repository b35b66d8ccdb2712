// Health that tells the truth: ready means that an event goes all the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { post, startHub } from '../support/hub-server.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

test('/healthz says that the process runs', async (t) => {
  const { url } = await startHub(t);
  const response = await fetch(`${url}/healthz`);
  assert.deepEqual([response.status, await response.json()], [200, { status: 'ok' }]);
  assert.equal((await fetch(`${url}/healthz`, { method: 'HEAD' })).status, 200);
});

test('/readyz is 200 when a canary event comes back, and leaves no stream behind', async (t) => {
  const { hub, url } = await startHub(t);
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${url}/readyz`)));
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.match(hub.stats().head, /-1$/, 'one canary serves all who ask at the same time');
  await waitFor('no stream', () => hub.stats().streams === 0);
});

test('/readyz is 503 when the canary does not come back in time', async (t) => {
  const { url } = await startHub(t, { canaryTimeoutMs: 50 });
  t.mock.method(MemoryLog.prototype, 'append', () => new Promise(() => {}));
  const response = await fetch(`${url}/readyz`);
  assert.equal(response.status, 503);
  assert.equal(((await response.json()) as { code: string }).code, 'ERR_NOT_READY');
});

test('/readyz is 503 while the hub is full, and /healthz is not', async (t) => {
  const { url } = await startHub(t, { maxStreams: 1 });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  client.cut('fin');
});

test('/healthz/stream tells readiness at once and again, and ends with the hub', async (t) => {
  const { hub, url } = await startHub(t, { heartbeatMs: 50 });
  const client = new StreamClient(`${url}/healthz/stream`);
  await client.connect();
  await waitFor('two reports', () => client.events.length >= 2);
  assert.equal(client.events[0]!.type, 'health');
  assert.equal(JSON.parse(client.events[0]!.data).status, 'ready');
  await hub.close();
  await waitFor('the end', () => client.endedCleanly);
});

test('a closing hub ends its streams with `drain`, takes no more, and refuses to publish', async (t) => {
  const { hub, url } = await startHub(t);
  const clients = Array.from({ length: 100 }, () => new StreamClient(`${url}/stream?topic=a`));
  await Promise.all(clients.map((client) => client.connect()));
  const [id] = await hub.publish({ topic: 'a', data: 'last words' });
  await hub.close();
  for (const client of clients) {
    await waitFor('a clean end', () => client.endedCleanly);
    assert.deepEqual(client.controls, [{ kind: 'end', reason: 'drain' }]);
    assert.equal(client.lastEventId, id);
  }
  assert.equal(hub.stats().ended.drain, 100);
  assert.equal((await fetch(`${url}/stream?topic=a`)).status, 503);
  assert.equal((await post(url, { topic: 'a', data: 1 })).answer.code, 'ERR_HUB_CLOSED');
  await assert.rejects(hub.publish({ topic: 'a', data: 1 }), { code: 'ERR_HUB_CLOSED' });
});
