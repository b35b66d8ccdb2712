// openStream: one response of the application's own.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openStream } from '../../src/http/open-stream.ts';
import type { EventStream, StreamOptions } from '../../src/http/own-stream.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

/** A server that opens a stream for its first request, and a client that has it. */
async function openPair(t: TestContext, options?: StreamOptions, path = '/') {
  let stream: EventStream | undefined;
  const url = await serve(t, (req, res) => {
    stream ??= openStream(req, res, options);
  });
  const client = new StreamClient(url + path);
  await client.connect();
  t.after(() => client.cut('fin'));
  return { stream: stream!, client };
}

async function serve(
  t: TestContext,
  handler: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('what is sent arrives, with id, type and data', async (t) => {
  const { stream, client } = await openPair(t);
  assert.equal(stream.send({ id: '1', type: 'progress', data: { percent: 10 } }), true);
  assert.equal(stream.send({ data: 'two\nlines' }), true);
  assert.equal(stream.comment('unseen'), true);
  assert.equal(stream.retry(2500), true);
  await waitFor('the events', () => client.events.length === 2);
  assert.deepEqual(client.events, [
    { id: '1', type: 'progress', data: '{"percent":10}' },
    { id: '1', type: 'message', data: 'two\nlines' },
  ]);
  assert.match(client.text, /: unseen\n\nretry: 2500\n\n/);
});

test('lastEventId is what the client resumes from', async (t) => {
  let seen: string | undefined;
  const url = await serve(t, (req, res) => {
    const stream = openStream(req, res);
    seen = stream.lastEventId;
    stream.send({ id: '41', data: 'x' });
    stream.end();
  });
  const client = new StreamClient(url);
  await client.connect();
  assert.equal(seen, '');
  await waitFor('the end', () => client.endedCleanly);
  await client.connect();
  assert.equal(seen, '41');
});

test('end is clean, aborts the signal with the reason, and later sends are refused with it', async (t) => {
  const { stream, client } = await openPair(t);
  const { signal } = stream;
  stream.send({ data: 'last' });
  stream.end('aged');
  assert.deepEqual([signal.aborted, signal.reason, stream.endReason], [true, 'aged', 'aged']);
  assert.equal(stream.send({ data: 'late' }), false);
  stream.end('drain');
  assert.equal(stream.endReason, 'aged', 'the first reason stays');
  await waitFor('the end', () => client.endedCleanly);
  assert.deepEqual(
    client.events.map((event) => event.data),
    ['last'],
  );
});

for (const [kind, reason] of [
  ['fin', 'client-left'],
  ['reset', 'client-reset'],
] as const) {
  test(`a client that leaves by ${kind} aborts the signal with ${reason}`, async (t) => {
    const { stream, client } = await openPair(t);
    const aborted = once(stream.signal, 'abort');
    client.cut(kind);
    await aborted;
    // A client that aborts with bytes unread resets; there is nothing unread here, so FIN stays FIN.
    assert.equal(stream.signal.reason, reason);
    assert.equal(stream.send({ data: 1 }), false);
  });
}

test('heartbeats come at the pace that is set', async (t) => {
  const { stream, client } = await openPair(t, { heartbeatMs: 60_000 });
  stream.setHeartbeat(250);
  await waitFor('three heartbeats', () => client.text.split(': \n\n').length > 3);
  assert.throws(() => stream.setHeartbeat(0), RangeError);
});

test('send says false when the client does not keep up, and drained resolves when it does again', async (t) => {
  const { stream, client } = await openPair(t);
  client.pause();
  let sent = 0;
  while (stream.send({ data: 'x'.repeat(32_768) })) sent++;
  sent++;
  assert.equal(stream.endReason, undefined);
  client.resume();
  await stream.drained();
  assert.equal(stream.send({ data: 'again' }), true);
  await waitFor('all of them', () => client.events.length === sent + 1);
});

test('a client that never reads costs at most maxHeldBytes, then the stream ends with `limit`', async (t) => {
  const { stream, client } = await openPair(t, { maxHeldBytes: 262_144 });
  client.pause();
  for (let i = 0; i < 10_000 && stream.endReason === undefined; i++)
    stream.send({ data: 'x'.repeat(32_768) });
  assert.equal(stream.endReason, 'limit');
  await stream.drained();
});

test('what would change other fields is a TypeError at the call', async (t) => {
  const { stream } = await openPair(t);
  assert.throws(() => stream.send({ id: 'a\nb', data: 1 }), TypeError);
  assert.throws(() => stream.send({ type: 'a\rb', data: 1 }), TypeError);
  assert.throws(() => stream.send({ data: undefined }), TypeError);
  assert.throws(() => stream.retry(-1), RangeError);
  assert.equal(stream.endReason, undefined);
});

test('a response that has begun is refused with ERR_HEAD_SENT', async (t) => {
  let thrown: unknown;
  const url = await serve(t, (req, res) => {
    res.write('begun');
    try {
      openStream(req, res);
    } catch (error) {
      thrown = error;
    }
    res.end();
  });
  await (await fetch(url)).text();
  assert.equal((thrown as { code: string }).code, 'ERR_HEAD_SENT');
});

test('a client that left before the handler ran gets a stream that has ended', async (t) => {
  let stream: EventStream | undefined;
  let isAsked = false;
  const url = await serve(t, (req, res) => {
    isAsked = true;
    res.once('close', () => {
      stream = openStream(req, res);
    });
  });
  const client = new StreamClient(url);
  client.connect().catch(() => {});
  await waitFor('the request', () => isAsked);
  client.cut('reset');
  await waitFor('the stream', () => stream !== undefined);
  assert.equal(stream!.endReason, 'client-left');
  assert.equal(stream!.signal.aborted, true);
  assert.equal(stream!.send({ data: 1 }), false);
});

test('an unknown option names the nearest known one', async (t) => {
  let thrown: unknown;
  const url = await serve(t, (req, res) => {
    try {
      openStream(req, res, { heartBeat: 5 } as StreamOptions);
    } catch (error) {
      thrown = error;
    }
    res.end();
  });
  await (await fetch(url)).text();
  assert.match(
    String(thrown),
    /TypeError: Unknown option `heartBeat` of openStream\. Did you mean `heartbeatMs`\?/,
  );
});
