// Where a stream starts and what it is told, rules 4 to 6 of docs/protocol.md.

import assert from 'node:assert/strict';
import { type HubServer, laneTest } from '../support/hub-server.ts';
import { StreamClient } from '../support/stream-client.ts';
import { waitFor } from '../support/wait-for.ts';

async function publishNumbers(
  { hub }: HubServer,
  topic: string,
  from: number,
  to: number,
): Promise<string[]> {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return hub.publish(numbers.map((data) => ({ topic, data })));
}

const numbersOf = (client: StreamClient) => client.events.map((event) => Number(event.data));

laneTest(
  'the first bytes of a fresh stream are retry and the cursor, and it gets no control event',
  async (t, startHub) => {
    const started = await startHub(t);
    const [, second] = await publishNumbers(started, 'a', 1, 2);
    const client = new StreamClient(`${started.url}/stream?topic=a`);
    await client.connect();
    await waitFor('the first block', () => client.text.includes('\n\n'));
    const [, retry] = new RegExp(`^retry: (\\d+)\\nid: ${second}\\n\\n`).exec(client.text) ?? [];
    assert.ok(Number(retry) >= 1000 && Number(retry) <= 3000, client.text);
    await publishNumbers(started, 'a', 3, 3);
    await waitFor('the event', () => client.events.length === 1);
    assert.deepEqual([numbersOf(client), client.controls], [[3], []]);
    client.cut('fin');
  },
);

