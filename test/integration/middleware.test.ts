// What other people's middleware does to requests before the hub gets them, and what the hub makes of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createGunzip, createGzip, constants as zlib } from 'node:zlib';
import { serve } from '@hono/node-server';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub } from '../../src/http/create-hub.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';
import { openStream } from '../../src/http/open-stream.ts';
import type { EventStream } from '../../src/http/own-stream.ts';
import { post } from '../support/hub-server.ts';
import { rawClient } from '../support/raw-client.ts';
import { waitFor } from '../support/wait-for.ts';

function openHub(t: TestContext, options: HubOptions = {}) {
  const errors: { values: Readonly<Record<string, unknown>>; message: string }[] = [];
  const nothing = () => {};
  const error = (values: Readonly<Record<string, unknown>>, message: string) =>
    void errors.push({ values, message });
  const logger = { debug: nothing, info: nothing, warn: nothing, error };
  const hub = createHub({ authorize: openAccess, closeTimeoutMs: 1000, logger, ...options });
  t.after(() => hub.close());
  return { hub, errors };
}

async function listen(t: TestContext, listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Warnings of this process from now on. */
function warnings(t: TestContext): Error[] {
  const seen: Error[] = [];
  const onWarning = (warning: Error) => void seen.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  return seen;
}

test('a request that was answered before is left alone, and said', async (t) => {
  const seen = warnings(t);
  const { hub, errors } = openHub(t);
  const url = await listen(t, (req, res) => {
    res.writeHead(418).end('a teapot');
    hub.handle(req, res);
  });
  for (const path of ['/stream?topic=a', '/healthz']) {
    const response = await fetch(url + path);
    assert.deepEqual([response.status, await response.text()], [418, 'a teapot']);
  }
  assert.deepEqual(
    errors.map(({ values }) => [values.code, values.url]),
    [
      ['ERR_HEAD_SENT', '/stream?topic=a'],
      ['ERR_HEAD_SENT', '/healthz'],
    ],
  );
  await waitFor('the warning', () => seen.length > 0);
  assert.deepEqual(
    seen.map((warning) => (warning as Error & { code: string }).code),
    ['ERR_HEAD_SENT'],
    'once a process',
  );
  assert.equal(hub.stats().streams, 0);
});

test('an answer that was begun and is not ended is cut off: nobody would ever end it', async (t) => {
  const { hub, errors } = openHub(t);
  const url = await listen(t, (req, res) => {
    res.writeHead(200, { 'content-type': 'text/plain' }).write('begun');
    hub.handle(req, res);
  });
  await assert.rejects(fetch(`${url}/stream?topic=a`).then((response) => response.text()));
  assert.equal(errors.length, 1);
});

test('middleware that answers while authorize is asked wins, and nothing throws', async (t) => {
  const gate = Promise.withResolvers<void>();
  const authorize: HubOptions['authorize'] = async () => {
    await gate.promise;
    return { publish: ['**'], subscribe: ['**'] };
  };
  const { hub, errors } = openHub(t, { authorize });
  const url = await listen(t, (req, res) => {
    hub.handle(req, res);
    res.writeHead(503).end('timeout of the framework');
    gate.resolve();
  });
  const response = await fetch(`${url}/stream?topic=a`);
  assert.deepEqual([response.status, await response.text()], [503, 'timeout of the framework']);
  await waitFor('the error', () => errors.length === 1);
  assert.equal(hub.stats().opened, 0);
});

test('openStream throws when the head was sent before', async (t) => {
  let thrown: unknown;
  const url = await listen(t, (req, res) => {
    res.writeHead(200);
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

/** Middleware that compresses everything, whatever `cache-control` says. */
function compressAll(res: ServerResponse, hasFlush: boolean): void {
  const gzip = createGzip();
  const { write, end } = res;
  const { writeHead } = res;
  res.writeHead = ((status: number) => {
    res.setHeader('content-encoding', 'gzip');
    return writeHead.call(res, status);
  }) as typeof writeHead;
  gzip.on('data', (chunk) => write.call(res, chunk, 'utf8'));
  gzip.on('end', () => end.call(res, undefined, 'utf8'));
  res.write = ((chunk: Uint8Array) => gzip.write(chunk)) as typeof res.write;
  res.end = ((chunk?: Uint8Array) => (chunk === undefined ? gzip.end() : gzip.end(chunk))) as never;
  if (hasFlush) Object.assign(res, { flush: () => gzip.flush(zlib.Z_SYNC_FLUSH) });
}

test('middleware that compresses streams all the same is made to let each event go', async (t) => {
  const seen = warnings(t);
  const { hub } = openHub(t);
  const url = await listen(t, (req, res) => {
    compressAll(res, true);
    hub.handle(req, res);
  });
  let text = '';
  const request = get(`${url}/stream?topic=a`, { agent: false });
  t.after(() => request.destroy());
  request.on('error', () => {});
  request.on('response', (response) => {
    assert.equal(response.headers['content-encoding'], 'gzip');
    response.pipe(createGunzip()).on('data', (chunk) => {
      text += chunk;
    });
  });
  await waitFor('the first block', () => text.includes('id: '));
  for (const data of ['one', 'two']) {
    await hub.publish({ topic: 'a', data });
    await waitFor(`the event ${data}`, () => text.endsWith(`data: ${data}\n\n`));
  }
  assert.deepEqual(seen, []);
});

test('middleware that compresses and keeps events back is told of by a warning', async (t) => {
  const seen = warnings(t);
  const { hub } = openHub(t);
  const url = await listen(t, (req, res) => {
    compressAll(res, false);
    hub.handle(req, res);
  });
  const abort = new AbortController();
  t.after(() => abort.abort());
  fetch(`${url}/stream?topic=a`, { signal: abort.signal }).catch(() => {});
  await waitFor('the warning', () => seen.length === 1);
  const [warning] = seen as (Error & { code: string; detail: string })[];
  assert.equal(warning!.code, 'COMPRESSED_STREAM');
  assert.match(warning!.message, /compresses an event stream/);
});

test('a body parser before the hub is told as such, in every framework', async (t) => {
  const { hub } = openHub(t);
  const event = { topic: 'a', data: 'x' };

  const withExpress = express();
  withExpress.use(express.json(), hub.handle);
  const expressUrl = await listen(t, withExpress as unknown as RequestListener);

  const withFastify = fastify();
  withFastify.all('/*', (request, reply) => {
    reply.hijack();
    hub.handle(request.raw, reply.raw);
  });
  const fastifyUrl = await withFastify.listen({ port: 0, host: '127.0.0.1' });
  t.after(() => withFastify.close());

  const withHono = new Hono();
  withHono.use(async (c, next) => {
    await c.req.raw.json();
    await next();
  });
  withHono.all('/*', (c) => hub.fetch(c.req.raw));
  const server = serve({ fetch: withHono.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  t.after(() => server.close());
  const honoUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  for (const url of [expressUrl, fastifyUrl, honoUrl]) {
    const { status, answer } = await post(url, event);
    assert.deepEqual([status, answer.code], [500, 'ERR_BODY_READ'], JSON.stringify(answer));
    assert.match(answer.help, /Mount the hub before body parsers, or publish in code/);
  }
});

test('a request whose client has gone before the hub gets it opens nothing', async (t) => {
  const { hub, errors } = openHub(t);
  let own: EventStream | undefined;
  let arrived = 0;
  let handled = 0;
  const url = await listen(t, async (req: IncomingMessage, res: ServerResponse) => {
    arrived++;
    await once(res, 'close');
    hub.handle(req, res);
    own = openStream(req, res);
    handled++;
  });
  const heads = ['GET /stream?topic=a', 'POST /publish', 'GET /healthz'];
  for (const [i, head] of heads.entries()) {
    const rest = 'host: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n';
    const client = await rawClient(t, Number(new URL(url).port), `${head} HTTP/1.1\r\n${rest}`);
    await waitFor('the request', () => arrived === i + 1);
    client.socket.destroy();
    await waitFor('the late handler', () => handled === i + 1);
    assert.equal(own?.endReason, 'client-left');
  }
  assert.equal(hub.stats().opened, 0);
  assert.deepEqual(errors, []);
});

test('a web Request that was aborted opens nothing, and one that is aborted later leaves', async (t) => {
  const { hub } = openHub(t);
  const ask = (signal: AbortSignal) => new Request('http://hub.example/stream?topic=a', { signal });
  assert.equal((await hub.fetch(ask(AbortSignal.abort()))).status, 499);
  assert.equal(openStream(ask(AbortSignal.abort())).endReason, 'client-left');
  assert.equal(hub.stats().opened, 0);

  const abort = new AbortController();
  assert.equal((await hub.fetch(ask(abort.signal))).status, 200);
  const own = openStream(ask(abort.signal));
  assert.equal(own.endReason, undefined);
  abort.abort();
  await waitFor('both ends', () => hub.stats().streams === 0 && own.endReason !== undefined);
  assert.deepEqual(hub.stats().ended, { 'client-left': 1 });
  assert.equal(own.endReason, 'client-left');
});

test('under a server of web Requests, a client that leaves reaches the stream, and one that is slow holds it back', async (t) => {
  const { hub } = openHub(t);
  const app = new Hono().mount('/feed', hub.fetch);
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const request = 'GET /feed/stream?topic=a HTTP/1.1\r\nhost: x\r\n\r\n';
  const leaving = await rawClient(t, port, request);
  await waitFor('the stream', () => hub.stats().lanes.web === 1);
  leaving.socket.destroy();
  await waitFor('its end', () => hub.stats().streams === 0);

  await rawClient(t, port, request, { reads: false });
  await waitFor('the stream', () => hub.stats().streams === 1);
  const data = 'x'.repeat(60_000);
  const published = 400;
  for (let i = 0; i < published; i++) await hub.publish({ topic: 'a', data });
  await waitFor('the push-back', () => hub.stats().behind === 1);
  // What the kernel takes on both sides, and some pages of ours; not all 24 MB.
  assert.ok(hub.stats().delivered < published / 2, `${hub.stats().delivered} events have gone out`);
});

test('where nothing takes the prefix off, basePath says where the hub is, on every lane', async (t) => {
  const { hub } = openHub(t, { basePath: '/feed' });
  const server = hub.front(createServer(hub.handle)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  await rawClient(t, port, 'GET /feed/stream?topic=a HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor('the stream', () => hub.stats().lanes.fast === 1);
  for (const path of ['/feed/healthz', '/healthz']) {
    assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 200, path);
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/feeds/healthz`)).status, 404);
  assert.equal((await hub.fetch(new Request('http://x.example/feed/healthz'))).status, 200);
  assert.throws(() => createHub({ basePath: 'feed/' }), /Expected `basePath` to be a path such as "\/feed"/);
});
