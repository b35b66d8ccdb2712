// The client against servers that do what a script says, and against the hub.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { type Follower, type FollowItem, type FollowOptions, follow } from '../../src/client/index.ts';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub } from '../../src/http/create-hub.ts';
import { startHub } from '../support/hub-server.ts';
import { ScriptedServer, type ServerScript } from '../support/scripted-server.ts';
import type { StreamScript } from '../support/scripted-stream.ts';
import { waitFor, within } from '../support/wait-for.ts';

const fast = { minRetryMs: 1, maxRetryMs: 20 } satisfies FollowOptions;

/** Follows on and on until the last item, and keeps all of them. */
function collect(t: TestContext, follower: Follower) {
  const items: FollowItem[] = [];
  const done = (async () => {
    for await (const item of follower) items.push(item);
  })();
  t.after(() => follower.close());
  const kinds = () => items.map((item) => item.kind);
  const events = () => items.flatMap((item) => (item.kind === 'event' ? [item] : []));
  return { items, kinds, events, done: (limitMs?: number) => within('the last item', done, limitMs) };
}

/** A scripted server whose first look has been taken. */
async function startScripted(t: TestContext, script: ServerScript): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(t, script);
  const response = await fetch(`${server.url}/probe`);
  await response.body?.cancel();
  return server;
}

async function publish(server: ScriptedServer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await fetch(`${server.url}/a`, { method: 'POST', body: `event ${i}` });
  }
}

const streamScript: fc.Arbitrary<StreamScript> = fc.record({
  retryMs: fc.constant(1),
  lineEnd: fc.constantFrom('\n', '\r', '\r\n'),
  byByte: fc.boolean(),
  heartbeat: fc.constantFrom('comment', 'cursor'),
  answer: fc.option(
    fc.constantFrom(
      'close' as const,
      { status: 503, type: 'text/html', body: '<h1>busy</h1>' },
      { status: 429, type: 'application/problem+json', body: '{"detail":"too often"}' },
    ),
    { nil: undefined, freq: 5 },
  ),
  end: fc.record({
    afterEvents: fc.integer({ min: 1, max: 6 }),
    by: fc.constantFrom('complete', 'truncate', 'reset'),
  }),
}) as fc.Arbitrary<StreamScript>;

test('whatever cuts it off, every event is handed out once and in order', async (t) => {
  const scripts = fc.array(streamScript, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(scripts, async (lives) => {
      const server = await startScripted(t, {
        honoursLastEventId: true,
        stream: (connection) => lives[connection] ?? { retryMs: 1 },
      });
      const follower = follow(`${server.url}/a`, { ...fast, lastEventId: '0' });
      const seen = collect(t, follower);
      await publish(server, 15);
      await waitFor(`all events, after ${seen.kinds().join(' ')}`, () => follower.lastEventId === '15');
      assert.deepEqual(
        seen.events().map(({ id, data }) => `${id} ${data}`),
        Array.from({ length: 15 }, (_, i) => `${i + 1} event ${i}`),
      );
      follower.close();
      await seen.done();
    }),
    { numRuns: 25 },
  );
});

test('each connection asks for what comes after the last item that was handed out', async (t) => {
  const server = await startScripted(t, {
    honoursLastEventId: true,
    stream: (connection) => (connection === 0 ? { end: { afterEvents: 2, by: 'reset' } } : {}),
  });
  const seen = collect(t, follow(`${server.url}/a`, { ...fast, lastEventId: '0' }));
  await waitFor('the stream', () => server.openStreams === 1);
  await publish(server, 3);
  await waitFor('all events', () => seen.events().length === 3);
  assert.deepEqual(
    server.streamRequests.map(({ headers }) => headers['last-event-id']),
    ['0', '2'],
  );
  assert.equal(server.streamRequests[0]!.headers.accept, 'text/event-stream');
});

test('204 is the end: nothing is asked again', async (t) => {
  const server = await startScripted(t, { stream: () => ({ answer: { status: 204, type: 'text/plain' } }) });
  const seen = collect(t, follow(server.url, fast));
  await seen.done();
  assert.deepEqual(seen.items, [
    { kind: 'closed', reason: 'complete', status: 204, detail: 'There is nothing more to come' },
  ]);
  assert.equal(server.streams.length, 1);
});