laneTest('a stream that got no event is cut, and gets what was published meanwhile', async (t, startHub) => {
  const started = await startHub(t);
  await publishNumbers(started, 'other', 1, 5);
  const client = new StreamClient(`${started.url}/stream?topic=a`);
  await client.connect();
  await waitFor('the cursor', () => client.lastEventId !== '');
  client.cut('reset');
  await publishNumbers(started, 'a', 1, 10);
  await client.connect();
  await waitFor('the events', () => client.events.length === 10);
  assert.deepEqual(numbersOf(client), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(
    client.controls.map((control) => control.kind),
    ['resumed'],
  );
  client.cut('fin');
});

laneTest('the header wins over lastEventId, which wins over from=earliest', async (t, startHub) => {
  const started = await startHub(t);
  const ids = await publishNumbers(started, 'a', 1, 4);
  const query = `${started.url}/stream?topic=a&from=earliest&lastEventId=${ids[1]}`;
  const byHeader = new StreamClient(query);
  await byHeader.connect({ 'last-event-id': ids[2]! });
  const byQuery = new StreamClient(query);
  await byQuery.connect({ 'last-event-id': '' });
  const byFrom = new StreamClient(`${started.url}/stream?topic=a&from=earliest`);
  await byFrom.connect();
  await waitFor('all', () => byHeader.events.length + byQuery.events.length + byFrom.events.length === 7);
  assert.deepEqual([numbersOf(byHeader), numbersOf(byQuery), numbersOf(byFrom)], [[4], [3, 4], [1, 2, 3, 4]]);
  assert.deepEqual(byFrom.controls, [], 'an unconditional replay is no resume');
  for (const client of [byHeader, byQuery, byFrom]) client.cut('fin');
});

laneTest('resumed says from where and up to which head, once, before the replay', async (t, startHub) => {
  const started = await startHub(t);
  const ids = await publishNumbers(started, 'a', 1, 3);
  const client = new StreamClient(`${started.url}/stream?topic=a&lastEventId=${ids[0]}`);
  await client.connect();
  await waitFor('the replay', () => client.events.length === 2);
  assert.deepEqual(client.controls, [{ kind: 'resumed', from: ids[0], head: ids[2] }]);
  assert.ok(client.text.indexOf('resumed') < client.text.indexOf(`id: ${ids[1]}`), client.text);
  client.cut('fin');
});

laneTest('trimmed history is a gap, and the stream goes on from the oldest kept', async (t, startHub) => {
  const started = await startHub(t, { maxLogEvents: 5 });
  const ids = await publishNumbers(started, 'a', 1, 10);
  const client = new StreamClient(`${started.url}/stream?topic=a&lastEventId=${ids[1]}`);
  await client.connect();
  await waitFor('the replay', () => client.events.length === 5);
  assert.deepEqual(numbersOf(client), [6, 7, 8, 9, 10]);
  assert.deepEqual(client.controls, [
    { kind: 'gap', reason: 'trimmed', from: ids[1], to: ids[4] },
    { kind: 'resumed', from: ids[4], head: ids[9] },
  ]);
  client.cut('fin');
});

laneTest('an id of another epoch is a gap, and everything kept follows', async (t, startHub) => {
  const started = await startHub(t);
  const ids = await publishNumbers(started, 'a', 1, 2);
  const client = new StreamClient(`${started.url}/stream?topic=a&lastEventId=otherlog-7`);
  await client.connect();
  await waitFor('the replay', () => client.events.length === 2);
  const zero = ids[0]!.replace(/-1$/, '-0');
  assert.deepEqual(client.controls, [
    { kind: 'gap', reason: 'epoch', from: 'otherlog-7', to: zero },
    { kind: 'resumed', from: zero, head: ids[1] },
  ]);
  client.cut('fin');
});

for (const [title, lastEventId] of [
  ['garbage', 'x'.repeat(3000)],
  ['text that would inject a field', 'a\ndata: x\n\n'],
  ['a number with a leading zero', '$epoch-01'],
  ['the future', '$epoch-99'],
] as const) {
  laneTest(
    `${title} as last event id is a gap of unknown size, and the stream goes on from the head`,
    async (t, startHub) => {
      const started = await startHub(t);
      const [, head] = await publishNumbers(started, 'a', 1, 2);
      const given = lastEventId.replace('$epoch', head!.split('-')[0]!);
      const client = new StreamClient(
        `${started.url}/stream?topic=a&lastEventId=${encodeURIComponent(given)}`,
      );
      await client.connect();
      await waitFor('the gap', () => client.controls.length === 2);
      const from = title === 'the future' ? given : '';
      assert.deepEqual(client.controls[0], { kind: 'gap', reason: 'unknown', from, to: head });
      assert.equal(client.lastEventId, head);
      await publishNumbers(started, 'a', 3, 3);
      await waitFor('what comes', () => client.events.length === 1);
      assert.deepEqual(numbersOf(client), [3]);
      client.cut('fin');
    },
  );
}

laneTest('no cursor comes before a gap: a cut between the two would hide the loss', async (t, startHub) => {
  const started = await startHub(t, { maxLogEvents: 2 });
  const ids = await publishNumbers(started, 'a', 1, 5);
  const client = new StreamClient(`${started.url}/stream?topic=a&lastEventId=${ids[0]}`);
  await client.connect();
  await waitFor('the replay', () => client.events.length === 2);
  assert.match(client.text, /^retry: \d+\n\nid: \S+\nevent: holdfast\ndata: \{"kind":"gap"/);
  client.cut('fin');
});

laneTest(
  'a quiet stream outlives three times the retention and resumes without a gap',
  async (t, startHub) => {
    const started = await startHub(t, { maxLogEvents: 20, heartbeatMs: 100 });
    const client = new StreamClient(`${started.url}/stream?topic=quiet`);
    await client.connect();
    for (let round = 0; round < 6; round++) {
      const ids = await publishNumbers(started, 'busy', 1, 10);
      await client.reaches(ids.at(-1)!);
    }
    client.cut('reset');
    await publishNumbers(started, 'quiet', 1, 3);
    await client.connect();
    await waitFor('the events', () => client.events.length === 3);
    assert.deepEqual(
      client.controls.map((control) => control.kind),
      ['resumed'],
    );
    client.cut('fin');
  },
);

laneTest('overlapping patterns bring each event once, in the order of the log', async (t, startHub) => {
  const started = await startHub(t);
  const topics = ['a/b', 'a/*', 'a/**', '**', '*/b']
    .map((topic) => `topic=${encodeURIComponent(topic)}`)
    .join('&');
  const client = new StreamClient(`${started.url}/stream?${topics}`);
  await client.connect();
  const ids = await started.hub.publish(
    [1, 2, 3, 4].map((data) => ({ topic: data % 2 ? 'a/b' : 'a/c', data })),
  );
  await client.reaches(ids.at(-1)!);
  assert.deepEqual(
    client.events.map((event) => event.id),
    ids,
  );
  client.cut('fin');
});
