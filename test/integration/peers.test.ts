// Peers that misbehave: what one of them does is its own stream's business and no other's.

import assert from 'node:assert/strict';
import { laneTest } from '../support/hub-server.ts';
import { rawClient, streamRequest } from '../support/raw-client.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

/** A well-behaved stream next to the others, which must get everything. */
async function witness(url: string) {
  const client = new StreamClient(`${url}/stream?topic=a`);
  await client.connect();
  return client;
}

laneTest('a client that goes away in the middle of a write disturbs nobody', async (t, startHub) => {
  const { hub, url, port } = await startHub(t);
  const client = await witness(url);
  const leaving = await Promise.all(
    Array.from({ length: 20 }, () => rawClient(t, port, streamRequest('a'), { reads: false })),
  );
  await waitFor('all streams', () => hub.stats().streams === 21);
  for (let i = 0; i < 40; i++) {
    await hub.publish(Array.from({ length: 10 }, () => ({ topic: 'a', data: 'x'.repeat(10_000) })));
    leaving[i]?.socket.resetAndDestroy();
  }
  await waitFor('all events', () => client.events.length === 400);
  await waitFor('the others to be gone', () => hub.stats().streams === 1);
  client.cut('fin');
});

laneTest('a reset in the middle of a joined write ends that stream alone', async (t, startHub) => {
  // In a log that keeps all, whoever is slow misses nothing.
  const { hub, url, port } = await startHub(t, { maxLogEvents: 100_000, stallTimeoutMs: 60_000 });
  const client = await witness(url);
  const leaving = await Promise.all(
    Array.from({ length: 20 }, () => rawClient(t, port, streamRequest('a'), { reads: false })),
  );
  for (const { socket } of leaving) socket.pause();
  await waitFor('all streams', () => hub.stats().streams === 21);
  const joined = () =>
    hub.publish(Array.from({ length: 50 }, (_, i) => ({ topic: 'a', data: `${i} `.repeat(400) })));
  // Pushed back: the kernel has taken a part of what was joined for them.
  for (let i = 0; i < 500 && hub.stats().behind < 20; i++) {
    await joined();
    await client.reaches(hub.stats().head);
  }
  assert.equal(hub.stats().behind, 20);
  const published = [joined(), joined()];
  for (const { socket } of leaving) socket.resetAndDestroy();
  published.push(joined());
  await Promise.all(published);
  await waitFor('the others to be gone', () => hub.stats().streams === 1);
  assert.deepEqual(hub.stats().ended, { 'client-reset': 20 });
  await client.reaches(hub.stats().head);
  const positions = client.events.map(({ id }) => Number(id.split('-')[1]));
  assert.deepEqual(
    positions,
    positions.map((_, i) => i + 1),
  );
  client.cut('fin');
});

laneTest('garbage after the request ends that stream alone', async (t, startHub) => {
  const { hub, url, port } = await startHub(t);
  const client = await witness(url);
  const garbage = await rawClient(t, port, `${streamRequest('a')}\x00\xff not HTTP\r\n\r\n`);
  await waitFor('its end', garbage.ended);
  await hub.publish({ topic: 'a', data: 1 });
  await waitFor('the event', () => client.events.length === 1);
  assert.equal(hub.stats().streams, 1);
  client.cut('fin');
});

laneTest('a stream that is pipelined behind a publish is refused, in its turn', async (t, startHub) => {
  const { hub, port } = await startHub(t);
  const body = '{"topic":"a","data":1}';
  const publish = `POST /publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const both = await rawClient(t, port, publish + streamRequest('a'));
  await waitFor('the refusal', () => both.text().includes('ERR_PIPELINED_STREAM'));
  assert.match(both.text(), /^HTTP\/1\.1 200 OK/);
  assert.equal(hub.stats().streams, 0);
});

laneTest(
  'a stream that the hub ends ends its connection too, while others still close',
  async (t, startHub) => {
    const { hub, port } = await startHub(t, { closeTimeoutMs: 1000, heartbeatMs: 60_000 });
    const deaf = await rawClient(t, port, streamRequest('a'), { reads: false });
    deaf.socket.pause();
    await waitFor('the first stream', () => hub.stats().streams === 1);
    for (let i = 0; i < 300 && hub.stats().behind === 0; i++) {
      await hub.publish({ topic: 'a', data: 'x'.repeat(60_000) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const quick = await rawClient(t, port, streamRequest('b'));
    await waitFor('the second stream', () => hub.stats().streams === 2);
    const closed = hub.close();
    await waitFor('the end of the connection', quick.ended);
    assert.equal(hub.stats().streams > 0, true, 'the deaf one is still there');
    await closed;
  },
);

laneTest(
  'a client that never reads ends with `stalled`, in time, and holds no event back from others',
  async (t, startHub) => {
    const { hub, url, port } = await startHub(t, { stallTimeoutMs: 300, heartbeatMs: 100 });
    const client = await witness(url);
    const deaf = await rawClient(t, port, streamRequest('a'), { reads: false });
    deaf.socket.pause();
    await waitFor('both streams', () => hub.stats().streams === 2);
    // More than the kernel takes for a socket that nobody reads, with room to spare.
    for (let i = 0; i < 300; i++) {
      await hub.publish({ topic: 'a', data: 'x'.repeat(60_000) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await waitFor('the end', () => hub.stats().ended.stalled === 1);
    await client.reaches(hub.stats().head);
    assert.equal(client.controls.length, 0, JSON.stringify(client.controls));
    assert.equal(client.events.length, 300);
    client.cut('fin');
  },
);

laneTest('a slow client falls behind, catches up, and gets every event once', async (t, startHub) => {
  const { hub, port } = await startHub(t, { maxLogEvents: 1000 });
  const slow = await rawClient(t, port, streamRequest('a'), { reads: false });
  await waitFor('the stream', () => hub.stats().streams === 1);
  slow.socket.pause();
  const ids: string[] = [];
  for (let i = 0; i < 300; i++) {
    ids.push(...(await hub.publish({ topic: 'a', data: `${i} ${'x'.repeat(60_000)}` })));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(hub.stats().behind, 1);
  let text = '';
  slow.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  slow.socket.resume();
  await waitFor('the last event', () => text.includes(`id: ${ids.at(-1)}\n`));
  const received = [...text.matchAll(/^data: (\d+) x/gm)].map((match) => Number(match[1]));
  assert.deepEqual(
    received,
    ids.map((_, i) => i),
  );
  await waitFor('live again', () => hub.stats().behind === 0);
});

laneTest('FIN is `client-left`, a reset is `client-reset`', async (t, startHub) => {
  const { hub, url, port } = await startHub(t);
  const leaving = await rawClient(t, port, streamRequest('a'));
  await waitFor('the stream', () => hub.stats().streams === 1);
  leaving.socket.end();
  await waitFor('its end', () => hub.stats().ended['client-left'] === 1);
  const client = await witness(url);
  client.cut('reset');
  await waitFor('its end', () => hub.stats().ended['client-reset'] === 1);
});

laneTest('HTTP/1.0 gets a stream that ends with its connection, without chunks', async (t, startHub) => {
  const { hub, port } = await startHub(t);
  const old = await rawClient(t, port, streamRequest('a', '1.0'));
  await waitFor('the stream', () => old.text().includes('\r\n\r\nretry: '));
  assert.doesNotMatch(old.text(), /transfer-encoding/i);
  await hub.publish({ topic: 'a', data: 'plain' });
  await hub.end('a');
  await waitFor('the end of the connection', old.ended);
  assert.match(old.text(), /data: plain\n\n/);
});
