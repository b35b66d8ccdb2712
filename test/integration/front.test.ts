// The front door: which requests take the fast lane, that everything else reaches node:http untouched, and that
// nobody can hold a connection open by saying little or nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Authorize, type Grant, openAccess } from '../../src/http/authorization.ts';
import { createHub } from '../../src/http/create-hub.ts';
import type { FrontOptions } from '../../src/http/front/front.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';
import { laneTest } from '../support/hub-server.ts';
import { rawClient, streamRequest } from '../support/raw-client.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

interface FrontRigOptions {
  readonly hub?: HubOptions;
  readonly server?: ServerOptions;
  readonly front?: FrontOptions;
  /** Told of the server behind before it is put behind. */
  readonly prepare?: (server: HttpServer) => void;
}

/** A hub behind a front; the server behind answers what no stream is with `app METHOD TARGET`. */
async function startFront(t: TestContext, options: FrontRigOptions = {}) {
  const hub = createHub({ authorize: openAccess, closeTimeoutMs: 1000, ...options.hub });
  const httpServer = createServer(options.server ?? {}, (req, res) => {
    if (/\/(stream|publish)\b/.test(req.url ?? '')) hub.handle(req, res);
    else res.end(`app ${req.method} ${req.url}`);
  });
  options.prepare?.(httpServer);
  const front = hub.front(httpServer, options.front);
  const accepted: Socket[] = [];
  front.on('connection', (socket) => accepted.push(socket));
  front.listen({ port: 0, host: '127.0.0.1' });
  await once(front, 'listening');
  t.after(async () => {
    await hub.close();
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
  });
  const { port } = front.address() as AddressInfo;
  return { hub, front, accepted, port, url: `http://127.0.0.1:${port}` };
}

test('a plain stream request takes the fast lane', async (t) => {
  const { hub, url } = await startFront(t);
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  assert.deepEqual(hub.stats().lanes, { fast: 1, http: 0, web: 0, inside: 0 });
  await hub.publish({ topic: 'a', data: '1' });
  await waitFor('the event', () => client.events.length === 1);
  client.cut('fin');
  await waitFor('the end', () => hub.stats().lanes.fast === 0);
});

const throughHttp: Readonly<Record<string, readonly string[]>> = {
  'HTTP/1.0': [streamRequest('a', '1.0')],
  'a head in two pieces': ['GET /stream?topic=a HT', 'TP/1.1\r\nHost: a\r\n\r\n'],
  'a head byte by byte': [...streamRequest('a')],
  'a whole URL': ['GET http://a/stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n'],
  'early bytes behind its head': [`${streamRequest('a')}GET`],
};

for (const [title, pieces] of Object.entries(throughHttp)) {
  test(`a stream request with ${title} is served over node:http, and gets the same`, async (t) => {
    const { hub, port, accepted } = await startFront(t);
    const client = await rawClient(t, port, pieces[0]!);
    let sentBytes = pieces[0]!.length;
    for (const piece of pieces.slice(1)) {
      // One after the other: the kernel would join what is sent at once.
      await waitFor('the piece to be read', () => accepted.at(-1)?.bytesRead === sentBytes);
      client.socket.write(piece);
      sentBytes += piece.length;
    }
    await waitFor('the stream', () => hub.stats().lanes.http === 1);
    await hub.publish({ topic: 'a', data: 'hello' });
    await waitFor('the event', () => client.text().includes('data: hello\n\n'));
  });
}

test('other requests reach the server behind untouched, also several on one connection', async (t) => {
  const { port } = await startFront(t);
  const client = await rawClient(t, port, 'GET /a HTTP/1.1\r\nHost: a\r\n\r\nPUT /b HTTP/1.1\r\nHost: a\r\n');
  await waitFor('the first answer', () => client.text().includes('app GET /a'));
  client.socket.write('Content-Length: 5\r\n\r\nhelloGET /c HTTP/1.1\r\nHost: a\r\n\r\n');
  await waitFor('the others', () => client.text().includes('app GET /c'));
  assert.ok(client.text().includes('app PUT /b'));
});

