import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { HoldfastError } from '../base/errors.ts';
import { postEvents, readAnswer } from './publish-request.ts';

const url = new URL('http://127.0.0.1:8080/publish');

test('the ids of a 200 are the answer', () => {
  assert.deepEqual(readAnswer(200, '{"ids":["abc123-1"]}', url), { ids: ['abc123-1'] });
});

test('a problem of the hub comes with its detail and help', () => {
  const problem = {
    code: 'ERR_BAD_TOPIC',
    title: 'A topic',
    detail: 'The topic is empty.',
    help: 'Name one.',
  };
  assert.deepEqual(readAnswer(400, JSON.stringify(problem), url), {
    refusal: { status: 400, detail: 'The topic is empty.', help: 'Name one.' },
  });
});

test('an answer that no hub gives says so, whatever it is', () => {
  for (const text of ['<html>', '', 'null', '[1]', '{"ids":[1]}', '{"detail":"no"}']) {
    const answer = readAnswer(200, text, url);
    assert.ok('refusal' in answer, text);
    assert.match(answer.refusal.detail, /status 200, and not as a hub does/);
  }
});

test('the path of the hub is kept', async (t) => {
  const server = createServer((request, response) => response.end(JSON.stringify({ ids: [request.url] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [base, path] of [
    ['', '/publish'],
    ['/hub', '/hub/publish'],
    ['/hub/', '/hub/publish'],
  ]) {
    const answer = await postEvents(new URL(`${origin}${base}`), 'application/json', '{}');
    assert.deepEqual(answer, { ids: [path] });
  }
});

test('an answer without end is given up', async (t) => {
  const server = createServer((_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(65_536, 'x')));
    };
    response.on('drain', more);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  const hub = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await assert.rejects(postEvents(hub, 'application/json', '{}'), (error) => {
    assert.ok(error instanceof HoldfastError);
    assert.equal(error.code, 'ERR_UNREACHABLE');
    assert.match(error.message, /too long for that of a hub/);
    return true;
  });
});
