// Bodies that a publish refuses for what they are, not for what the events say.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub } from '../../src/http/create-hub.ts';
import { post, startHub } from '../support/hub-server.ts';
import { rawClient } from '../support/raw-client.ts';
import { waitFor } from '../support/wait-for.ts';

test('who may publish nothing is told so before the body is read', async (t) => {
  const { port } = await startHub(t, { authorize: undefined });
  const head =
    'POST /publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n{';
  const client = await rawClient(t, port, head);
  await waitFor('the refusal', () => client.text().includes('ERR_FORBIDDEN'));
});

test('a body that something else has read is refused at once, with the cause', async (t) => {
  const hub = createHub({ authorize: openAccess });
  const server = createServer((req, res) => {
    req.resume().on('end', () => setImmediate(() => hub.handle(req, res)));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close().closeAllConnections());
  await waitFor('the server', () => server.listening);
  const { port } = server.address() as { port: number };
  const { status, answer } = await post(`http://127.0.0.1:${port}`, { topic: 'a', data: 1 });
  assert.deepEqual([status, answer.code], [500, 'ERR_BODY_READ']);
});

test('a body that does not arrive is 408 in time', async (t) => {
  const { port } = await startHub(t, { bodyTimeoutMs: 100 });
  const head =
    'POST /publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"topic"';
  const client = await rawClient(t, port, head);
  await waitFor('the answer', () => client.text().includes('ERR_BODY_TIMEOUT'));
  assert.match(client.text(), /^HTTP\/1\.1 408 /);
});

for (const number of ['9007199254740993', '-9007199254740993', '1e999', '123456789012345678901']) {
  test(`the number ${number}, which would arrive as another one, is refused`, async (t) => {
    const { url } = await startHub(t);
    const { status, answer } = await post(url, `{"topic":"a","data":{"n":[${number}]}}`);
    assert.deepEqual([status, answer.code], [400, 'ERR_BAD_JSON']);
    assert.ok(answer.detail.includes(number));
  });
}

test('numbers that arrive as they are pass', async (t) => {
  const { url } = await startHub(t);
  const numbers = '[9007199254740992, 0.30000000000000004, 1e308, -0, 1234567890.123456789]';
  assert.equal((await post(url, `{"topic":"a","data":${numbers}}`)).status, 200);
});

test('a charset other than UTF-8 and a content encoding are 415', async (t) => {
  const { url } = await startHub(t);
  const event = { topic: 'a', data: 1 };
  assert.equal((await post(url, event, { 'content-type': 'application/json; charset=utf-16' })).status, 415);
  assert.equal((await post(url, event, { 'content-type': 'application/json; charset="UTF-8"' })).status, 200);
  assert.equal((await post(url, event, { 'content-encoding': 'gzip' })).status, 415);
});

test('a query that is not UTF-8 is refused instead of naming another topic', async (t) => {
  const { url } = await startHub(t);
  const response = await fetch(`${url}/stream?topic=%FF`);
  assert.equal(response.status, 400);
  assert.equal(((await response.json()) as { code: string }).code, 'ERR_BAD_QUERY');
});