test('a stream request that comes second on a connection is served over node:http', async (t) => {
  const { hub, port } = await startFront(t);
  const client = await rawClient(t, port, 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  await waitFor('the first answer', () => client.text().includes('app GET /a'));
  client.socket.write(streamRequest('a'));
  await waitFor('the stream', () => hub.stats().lanes.http === 1);
});

test('a large body goes through the front whole', async (t) => {
  const { hub, url } = await startFront(t);
  const events = Array.from({ length: 1000 }, (_, i) => ({ topic: 'a', data: `${i} ${'x'.repeat(1000)}` }));
  const body = JSON.stringify(events);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/publish`, { method: 'POST', headers, body });
  assert.equal(response.status, 200);
  assert.match(hub.stats().head, /-1000$/);
});

test('an upgrade reaches the server behind, with what came after its head', async (t) => {
  const { port } = await startFront(t, {
    prepare: (server) =>
      server.on('upgrade', (_req, socket, head: Buffer) => socket.end(`switched ${head.toString()}`)),
  });
  const request = 'GET /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nearly';
  const client = await rawClient(t, port, request);
  await waitFor('the answer', () => client.text() === 'switched early');
  client.socket.destroy();
});

test('a connection that says nothing is closed after headersTimeout, one that speaks is not', async (t) => {
  const { hub, port } = await startFront(t, { server: { headersTimeout: 300, requestTimeout: 5000 } });
  const speaking = await rawClient(t, port, streamRequest('a'));
  const silent = await rawClient(t, port, '');
  const startedMs = performance.now();
  await waitFor('the close', () => silent.ended());
  assert.ok(performance.now() - startedMs >= 250, 'not before its time');
  assert.equal(silent.text(), '');
  assert.equal(hub.stats().streams, 1);
  assert.ok(!speaking.ended());
});

test('a server without time limits does not make the front impatient', async (t) => {
  const { hub, port } = await startFront(t, { server: { requestTimeout: 0, headersTimeout: 0 } });
  const client = await rawClient(t, port, '');
  const quick = await rawClient(t, port, streamRequest('a'));
  await waitFor('a stream that came later', () => quick.text().includes('\n\n'));
  assert.ok(!client.ended());
  client.socket.write(streamRequest('a'));
  await waitFor('both streams', () => hub.stats().streams === 2);
});

test('a head beyond the limit of the server behind is left to it', async (t) => {
  const { port } = await startFront(t, { server: { maxHeaderSize: 1024 } });
  const large = streamRequest('a').replace('\r\n\r\n', `\r\nCookie: ${'x'.repeat(2000)}\r\n\r\n`);
  const client = await rawClient(t, port, large);
  await waitFor('the refusal', () => client.text().startsWith('HTTP/1.1 431'));
});

test('a front that listens again enforces the limits of the server behind again', async (t) => {
  const server = { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 };
  const { front, port } = await startFront(t, { server });
  await new Promise((resolve) => front.close(resolve));
  front.listen({ port, host: '127.0.0.1' });
  await once(front, 'listening');
  const half = await rawClient(t, port, 'GET /stream?topic=a HTTP/1.1\r\nHo');
  await waitFor('the close', () => half.ended());
});

test('half a head is closed by the server behind, which enforces its limits although it never listens', async (t) => {
  const server = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  const { port } = await startFront(t, { server });
  const half = await rawClient(t, port, 'GET /stream?topic=a HTTP/1.1\r\nHo');
  const dribbling = await rawClient(t, port, 'GET /stream?topic=a HTTP/1.1\r\nX: ');
  const timer = setInterval(() => dribbling.socket.write('x'), 20);
  t.after(() => clearInterval(timer));
  const body = await rawClient(t, port, 'POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
  await waitFor('the closes', () => half.ended() && dribbling.ended() && body.ended());
});

test('a client that leaves before a byte is let go', async (t) => {
  const { front, port } = await startFront(t);
  const client = await rawClient(t, port, '');
  client.socket.end();
  await waitFor('the close', () => client.ended());
  const count = () =>
    new Promise<number>((resolve) => front.getConnections((_, connections) => resolve(connections)));
  await waitFor('no connection', async () => (await count()) === 0);
});

test('FIN from the client is answered with the last chunk and FIN', async (t) => {
  const { hub, port } = await startFront(t);
  const client = await rawClient(t, port, streamRequest('a'));
  await waitFor('the first bytes', () => client.text().includes('\n\n'));
  client.socket.end();
  await waitFor('the end', () => client.ended());
  assert.match(client.text(), /\r\n0\r\n\r\n$/);
  assert.ok(!client.text().includes('"end"'), 'who has left is told nothing more');
  await waitFor('the stream to be gone', () => hub.stats().streams === 0);
  assert.deepEqual(hub.stats().ended, { 'client-left': 1 });
});

test('FIN right behind the request still gets the first bytes', async (t) => {
  const { hub, port } = await startFront(t);
  const client = await rawClient(t, port, '');
  client.socket.end(streamRequest('a'));
  await waitFor('the end', () => client.ended());
  assert.match(client.text(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*id: [a-z0-9]+-0\n\n\r\n0\r\n\r\n$/);
  await waitFor('the stream to be gone', () => hub.stats().streams === 0);
});

test('a client that goes away while `authorize` thinks leaves nothing', async (t) => {
  let decide = () => {};
  const thinking = new Promise<void>((resolve) => {
    decide = resolve;
  });
  const { hub, front, port } = await startFront(t, {
    hub: { authorize: (request) => thinking.then(() => openAccess(request)) },
  });
  const left = await rawClient(t, port, streamRequest('a'));
  const reset = await rawClient(t, port, streamRequest('a'));
  const staying = await rawClient(t, port, streamRequest('a'));
  const count = () =>
    new Promise<number>((resolve) => front.getConnections((_, connections) => resolve(connections)));
  await waitFor('three connections', async () => (await count()) === 3);
  left.socket.end();
  reset.socket.resetAndDestroy();
  await waitFor('the reset', async () => (await count()) === 2);
  decide();
  await waitFor('one stream', () => hub.stats().streams === 1 && staying.text().includes('\n\n'));
  await waitFor('one connection', async () => (await count()) === 1);
});

test('closeAllConnections cuts what `authorize` still thinks about', async (t) => {
  const { hub, front, port } = await startFront(t, {
    hub: { authorize: () => new Promise<Grant>(() => {}) },
  });
  const client = await rawClient(t, port, streamRequest('a'));
  const accepted = () =>
    new Promise<number>((resolve) => front.getConnections((_, connections) => resolve(connections)));
  await waitFor('the connection', async () => (await accepted()) === 1);
  front.closeAllConnections();
  await waitFor('the cut', () => client.ended());
  assert.equal(hub.stats().opened, 0);
});

test('what a client sends after its request is dropped; when it never stops, it is cut off', async (t) => {
  const { hub, port } = await startFront(t);
  const chatty = await rawClient(t, port, streamRequest('a'));
  await waitFor('the stream', () => hub.stats().streams === 1);
  chatty.socket.write('x'.repeat(100_000));
  await hub.publish({ topic: 'a', data: '1' });
  await waitFor('the event', () => chatty.text().includes('data: 1\n\n'));
  const endless = () => void (chatty.socket.writable && chatty.socket.write('x'.repeat(65_536), endless));
  endless();
  await waitFor('the cut', () => chatty.ended() && hub.stats().streams === 0);
  assert.deepEqual(hub.stats().ended, { limit: 1 });
});

test('mounted deeper, both lanes serve the path and tell `authorize` the same', async (t) => {
  const paths: string[] = [];
  const authorize: Authorize = (request) => {
    paths.push(request.path);
    return openAccess(request);
  };
  const hub = createHub({ authorize });
  const app = createServer((req, res) => {
    // As a router does for what is mounted under a prefix.
    req.url = req.url!.replace('/live', '');
    hub.handle(req, res);
  });
  const front = hub.front(app, { path: '/live/stream' }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  t.after(async () => {
    await hub.close();
    front.close();
  });
  await rawClient(t, port, streamRequest('a').replace('/stream', '/live/stream'));
  await rawClient(t, port, streamRequest('a', '1.0').replace('/stream', '/live/stream'));
  await waitFor('both streams', () => hub.stats().streams === 2);
  assert.deepEqual(hub.stats().lanes, { fast: 1, http: 1, web: 0, inside: 0 });
  assert.deepEqual(paths, ['/stream', '/stream']);
});

test('a server that listens, an unknown option and a path that is none are refused', async (t) => {
  const { hub } = await startFront(t);
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  t.after(() => listening.close());
  assert.throws(() => hub.front(listening), /Expected a server that does not listen/);
  for (const other of [createTlsServer(), {}, undefined, 8080, () => {}]) {
    assert.throws(() => hub.front(other as never), /Expected a server of node:http/);
  }
  const behindOther = createServer();
  hub.front(behindOther);
  assert.throws(() => hub.front(behindOther), /Expected a server that has no front yet/);
  for (const path of ['//a', '/a/../b', '/./a', '/a/..']) {
    assert.throws(() => hub.front(createServer(), { path }), /Expected `path` to be a path/);
  }
  const given = { paths: '/stream' } as FrontOptions;
  assert.throws(() => hub.front(createServer(), given), /Unknown option `paths` of front.*`path`/);
  assert.throws(() => hub.front(createServer(), { path: 'stream' }), /Expected `path` to be a path/);
});

test('closing the front ends idle connections and those that said nothing', async (t) => {
  const { hub, front, port } = await startFront(t);
  const idle = await rawClient(t, port, 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
  const silent = await rawClient(t, port, '');
  const stream = await rawClient(t, port, streamRequest('a'));
  await waitFor('the answers', () => idle.text().includes('app') && hub.stats().streams === 1);
  const closed = new Promise((resolve) => front.close(resolve));
  await waitFor('the closes', () => idle.ended() && silent.ended());
  assert.ok(!stream.ended(), 'streams are the hub’s to end');
  await hub.close();
  await closed;
});

laneTest(
  'the head of a stream and of a refusal carry what the protocol says, on both lanes',
  async (t, startHub) => {
    const { url } = await startHub(t, { corsOrigins: ['https://app.example'] });
    const client = new StreamClient(`${url}/stream?topic=a`);
    const { headers } = await client.connect({ origin: 'https://app.example' });
    assert.equal(headers['content-type'], 'text/event-stream');
    assert.equal(headers['cache-control'], 'no-cache, no-transform');
    assert.equal(headers['x-accel-buffering'], 'no');
    assert.equal(headers['transfer-encoding'], 'chunked');
    assert.equal(headers['access-control-allow-origin'], 'https://app.example');
    assert.equal(headers.vary, 'Origin');
    assert.ok(Math.abs(Date.parse(headers.date!) - Date.now()) < 60_000);
    client.cut('fin');
    const refusal = await fetch(`${url}/stream`, { headers: { origin: 'https://app.example' } });
    assert.equal(refusal.status, 400);
    assert.equal(refusal.headers.get('content-type'), 'application/problem+json');
    assert.equal(refusal.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.equal(((await refusal.json()) as { code: string }).code, 'ERR_NO_TOPIC');
  },
);

laneTest('requests that are admitted in one moment do not overfill the hub', async (t, startHub) => {
  let decide = () => {};
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  const authorize: Authorize = (request) => decided.then(() => openAccess(request));
  const { hub, port } = await startHub(t, { maxStreams: 3, authorize });
  const clients = await Promise.all(Array.from({ length: 10 }, () => rawClient(t, port, streamRequest('a'))));
  decide();
  await waitFor('all answers', () => clients.every((client) => client.text() !== ''));
  assert.equal(hub.stats().streams, 3);
  const refused = clients.filter((client) => client.text().startsWith('HTTP/1.1 503'));
  assert.equal(refused.length, 7);
});

laneTest(
  'a request that is admitted while the hub closes is refused, and the close is complete',
  async (t, startHub) => {
    let decide = () => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const authorize: Authorize = (request) => decided.then(() => openAccess(request));
    const { hub, port } = await startHub(t, { authorize });
    const client = await rawClient(t, port, streamRequest('a'));
    const closed = hub.close();
    decide();
    await closed;
    await waitFor('the answer', () => client.text().startsWith('HTTP/1.1 503'));
    assert.equal(hub.stats().streams, 0);
  },
);

laneTest(
  'a stream with a whole request behind it is refused, and what comes behind later cuts it',
  async (t, startHub) => {
    const { hub, port } = await startHub(t);
    const behind = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n';
    const pipelined = await rawClient(t, port, streamRequest('a') + behind.repeat(100));
    await waitFor('the refusal', () => pipelined.ended());
    assert.match(pipelined.text(), /^HTTP\/1\.1 400 [\s\S]*ERR_PIPELINED_STREAM/);
    assert.equal(pipelined.text().match(/HTTP\/1\.1/g)!.length, 1);
    // A name with an underscore: not for the fast lane.
    const later = await rawClient(t, port, streamRequest('a').replace('1.1\r\n', '1.1\r\nX_Y: 1\r\n'));
    await waitFor('the stream', () => later.text().includes('\n\n'));
    assert.equal(hub.stats().lanes.http, 1);
    later.socket.write(behind);
    await waitFor('the cut', () => later.ended() && hub.stats().streams === 0);
    assert.deepEqual(hub.stats().ended, { limit: 1 });
  },
);
