// Grants are checked for publish, subscribe and replay alike, and their end is the end of the stream.

import assert from 'node:assert/strict';
import type { Authorize, Grant } from '../../src/http/authorization.ts';
import { laneTest, post } from '../support/hub-server.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

const granting =
  (grant: Partial<Grant>): Authorize =>
  () => ({ publish: [], subscribe: [], ...grant });

async function statusOf(url: string): Promise<number> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  abort.abort();
  return response.status;
}

laneTest('by default everybody may subscribe and nobody may publish over HTTP', async (t, startHub) => {
  const { url } = await startHub(t, { authorize: undefined });
  assert.equal(await statusOf(`${url}/stream?topic=**`), 200);
  const { status, answer } = await post(url, { topic: 'a', data: 1 });
  assert.deepEqual([status, answer.code], [403, 'ERR_FORBIDDEN']);
});

laneTest(
  'a grant lets publish and subscribe what its patterns cover, and nothing else',
  async (t, startHub) => {
    const authorize = granting({ publish: ['orders/*'], subscribe: ['orders/**', 'news'] });
    const { url } = await startHub(t, { authorize });
    assert.equal((await post(url, { topic: 'orders/1', data: 1 })).status, 200);
    assert.equal((await post(url, { topic: 'orders/1/items', data: 1 })).status, 403);
    const mixed = await post(url, [
      { topic: 'orders/1', data: 1 },
      { topic: 'news', data: 1 },
    ]);
    assert.deepEqual([mixed.status, mixed.answer.code], [403, 'ERR_FORBIDDEN']);
    assert.match(mixed.answer.detail, /"news"/);
    for (const [topic, status] of [
      ['orders/1', 200],
      ['orders/**', 200],
      ['news', 200],
      ['**', 403],
      ['*', 403],
      ['news/**', 403],
    ] as const) {
      assert.equal(await statusOf(`${url}/stream?topic=orders/7&topic=${topic}`), status, topic);
    }
  },
);

laneTest('no wildcard grant reaches reserved topics, and one by name does', async (t, startHub) => {
  const open = await startHub(t);
  assert.equal(await statusOf(`${open.url}/stream?topic=$canary`), 403);
  const named = await startHub(t, { authorize: granting({ subscribe: ['$canary'] }) });
  const client = new StreamClient(`${named.url}/stream?topic=$canary`);
  await client.connect();
  assert.equal((await fetch(`${named.url}/readyz`)).status, 200);
  await waitFor('the canary', () => client.events.length === 1);
  client.cut('fin');
});

laneTest('replay obeys the same grant as live delivery', async (t, startHub) => {
  const { hub, url } = await startHub(t, { authorize: granting({ subscribe: ['open/**'] }) });
  await hub.publish([
    { topic: 'closed/1', data: 'secret' },
    { topic: 'open/1', data: 'said' },
  ]);
  assert.equal(await statusOf(`${url}/stream?topic=closed/1&from=earliest`), 403);
  const client = new StreamClient(`${url}/stream?topic=open/**&from=earliest`);
  await client.connect();
  await client.reaches(hub.stats().head);
  assert.deepEqual(
    client.events.map((event) => event.data),
    ['said'],
  );
  client.cut('fin');
});

laneTest('a stream ends with `expired` when its grant does', async (t, startHub) => {
  const expiresAtMs = Date.now() + 300;
  const { hub, url } = await startHub(t, { authorize: granting({ subscribe: ['**'], expiresAtMs }) });
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  await waitFor('the end', () => client.endedCleanly);
  assert.ok(Date.now() >= expiresAtMs, 'never early');
  assert.deepEqual(client.controls, [{ kind: 'end', reason: 'expired' }]);
  await waitFor('the count', () => hub.stats().ended.expired === 1);
  assert.equal(await statusOf(`${url}/stream?topic=a`), 401);
});

laneTest('a refusal is answered with its status and sentence', async (t, startHub) => {
  const { url } = await startHub(t, { authorize: () => ({ status: 401, detail: 'The token is missing' }) });
  const response = await fetch(`${url}/stream?topic=a`);
  assert.deepEqual([response.status, response.headers.get('www-authenticate')], [401, 'Bearer']);
  const problem = (await response.json()) as { code: string; detail: string };
  assert.deepEqual([problem.code, problem.detail], ['ERR_UNAUTHORIZED', 'The token is missing']);
});

const noLogger = { debug() {}, info() {}, warn() {} };

for (const [title, authorize] of [
  [
    'throws',
    () => {
      throw new Error('the table is locked');
    },
  ],
  ['rejects', () => Promise.reject(new Error('the table is locked'))],
  ['grants what is no pattern', granting({ subscribe: ['a//b'] })],
] as const) {
  laneTest(
    `an authorize that ${title} is a 500 in the log, without its reason in the answer`,
    async (t, startHub) => {
      const errors: unknown[] = [];
      const logger = { ...noLogger, error: (values: object) => errors.push(values) };
      const { url } = await startHub(t, { authorize: authorize as Authorize, logger });
      const response = await fetch(`${url}/stream?topic=a`);
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /locked|a\/\/b/);
      assert.equal(errors.length, 1);
    },
  );
}

laneTest('an authorize that does not answer is 503 in time', async (t, startHub) => {
  const { url } = await startHub(t, { authorize: () => new Promise(() => {}), authorizeTimeoutMs: 50 });
  assert.equal((await fetch(`${url}/stream?topic=a`)).status, 503);
});

laneTest('a client that leaves while authorize thinks leaves nothing behind', async (t, startHub) => {
  let answer: (grant: Grant) => void = () => {};
  const { hub, url } = await startHub(t, {
    authorize: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  const client = new StreamClient(`${url}/stream?topic=a`);
  client.connect().catch(() => {});
  await waitFor('the question', () => answer.length === 1);
  client.cut('reset');
  answer({ publish: [], subscribe: ['**'] });
  await fetch(`${url}/healthz`);
  await waitFor('no stream', () => hub.stats().streams === 0);
});

laneTest('an authorize whose thenable never settles is given up in time', async (t, startHub) => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
  const never = { then() {} } as unknown as Promise<Grant>;
  const { url } = await startHub(t, { authorize: () => never, authorizeTimeoutMs: 50 });
  const response = await fetch(`${url}/stream?topic=a`);
  assert.equal(response.status, 503);
  assert.equal(((await response.json()) as { code: string }).code, 'ERR_NOT_READY');
});
