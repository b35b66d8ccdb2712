// Why nchan loses some events under churn, as small as it can be: it sends an id with an event and not before, so a
// client that is cut off before its first has nothing to come back with. It is no fault of the resume itself.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LoadStream } from '../../../src/load/stream/load-stream.ts';
import { openTcp } from '../../../src/load/stream/transport.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { freePort } from '../start-server.ts';
import { nchan } from './peer.ts';

async function start(t: TestContext) {
  const reason = nchan.missing();
  if (reason !== undefined) {
    t.skip(reason);
    return undefined;
  }
  const port = await freePort();
  const server = await nchan.start(port, { streams: 1, keepsHistory: true });
  t.after(() => server.stop());
  const got: string[] = [];
  let heads = 0;
  const stream = new LoadStream(
    {
      target: { address: '127.0.0.1', port },
      openTransport: openTcp,
      host: 'nchan.test',
      ...{ headers: [], connectTimeoutMs: 5000, headTimeoutMs: 5000, silenceTimeoutMs: undefined },
    },
    {
      onConnect() {},
      onHead: () => heads++,
      onFirstEvent() {},
      onEvent: (_stream, data) => got.push(data),
      ...{ onHeartbeat() {}, onBytes() {}, onOversized() {}, onEnd() {} },
    },
    { index: 0, path: '/sub/topic' },
  );
  t.after(() => stream.leave());
  return {
    stream,
    got,
    async open() {
      const before = heads;
      stream.open();
      await waitFor('the head', () => heads > before);
    },
    async publish(data: string) {
      const response = await fetch(`http://127.0.0.1:${port}/pub/topic`, { method: 'POST', body: data });
      assert.ok(response.ok, `${response.status}`);
      await response.text();
    },
  };
}

test('a client of nchan that is cut off after an event gets all that it missed', async (t) => {
  const rig = await start(t);
  if (rig === undefined) return;
  const { stream, got, open, publish } = rig;
  await open();
  await publish('first');
  await waitFor('the first', () => got.length === 1);
  stream.leave();
  for (const data of ['a', 'b', 'c']) await publish(data);
  assert.notEqual(stream.lastEventId, '');
  await open();
  await publish('last');
  await waitFor('the last', () => got.at(-1) === 'last');
  assert.deepEqual(got, ['first', 'a', 'b', 'c', 'last']);
});

test('a client of nchan that is cut off before its first event has no id, and misses what came meanwhile', async (t) => {
  const rig = await start(t);
  if (rig === undefined) return;
  const { stream, got, open, publish } = rig;
  await open();
  stream.leave();
  for (const data of ['a', 'b', 'c']) await publish(data);
  assert.equal(stream.lastEventId, '');
  await open();
  await publish('last');
  await waitFor('the last', () => got.at(-1) === 'last');
  assert.deepEqual(got, ['last']);
});
