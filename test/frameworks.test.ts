// The hub inside the real frameworks: each example gives the same answers, compresses its pages, leaves the streams
// alone, and ends them well when it is told to stop.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { runExample } from './support/example-process.ts';
import { StreamClient } from './support/stream-client.ts';
import { waitFor, within } from './support/wait-for.ts';

const GZIP = { 'accept-encoding': 'gzip' };

for (const name of ['express', 'fastify', 'hono', 'nest']) {
  test(`${name}.ts: headers, publish, resume, a stream of its own, compression, shutdown`, async (t) => {
    const { child, url } = await runExample(t, `${name}.ts`);
    const publish = async (data: string) => {
      const response = await fetch(`${url}/feed/publish`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ topic: 'a', data }),
      });
      assert.equal(response.status, 200, await response.clone().text());
      return ((await response.json()) as { ids: string[] }).ids[0]!;
    };

    const page = await fetch(`${url}/page`, { headers: GZIP });
    assert.equal(page.headers.get('content-encoding'), 'gzip', 'its middleware compresses');
    assert.equal((await page.text()).length, 12_000);

    // A client that would take gzip gets the events as they are, one by one.
    const client = new StreamClient(`${url}/feed/stream?topic=a`);
    const { headers } = await client.connect(GZIP);
    assert.equal(headers['content-type'], 'text/event-stream');
    assert.equal(headers['cache-control'], 'no-cache, no-transform');
    assert.equal(headers['x-accel-buffering'], 'no');
    assert.equal(headers['content-encoding'], undefined);
    assert.equal(headers['x-served-by'], name);
    for (const data of ['1', '2']) {
      const id = await publish(data);
      await client.reaches(id);
      assert.deepEqual(client.events.at(-1), { id, type: 'message', data });
    }

    client.cut('fin');
    const missed = await publish('missed');
    await client.connect(GZIP);
    await client.reaches(missed);
    assert.deepEqual(
      client.events.map(({ data }) => data),
      ['1', '2', 'missed'],
    );
    assert.deepEqual(
      client.controls.map(({ kind }) => kind),
      ['resumed'],
    );

    const progress = new StreamClient(`${url}/progress`);
    const own = await progress.connect({ ...GZIP, 'last-event-id': '50' });
    assert.equal(own.headers['content-encoding'], undefined);
    await waitFor('the end of its own stream', () => progress.endedCleanly);
    assert.deepEqual(progress.events, [{ id: '100', type: 'progress', data: '{"percent":100}' }]);

    const unknown = await fetch(`${url}/feed/nothing`);
    assert.equal(unknown.status, 404);
    assert.equal(((await unknown.json()) as { code: string }).code, 'ERR_NOT_FOUND');

    child.kill('SIGTERM');
    const [code, signal] = await within('its end', once(child, 'exit'));
    assert.ok(client.endedCleanly, 'the stream ends with its last chunk');
    assert.deepEqual(client.controls.at(-1), { kind: 'end', reason: 'drain' });
    // Nest raises the signal again when it has cleaned up, so that its parent sees it.
    assert.deepEqual([code, signal], name === 'nest' ? [null, 'SIGTERM'] : [0, null]);
  });
}
