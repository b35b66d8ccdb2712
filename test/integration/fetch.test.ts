// The hub behind web Requests and Responses: the same routes, the same engine.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub } from '../../src/http/create-hub.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';
import { waitFor } from '../support/wait-for.ts';

function startFetchHub(t: TestContext, options: HubOptions = {}) {
  const hub = createHub({ authorize: openAccess, closeTimeoutMs: 1000, ...options });
  t.after(() => hub.close());
  const ask = (path: string, init?: RequestInit) => hub.fetch(new Request(`http://hub.example${path}`, init));
  return { hub, ask };
}

const json = { 'content-type': 'application/json' };

/** Reads a body on and on, as text. */
function follow(response: Response) {
  const reader = response.body!.getReader();
  const seen = { text: '', isEnded: false, error: undefined as unknown, reader };
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) {
      seen.isEnded = true;
      return;
    }
    seen.text += decoder.decode(value, { stream: true });
    await read();
  };
  read().catch((error) => {
    seen.error = error;
  });
  return seen;
}

test('a stream comes as the body of a Response, resumes, and ends with the hub', async (t) => {
  const { hub, ask } = startFetchHub(t);
  const response = await ask('/stream?topic=a');
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('connection'), null);
  const seen = follow(response);
  const published = await ask('/publish', {
    method: 'POST',
    headers: json,
    body: '{"topic":"a","data":"1"}',
  });
  assert.equal(published.status, 200);
  const { ids } = (await published.json()) as { ids: string[] };
  await waitFor('the event', () => seen.text.includes(`id: ${ids[0]}\ndata: 1\n\n`));
  assert.equal(hub.stats().lanes.web, 1);
  await hub.publish({ topic: 'a', data: '2' });
  const resumed = follow(await ask('/stream?topic=a', { headers: { 'last-event-id': ids[0]! } }));
  await waitFor('the rest', () => resumed.text.includes('data: 2\n\n'));
  assert.ok(!resumed.text.includes('data: 1\n'));
  await hub.close();
  await waitFor('the ends', () => seen.isEnded && resumed.isEnded);
  assert.match(seen.text, /"kind":"end","reason":"drain"/);
});

test('who cancels the body has left', async (t) => {
  const { hub, ask } = startFetchHub(t);
  const seen = follow(await ask('/stream?topic=a'));
  await waitFor('the first bytes', () => seen.text !== '');
  await seen.reader.cancel();
  await waitFor('the end', () => hub.stats().streams === 0);
  assert.deepEqual(hub.stats().ended, { 'client-left': 1 });
});

test('a reader that waits costs one page, misses nothing, and comes back live', async (t) => {
  const { hub, ask } = startFetchHub(t);
  const response = await ask('/stream?topic=a');
  const data = 'x'.repeat(1000);
  for (let i = 0; i < 500; i++) await hub.publish({ topic: 'a', data: `${i} ${data}` });
  await waitFor('the push-back', () => hub.stats().behind === 1);
  assert.ok(hub.stats().delivered < 100, `${hub.stats().delivered} events wait in the body`);
  const seen = follow(response);
  await waitFor('all events', () => seen.text.includes(`data: 499 ${data}`));
  const numbers = [...seen.text.matchAll(/^data: (\d+) /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 500 }, (_, i) => i),
  );
  await waitFor('the stream to be live', () => hub.stats().behind === 0);
});

test('a reader that never reads is cut off as stalled, and hears of it', async (t) => {
  const { hub, ask } = startFetchHub(t, { stallTimeoutMs: 100 });
  const response = await ask('/stream?topic=a');
  await hub.publish({ topic: 'a', data: '1' });
  await waitFor('the cut', () => hub.stats().streams === 0);
  assert.deepEqual(hub.stats().ended, { stalled: 1 });
  const seen = follow(response);
  await waitFor('the error', () => seen.error !== undefined);
});

test('failures are the same problem documents, and a body that was read before is said', async (t) => {
  const { ask, hub } = startFetchHub(t, { corsOrigins: ['https://app.example'] });
  const problem = async (response: Response) => [
    response.status,
    ((await response.json()) as { code: string }).code,
  ];
  assert.deepEqual(await problem(await ask('/stream')), [400, 'ERR_NO_TOPIC']);
  assert.deepEqual(await problem(await ask('/nothing')), [404, 'ERR_NOT_FOUND']);
  assert.deepEqual(await problem(await ask('/publish')), [405, 'ERR_METHOD_NOT_ALLOWED']);
  const read = new Request('http://hub.example/publish', { method: 'POST', headers: json, body: '{}' });
  await read.text();
  assert.deepEqual(await problem(await hub.fetch(read)), [500, 'ERR_BODY_READ']);
  const preflight = await ask('/publish', { method: 'OPTIONS', headers: { origin: 'https://app.example' } });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-methods')!, /POST/);
});

test('health and HEAD answer too', async (t) => {
  const { ask } = startFetchHub(t);
  assert.equal((await ask('/readyz')).status, 200);
  const head = await ask('/stream?topic=a', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.body, null);
  const seen = follow(await ask('/healthz/stream'));
  await waitFor('the status', () => seen.text.includes('event: health'));
  await seen.reader.cancel();
});
