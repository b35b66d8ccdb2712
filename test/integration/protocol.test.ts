// The protocol table of docs/protocol.md over HTTP: what is asked, what is answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { laneTest, post, startHub } from '../support/hub-server.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

async function problemOf(response: Response) {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  return (await response.json()) as {
    code: string;
    status: number;
    detail: string;
    help: string;
    title: string;
  };
}

laneTest(
  'one event, an array and NDJSON are published, and the answer is always a list of ids',
  async (t, startHub) => {
    const { url } = await startHub(t);
    const one = await post(url, { topic: 'a', data: 1 });
    assert.equal(one.status, 200);
    assert.match(one.answer.ids[0], /^[a-z0-9]{6,10}-1$/);
    const two = await post(url, [
      { topic: 'a', data: 1 },
      { topic: 'b', data: { x: [] }, type: 'tick', key: 'k' },
    ]);
    assert.deepEqual(
      two.answer.ids.map((id: string) => id.split('-')[1]),
      ['2', '3'],
    );
    const lines = await post(url, '\n{"topic":"a","data":""}\r\n\n{"topic":"a","data":null}', {
      'content-type': 'application/x-ndjson; charset=utf-8',
    });
    assert.deepEqual(
      lines.answer.ids.map((id: string) => id.split('-')[1]),
      ['4', '5'],
    );
    const none = await post(url, []);
    assert.deepEqual([none.status, none.answer], [200, { ids: [] }]);
  },
);

laneTest(
  'what is published arrives as the protocol says: strings as they are, other values as JSON',
  async (t, startHub) => {
    const { url } = await startHub(t);
    const client = new StreamClient(`${url}/stream?topic=a`);
    const head = await client.connect();
    assert.equal(head.headers['content-type'], 'text/event-stream');
    assert.equal(head.headers['cache-control'], 'no-cache, no-transform');
    assert.equal(head.headers['x-accel-buffering'], 'no');
    const data = [
      'text',
      '',
      ' led by a space',
      'a\nb\r\nc\rd',
      'id: 7\n\ndata: injected',
      { n: 1 },
      null,
      [1],
      'null',
    ];
    await post(
      url,
      data.map((value) => ({ topic: 'a', data: value, type: 'kind' })),
    );
    await waitFor('the events', () => client.events.length === data.length);
    assert.deepEqual(
      client.events.map((event) => event.data),
      [
        'text',
        '',
        ' led by a space',
        'a\nb\nc\nd',
        'id: 7\n\ndata: injected',
        '{"n":1}',
        'null',
        '[1]',
        'null',
      ],
    );
    assert.ok(client.events.every((event) => event.type === 'kind'));
    client.cut('fin');
  },
);