test('an answer that coming back will not change closes, and says why', async (t) => {
  const problem = { type: 'application/problem+json', body: '{"detail":"The token is unknown"}' };
  const cases: [StreamScript['answer'], RegExp][] = [
    [{ status: 401, ...problem }, /^401: The token is unknown$/],
    [{ status: 404, type: 'text/html', body: '<h1>404</h1>' }, /^404$/],
    [{ status: 200, type: 'text/html', body: '<h1>Log in</h1>' }, /type text\/html, not text\/event-stream/],
    [{ status: 501, type: 'text/plain' }, /^501$/],
  ];
  const server = await startScripted(t, { stream: (connection) => ({ answer: cases[connection]![0]! }) });
  for (const [, detail] of cases) {
    const seen = collect(t, follow(server.url, fast));
    await seen.done();
    const [last] = seen.items;
    assert.ok(last?.kind === 'closed' && last.reason === 'refused');
    assert.match(last.detail, detail);
  }
});

test('a server that is busy is asked again, not before Retry-After', async (t) => {
  let asked = 0;
  const busy = async () =>
    asked++ === 0
      ? new Response('{"detail":"full"}', { status: 503, headers: { 'retry-after': '5' } })
      : new Response(null, { status: 204 });
  const seen = collect(t, follow('http://hub.example/', { ...fast, maxRetryMs: 50, fetch: busy }));
  await seen.done();
  assert.deepEqual(seen.items[0], { kind: 'lost', reason: 'status', detail: '503: full', delayMs: 50 });
  assert.deepEqual(seen.kinds(), ['lost', 'closed']);
});

test('a server that is gone is asked again until it is there', async (t) => {
  const { url, hub } = await startHub(t);
  let isThere = false;
  const reach = (request: Request) =>
    isThere ? fetch(request) : fetch(request.url.replace(/:\d+/, ':9'), { signal: request.signal });
  const seen = collect(t, follow(`${url}/stream?topic=a`, { ...fast, fetch: reach }));
  await waitFor('two failures', () => seen.items.length >= 2);
  assert.ok(seen.items.every((item) => item.kind === 'lost' && item.reason === 'unreachable'));
  isThere = true;
  await waitFor('the stream', () => seen.kinds().includes('open'));
  await hub.publish({ topic: 'a', data: 'here' });
  await waitFor('the event', () => seen.events()[0]?.data === 'here');
});

test('it gives up after maxFailures, and says what the last one was', async (t) => {
  const unreachable = async () => {
    throw new TypeError('fetch failed', { cause: new Error('no route') });
  };
  const seen = collect(t, follow('http://hub.example/', { ...fast, maxFailures: 3, fetch: unreachable }));
  await seen.done();
  assert.deepEqual(seen.kinds(), ['lost', 'lost', 'closed']);
  assert.deepEqual(seen.items[2], {
    kind: 'closed',
    reason: 'gave-up',
    status: undefined,
    detail: 'no route',
  });
});

test('a stream that is silent for too long is lost, and heartbeats keep it', async (t) => {
  const { url, hub } = await startHub(t, { heartbeatMs: 40 });
  const kept = collect(t, follow(`${url}/stream?topic=a`, { ...fast, silenceTimeoutMs: 300 }));
  const server = await startScripted(t, {});
  const lost = collect(t, follow(server.url, { ...fast, silenceTimeoutMs: 50 }));
  await waitFor('the loss', () => lost.kinds().filter((kind) => kind === 'open').length === 10);
  const item = lost.items[1];
  assert.ok(item?.kind === 'lost' && item.reason === 'silent');
  assert.match(item.detail, /Nothing came for 50 ms/);
  await waitFor('what it left', () => server.openStreams === 1);
  await hub.publish({ topic: 'a', data: '1' });
  await waitFor('the event', () => kept.events().length === 1);
  assert.deepEqual(kept.kinds(), ['open', 'event']);
});

test('a consumer that is slow keeps its stream, and nothing more is read for it', async (t) => {
  let pulls = 0;
  const body = () =>
    new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulls++;
          controller.enqueue(new TextEncoder().encode(`id: ${pulls}\ndata: ${'x'.repeat(1000)}\n\n`));
        },
      },
      { highWaterMark: 0 },
    );
  const fetch = async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } });
  const follower = follow('http://hub.example/', { fetch, silenceTimeoutMs: 20 });
  const items = follower[Symbol.asyncIterator]();
  t.after(() => follower.close());
  for (const kind of ['open', 'event', 'event']) {
    assert.equal((await items.next()).value?.kind, kind);
  }
  // Longer than the silence that would lose it: the clock must not run while nobody reads.
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(pulls, 2);
  const next = await items.next();
  assert.equal(next.value?.kind === 'event' && next.value.id, '3');
});

test('a large chunk is taken apart slice by slice', async (t) => {
  const chunk = new TextEncoder().encode('data: x\n\n'.repeat(100_000));
  const body = () => new ReadableStream({ start: (controller) => controller.enqueue(chunk) });
  const fetch = async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } });
  const follower = follow('http://hub.example/', { fetch });
  const seen = collect(t, follower);
  await waitFor('all events', () => seen.events().length === 100_000, 30_000);
});

