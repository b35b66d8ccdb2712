// A hub that goes away without a crowd at the next one, and one that cannot take a stream now.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser } from '../../src/wire/index.ts';
import { laneTest, post, startHub } from '../support/hub-server.ts';
import { rawClient } from '../support/raw-client.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

const asEventSource = { headers: { accept: 'text/event-stream' } };

/** What an EventSource makes of an answer: the reconnect delay, and what it is told. */
async function readAnswer(response: Response) {
  const told: unknown[] = [];
  let retryMs: number | undefined;
  let cursor: string | undefined;
  const parser = new EventStreamParser({
    onEvent: (event) => told.push(JSON.parse(event.data)),
    onCursor: (id) => {
      cursor = id;
    },
    onRetry: (ms) => {
      retryMs = ms;
    },
  });
  parser.push(new Uint8Array(await response.arrayBuffer()));
  return { status: response.status, type: response.headers.get('content-type'), told, retryMs, cursor };
}

laneTest(
  'an EventSource that cannot be taken gets a stream that says when to come back, not 503',
  async (t, startHub) => {
    const { url } = await startHub(t, { maxStreams: 1 });
    const client = new StreamClient(`${url}/stream?topic=a`);
    await client.connect();
    const { retryMs, ...answer } = await readAnswer(await fetch(`${url}/stream?topic=a`, asEventSource));
    assert.deepEqual(answer, {
      status: 200,
      type: 'text/event-stream',
      told: [{ kind: 'end', reason: 'limit' }],
      // Its Last-Event-ID stays what it was.
      cursor: undefined,
    });
    assert.ok(retryMs! >= 1000 && retryMs! <= 6000);
    assert.equal((await fetch(`${url}/stream?topic=a`)).status, 503, 'whoever reads statuses gets one');
    assert.equal((await fetch(`${url}/readyz`, asEventSource)).status, 200);
  },
);

laneTest(
  'more streams a second than are taken are told when to come back, each later than the one before',
  async (t, startHub) => {
    const { hub, url } = await startHub(t, { maxOpensPerSecond: 1, maxStreams: 100 });
    const clients = Array.from({ length: 4 }, () => new StreamClient(`${url}/stream?topic=a`));
    for (const client of clients) await client.connect();
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${url}/stream?topic=a`);
      assert.deepEqual(
        [response.status, ((await response.json()) as { code: string }).code],
        [503, 'ERR_HUB_BUSY'],
      );
      waits.push(Number(response.headers.get('retry-after')));
    }
    assert.ok(waits[0]! < waits[1]! && waits[1]! < waits[2]!, String(waits));
    const answer = await readAnswer(await fetch(`${url}/stream?topic=a`, asEventSource));
    assert.ok(answer.retryMs! > 4000, `${answer.retryMs} ms`);
    assert.equal((await fetch(`${url}/readyz`)).status, 200, 'it is ready all the same');
    const { opened, refused } = hub.stats();
    assert.deepEqual([opened, refused], [4, 4]);
  },
);

laneTest(
  'while a drain waits, new streams are taken, /readyz says no, and connections are not kept',
  async (t, startHub) => {
    const { hub, url, port } = await startHub(t);
    const before = new StreamClient(`${url}/stream?topic=a`);
    await before.connect();
    let hadLast = false;
    const drained = hub.drain({ delayMs: 60_000, onLastStream: () => (hadLast = true) });
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    const raw = await rawClient(t, port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await waitFor('the end of the connection', () => raw.ended());
    assert.match(raw.text(), /^HTTP\/1\.1 200 .*\r\nconnection: close\r\n/is);
    const late = new StreamClient(`${url}/stream?topic=a`);
    await late.connect();
    const { answer } = await post(url, { topic: 'a', data: 'published while it waits' });
    for (const client of [before, late]) {
      await waitFor('the event', () => client.lastEventId === answer.ids[0]);
    }
    assert.equal(hadLast, false);
    await hub.close();
    await drained;
    assert.equal(hadLast, true);
    for (const client of [before, late]) {
      await waitFor('a clean end', () => client.endedCleanly);
      assert.deepEqual(client.controls, [{ kind: 'end', reason: 'drain' }]);
    }
  },
);

test('a drain ends streams one after the other, and publishing goes on until the last has ended', async (t) => {
  const { hub, url } = await startHub(t);
  const clients = Array.from({ length: 60 }, () => new StreamClient(`${url}/stream?topic=a`));
  for (const client of clients) await client.connect();
  let last = '';
  let isDrained = false;
  // 100 a second is the slowest: 60 take 0.6 s.
  const drained = hub.drain({ windowMs: 10_000 }).then(() => {
    isDrained = true;
  });
  let published = 0;
  while (!isDrained) {
    const { status, answer } = await post(url, { topic: 'a', data: ++published });
    if (status !== 200) break;
    last = answer.ids[0];
  }
  await drained;
  for (const client of clients) {
    await waitFor('a clean end', () => client.endedCleanly);
    assert.deepEqual(client.controls, [{ kind: 'end', reason: 'drain' }]);
  }
  const heads = clients.map(({ lastEventId }) => Number(lastEventId.split('-')[1]));
  // Each got everything up to its end, in order, and they ended at different times.
  for (const [i, client] of clients.entries()) {
    assert.deepEqual(
      client.events.map(({ data }) => Number(data)),
      Array.from({ length: heads[i]! }, (_, n) => n + 1),
    );
  }
  assert.ok(new Set(heads).size > 10, `${new Set(heads).size} different positions`);
  assert.ok(Math.max(...heads) <= Number(last.split('-')[1]) + 1);
  await assert.rejects(hub.publish({ topic: 'a', data: 1 }), { code: 'ERR_HUB_CLOSED' });
});

test('drain refuses options that are not usable', async (t) => {
  const { hub, url } = await startHub(t);
  const misspelt = { window: 5 } as object;
  await assert.rejects(hub.drain(misspelt), /Unknown option `window` of drain\. Did you mean `windowMs`\?/);
  await assert.rejects(hub.drain({ delayMs: -1 }), /Expected `delayMs` to be an integer from 0/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200, 'and does not drain');
});