const badPublishes: readonly [title: string, body: unknown, status: number, code: string, says: RegExp][] = [
  ['malformed JSON', '{"topic"', 400, 'ERR_BAD_JSON', /not valid JSON/],
  ['an empty body', '', 400, 'ERR_BAD_JSON', /not valid JSON/],
  ['a number', 7, 400, 'ERR_BAD_EVENT', /7 \(number\)/],
  ['an unknown field', { topic: 'a', data: 1, topik: 'b' }, 400, 'ERR_BAD_EVENT', /Did you mean `topic`/],
  ['absent data', { topic: 'a' }, 400, 'ERR_BAD_EVENT', /no data/],
  ['an absent topic', { data: 1 }, 400, 'ERR_BAD_EVENT', /undefined/],
  ['an empty topic', { topic: '', data: 1 }, 400, 'ERR_BAD_TOPIC', /empty/],
  ['an empty segment', { topic: 'a//b', data: 1 }, 400, 'ERR_BAD_TOPIC', /empty segment/],
  ['a control character in a topic', { topic: 'a\nb', data: 1 }, 400, 'ERR_BAD_TOPIC', /control character/],
  ['a long topic', { topic: 'é'.repeat(129), data: 1 }, 400, 'ERR_BAD_TOPIC', /256 bytes/],
  ['a wildcard topic', { topic: 'a/*', data: 1 }, 400, 'ERR_BAD_TOPIC', /wildcard/],
  ['a reserved topic', { topic: '$canary', data: 1 }, 400, 'ERR_BAD_TOPIC', /reserved/],
  ['a type with a line end', { topic: 'a', data: 1, type: 'x\ndata: y' }, 400, 'ERR_BAD_EVENT', /type/],
  ['the reserved type', { topic: 'a', data: 1, type: 'holdfast' }, 400, 'ERR_BAD_EVENT', /hub's own/],
  ['half a surrogate pair', '{"topic":"a","data":"\\ud800"}', 400, 'ERR_BAD_EVENT', /surrogate/],
  ['a large event', { topic: 'a', data: 'x'.repeat(101) }, 413, 'ERR_EVENT_TOO_LARGE', /maxEventBytes/],
  ['a large batch', Array(6).fill({ topic: 'a', data: 1 }), 413, 'ERR_BATCH_TOO_LARGE', /maxBatchEvents/],
  ['a large body', ' '.repeat(20_001), 413, 'ERR_BODY_TOO_LARGE', /maxBodyBytes/],
];

for (const [title, body, status, code, says] of badPublishes) {
  test(`publishing ${title} is answered ${status} ${code}, and nothing is published`, async (t) => {
    const { hub, url } = await startHub(t, { maxEventBytes: 100, maxBatchEvents: 5, maxBodyBytes: 20_000 });
    const refused = await post(url, body);
    assert.equal(refused.status, status);
    assert.equal(refused.answer.code, code);
    assert.match(refused.answer.detail, says);
    assert.ok(refused.answer.help.length > 10);
    assert.match(hub.stats().head, /-0$/);
  });
}

laneTest('a batch is all or nothing', async (t, startHub) => {
  const { hub, url } = await startHub(t);
  const { status, answer } = await post(url, [{ topic: 'a', data: 1 }, { topic: 'a' }]);
  assert.equal(status, 400);
  assert.match(answer.detail, /Event 2/);
  assert.match(hub.stats().head, /-0$/);
});

laneTest('an event over the limit is refused before its body is read', async (t, startHub) => {
  const { url } = await startHub(t);
  let sentBytes = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = new Uint8Array(65_536).fill(0x78);
      if (sentBytes === 0) chunk.set(Buffer.from('{"topic":"a","data":"'));
      sentBytes += chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
  const response = await fetch(`${url}/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: endless,
    duplex: 'half',
  } as RequestInit);
  assert.equal(response.status, 413);
  assert.equal((await problemOf(response)).code, 'ERR_EVENT_TOO_LARGE');
  assert.ok(sentBytes < 8 * 1024 * 1024, `${sentBytes} bytes were taken`);
});

laneTest(
  'a wrong content type is 415, a wrong method 405 with Allow, an unknown route 404',
  async (t, startHub) => {
    const { url } = await startHub(t);
    const typed = await fetch(`${url}/publish`, { method: 'POST', body: 'topic=a' });
    assert.equal(typed.status, 415);
    assert.equal(typed.headers.get('accept-post'), 'application/json, application/x-ndjson');
    assert.equal((await problemOf(typed)).code, 'ERR_BAD_CONTENT_TYPE');
    const method = await fetch(`${url}/publish`);
    assert.deepEqual([method.status, method.headers.get('allow')], [405, 'POST, OPTIONS']);
    assert.equal((await problemOf(method)).code, 'ERR_METHOD_NOT_ALLOWED');
    const route = await fetch(`${url}/streams`);
    assert.equal(route.status, 404);
    assert.equal((await problemOf(route)).code, 'ERR_NOT_FOUND');
  },
);

const badStreams: readonly [query: string, code: string, says: RegExp][] = [
  ['', 'ERR_NO_TOPIC', /names no topic/],
  ['?topics=a', 'ERR_NO_TOPIC', /names no topic/],
  ['?topic=', 'ERR_BAD_PATTERN', /empty/],
  ['?topic=a/**/b', 'ERR_BAD_PATTERN', /last segment/],
  ['?topic=a%00', 'ERR_BAD_PATTERN', /control character/],
  ['?topic=a&from=earlist', 'ERR_BAD_QUERY', /Did you mean `earliest`/],
  [`?${'topic=a&'.repeat(4)}`, 'ERR_TOO_MANY_TOPICS', /maxTopics/],
];

for (const [query, code, says] of badStreams) {
  laneTest(`GET /stream${query} is answered 400 ${code}`, async (t, startHub) => {
    const { url } = await startHub(t, { maxTopics: 3 });
    const response = await fetch(`${url}/stream${query}`);
    assert.equal(response.status, 400);
    const problem = await problemOf(response);
    assert.equal(problem.code, code);
    assert.match(problem.detail, says);
  });
}

laneTest(
  'a stream too many is 503 with a jittered Retry-After, and the next is taken when one has left',
  async (t, startHub) => {
    const { hub, url } = await startHub(t, { maxStreams: 2 });
    const clients = [1, 2].map(() => new StreamClient(`${url}/stream?topic=a`));
    for (const client of clients) await client.connect();
    const waits = new Set<string>();
    for (let i = 0; i < 30; i++) {
      const refused = await fetch(`${url}/stream?topic=a`);
      assert.equal(refused.status, 503);
      assert.equal((await problemOf(refused)).code, 'ERR_HUB_FULL');
      waits.add(refused.headers.get('retry-after')!);
    }
    assert.ok(waits.size > 1, `always ${[...waits]}`);
    clients[0]!.cut('fin');
    await waitFor('the place to be free', () => hub.stats().streams === 1);
    assert.equal((await clients[0]!.connect()).statusCode, 200);
  },
);

laneTest('a key makes a repeat answer the first id, and another content 409', async (t, startHub) => {
  const { url } = await startHub(t);
  const event = { topic: 'a', data: { n: 1 }, key: 'order-7' };
  const first = await post(url, event);
  const again = await post(url, [event, { ...event, key: 'order-8' }, { ...event, key: 'order-8' }]);
  assert.equal(again.answer.ids[0], first.answer.ids[0]);
  assert.equal(again.answer.ids[1], again.answer.ids[2]);
  const other = await post(url, { ...event, data: { n: 2 } });
  assert.equal(other.status, 409);
  assert.equal(other.answer.code, 'ERR_KEY_CONFLICT');
  assert.match(other.answer.detail, new RegExp(first.answer.ids[0]));
});

laneTest(
  'an ended topic refuses events, ends its streams once they have all, and answers 204 then',
  async (t, startHub) => {
    const { hub, url } = await startHub(t);
    await hub.publish([1, 2, 3].map((n) => ({ topic: 'answers/7', data: `part ${n}` })));
    const late = new StreamClient(`${url}/stream?topic=answers/7&from=earliest`);
    const live = new StreamClient(`${url}/stream?topic=answers/7`);
    const wide = new StreamClient(`${url}/stream?topic=answers/*`);
    for (const client of [late, live, wide]) await client.connect();
    const endId = await hub.end('answers/7');
    assert.equal(await hub.end('answers/7'), endId, 'ending again answers the same');
    for (const client of [late, live]) {
      await waitFor('the end of the stream', () => client.endedCleanly);
      assert.deepEqual(client.controls, [
        { kind: 'end', reason: 'ended', topic: 'answers/7' },
        { kind: 'end', reason: 'ended' },
      ]);
      assert.equal(client.lastEventId, endId);
    }
    assert.deepEqual(
      late.events.map((event) => event.data),
      ['part 1', 'part 2', 'part 3'],
    );
    await waitFor('the end on the pattern', () => wide.controls.length === 1);
    assert.ok(wide.isConnected, 'a pattern may still match what comes');
    assert.equal((await live.connect()).statusCode, 204);
    assert.equal((await new StreamClient(`${url}/stream?topic=answers/7`).connect()).statusCode, 204);
    const back = new StreamClient(`${url}/stream?topic=answers/7&lastEventId=${late.events[0]!.id}`);
    assert.equal((await back.connect()).statusCode, 200);
    await waitFor('the rest', () => back.endedCleanly);
    assert.deepEqual(
      back.events.map((event) => event.data),
      ['part 2', 'part 3'],
    );
    const refused = await post(url, { topic: 'answers/7', data: 'more' });
    assert.deepEqual([refused.status, refused.answer.code], [409, 'ERR_TOPIC_ENDED']);
    wide.cut('fin');
  },
);

laneTest('OPTIONS is answered, and CORS headers are for allowed origins only', async (t, startHub) => {
  const { url } = await startHub(t, { corsOrigins: ['https://app.example'] });
  const preflight = (origin: string) =>
    fetch(`${url}/stream?topic=a`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'last-event-id',
      },
    });
  const allowed = await preflight('https://app.example');
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers.get('allow'), 'GET, HEAD, OPTIONS');
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.match(allowed.headers.get('access-control-allow-headers')!, /Last-Event-ID/);
  assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
  const other = await preflight('https://evil.example');
  assert.equal(other.headers.get('access-control-allow-origin'), null);
  assert.match(other.headers.get('vary')!, /Origin/i);
});

laneTest('with * any origin may read, without credentials', async (t, startHub) => {
  const { url } = await startHub(t, { corsOrigins: ['*'] });
  const response = await fetch(`${url}/healthz`, { headers: { origin: 'https://any.example' } });
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.equal(response.headers.get('access-control-allow-credentials'), null);
});