test('control events are values; an ended topic leads to the last item', async (t) => {
  const { url, hub } = await startHub(t);
  const [first] = await hub.publish([
    { topic: 'answers/1', data: '1' },
    { topic: 'answers/1', data: '2' },
  ]);
  const seen = collect(t, follow(`${url}/stream?topic=answers/1`, { ...fast, lastEventId: first }));
  await waitFor('the rest', () => seen.events().length === 1);
  await hub.end('answers/1');
  await seen.done();
  assert.deepEqual(seen.kinds(), ['open', 'resumed', 'event', 'end', 'end', 'lost', 'closed']);
  const { head } = hub.stats();
  assert.deepEqual(seen.items[3], { kind: 'end', reason: 'ended', topic: 'answers/1', id: head });
  const last = seen.items.at(-1);
  assert.ok(last?.kind === 'closed' && last.reason === 'complete');
});

test('a hub that has forgotten says gap, and the stream goes on', async (t) => {
  const { url, hub } = await startHub(t);
  await hub.publish({ topic: 'a', data: 'kept' });
  const seen = collect(t, follow(`${url}/stream?topic=a`, { ...fast, lastEventId: 'otherlog-7' }));
  await waitFor('the event', () => seen.events().length === 1);
  const gap = seen.items.find((item) => item.kind === 'gap');
  assert.equal(gap?.reason, 'epoch');
  assert.equal(gap.from, 'otherlog-7');
});

test('events of the type holdfast that are no control events are events', async (t) => {
  const text = 'event: holdfast\ndata: {"kind":"other"}\n\nevent: holdfast\ndata: no json\n\n';
  const fetch = async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  const seen = collect(t, follow('http://hub.example/', { ...fast, fetch, maxFailures: 1 }));
  await seen.done();
  assert.deepEqual(
    seen.events().map(({ type, data }) => [type, data]),
    [
      ['holdfast', '{"kind":"other"}'],
      ['holdfast', 'no json'],
    ],
  );
});

test('an event that is too large is left out, and said so', async (t) => {
  const text = `id: 1\ndata: ${'x'.repeat(500)}\n\nid: 2\ndata: small\n\n`;
  const fetch = async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  const follower = follow('http://hub.example/', { ...fast, fetch, maxEventBytes: 100, maxFailures: 1 });
  const seen = collect(t, follower);
  await seen.done();
  assert.deepEqual(seen.items[1], { kind: 'skipped', reason: 'event-too-large', limitBytes: 100 });
  assert.deepEqual(seen.kinds(), ['open', 'skipped', 'event', 'closed']);
});

test('close and the signal end every wait at once', async (t) => {
  const never = () => new Promise<Response>(() => {});
  const silent = async () =>
    new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } });
  const failing = async () => {
    throw new TypeError('fetch failed');
  };
  const long = { minRetryMs: 60_000, maxRetryMs: 60_000 };
  const waits: [string, FollowOptions, string[]][] = [
    ['for an answer', { fetch: never }, ['closed']],
    ['for headers', { headers: () => new Promise(() => {}) }, ['closed']],
    ['for bytes', { fetch: silent }, ['open', 'closed']],
    ['for the next attempt', { fetch: failing, ...long }, ['lost', 'closed']],
  ];
  for (const [what, options, kinds] of waits) {
    const abort = new AbortController();
    const follower = follow('http://hub.example/', { ...options, signal: abort.signal });
    const seen = collect(t, follower);
    await waitFor(`to wait ${what}`, () => seen.items.length === kinds.length - 1);
    // One more turn, so that it waits.
    await new Promise((resolve) => setImmediate(resolve));
    if (what === 'for bytes') follower.close();
    else abort.abort();
    await seen.done(1000);
    assert.deepEqual(seen.kinds(), kinds, what);
    const last = seen.items.at(-1);
    assert.ok(last?.kind === 'closed' && last.reason === 'aborted');
  }
});

test('a signal that is aborted already asks for nothing', async (t) => {
  const fetch = () => assert.fail('asked');
  const seen = collect(t, follow('http://hub.example/', { fetch, signal: AbortSignal.abort() }));
  await seen.done();
  assert.deepEqual(seen.kinds(), ['closed']);
});

test('an answer that never comes is late', async (t) => {
  const fetch = () => new Promise<Response>(() => {});
  const follower = follow('http://hub.example/', { ...fast, fetch, connectTimeoutMs: 20, maxFailures: 2 });
  const seen = collect(t, follower);
  await seen.done();
  const [first] = seen.items;
  assert.ok(first?.kind === 'lost' && first.reason === 'late');
});

test('who stops iterating leaves the server', async (t) => {
  const { url, hub } = await startHub(t);
  for await (const item of follow(`${url}/stream?topic=a`)) {
    if (item.kind === 'open') break;
  }
  await waitFor('the server to see it', () => hub.stats().streams === 0 && hub.stats().opened === 1);
});

test('headers are asked for before each connection, and a failure of theirs is not the end', async (t) => {
  const server = await startScripted(t, { stream: () => ({ answer: 'close' }) });
  let asked = 0;
  const headers = async () => {
    asked++;
    if (asked === 2) throw new Error('the token service is down');
    return { authorization: `Bearer ${asked}` };
  };
  const seen = collect(t, follow(server.url, { ...fast, headers }));
  await waitFor('three connections', () => server.streamRequests.length >= 3);
  assert.deepEqual(
    server.streamRequests.slice(0, 3).map(({ headers }) => headers.authorization),
    ['Bearer 1', 'Bearer 3', 'Bearer 4'],
  );
  const failed = seen.items.find((item) => item.kind === 'lost' && item.reason === 'headers');
  assert.equal(failed?.kind === 'lost' && failed.detail, 'the token service is down');
});

test('an id goes back as the bytes that it came as', async (t) => {
  const ids: (string | null)[] = [];
  const fetch = async (request: Request) => {
    ids.push(request.headers.get('last-event-id'));
    return new Response('id: größe/1\ndata: x\n\n', { headers: { 'content-type': 'text/event-stream' } });
  };
  const follower = follow('http://hub.example/', { ...fast, fetch, maxFailures: 5 });
  const seen = collect(t, follower);
  await waitFor('a second connection', () => ids.length >= 2);
  follower.close();
  await seen.done();
  assert.equal(Buffer.from(ids[1]!, 'latin1').toString('utf8'), 'größe/1');
});

test('a server that ends each stream at once is asked less and less often', async (t) => {
  t.mock.method(Math, 'random', () => 1 - 2 ** -53);
  const fetch = async () => new Response(': hi\n\n', { headers: { 'content-type': 'text/event-stream' } });
  const follower = follow('http://hub.example/', { fetch, retryMs: 20, minRetryMs: 1, maxFailures: 5 });
  const seen = collect(t, follower);
  await seen.done();
  const delays = seen.items.flatMap((item) => (item.kind === 'lost' ? [item.delayMs] : []));
  assert.deepEqual(delays, [20, 40, 80, 160]);
});

test('what the server says with retry counts, within the bounds', async (t) => {
  t.mock.method(Math, 'random', () => 1 - 2 ** -53);
  const retries = ['3', '999999999', '0'];
  const fetch = async () =>
    new Response(`retry: ${retries.shift()}\ndata: x\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    });
  const follower = follow('http://hub.example/', { fetch, minRetryMs: 2, maxRetryMs: 9 });
  const seen = collect(t, follower);
  await waitFor('three losses', () => seen.items.filter((item) => item.kind === 'lost').length >= 3);
  const delays = seen.items.flatMap((item) => (item.kind === 'lost' ? [item.delayMs] : []));
  assert.deepEqual(delays.slice(0, 3), [3, 9, 2]);
});

test('hub.fetch fits: no socket is needed', async (t) => {
  const hub = createHub({ authorize: openAccess });
  t.after(() => hub.close());
  const seen = collect(t, follow('http://in.process/stream?topic=a', { ...fast, fetch: hub.fetch }));
  await waitFor('the stream', () => hub.stats().lanes.web === 1);
  await hub.publish({ topic: 'a', data: 'x' });
  await waitFor('the event', () => seen.events().length === 1);
});

test('mistakes throw at the call', () => {
  assert.throws(() => follow('/stream'), /Expected `url` to be one that can be asked, got "\/stream"/);
  const url = 'http://hub.example/';
  assert.throws(() => follow(url, { retry: 5 } as never), /Unknown option `retry` of follow/);
  assert.throws(() => follow(url, { headers: { 'bad name': 'x' } }), /Expected `headers`/);
  assert.throws(() => follow(url, { minRetryMs: 50, maxRetryMs: 10 }), /`minRetryMs` to be at most/);
  assert.throws(() => follow(url, { lastEventId: 'a\nb' }), /Expected `lastEventId`/);
  const follower = follow(url, { signal: AbortSignal.abort() });
  follower[Symbol.asyncIterator]();
  assert.throws(() => follower[Symbol.asyncIterator](), /iterated once/);
});
