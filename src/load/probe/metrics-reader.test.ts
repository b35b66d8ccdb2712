import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { waitFor, within } from '../../../test/support/wait-for.ts';
import { MetricsReader } from './metrics-reader.ts';

/** A reader of a page that answers as it is told, and what the reader said. */
async function readerOf(
  t: TestContext,
  answer: (response: ServerResponse, request: number) => void,
  sampleMs = 400,
) {
  let requests = 0;
  const server = createServer((_request, response) => answer(response, requests++)).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const said: string[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const reader = new MetricsReader({ url, sampleMs, onProblem: (text) => said.push(text) });
  t.after(() => reader.end());
  return { read: () => within('an answer', reader.read()), said, asked: () => requests };
}

test('figures are those of the time since the read before', async (t) => {
  const { read, said } = await readerOf(t, (response, request) => {
    response.end(
      `nodejs_heap_size_used_bytes ${100 + request}\nnodejs_gc_duration_seconds_sum ${request * 2}\n`,
    );
  });
  assert.equal((await read())!.gcUs, undefined);
  assert.deepEqual(await read(), {
    heapUsedBytes: 101,
    gcUs: 2_000_000,
    loopDelayP99Us: undefined,
    fullCollections: undefined,
    keptHeapBytes: undefined,
  });
  assert.deepEqual(said, []);
});

const failures: Readonly<Record<string, readonly [(response: ServerResponse) => void, RegExp]>> = {
  'another status': [
    (response) => response.writeHead(503).end('nodejs_heap_size_used_bytes 1'),
    /status 503/,
  ],
  'no answer': [() => {}, /did not answer within 200 ms/],
  'an answer that never ends': [(response) => response.write('nodejs_heap_'), /did not answer within 200 ms/],
  'a page without end': [
    (response) => {
      const block = 'a'.repeat(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    },
    /larger than 4 MiB/,
  ],
  'a page of another kind': [(response) => response.end('<p>Hello</p>'), /tells of no heap/],
  'an end in the middle': [
    (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('nodejs_heap', () => response.destroy());
    },
    /cannot be read: aborted/,
  ],
};

for (const [what, [answer, line]] of Object.entries(failures)) {
  test(`${what} is said once and leaves the figures out`, async (t) => {
    const { read, said } = await readerOf(t, answer);
    assert.equal(await read(), undefined);
    assert.equal(await read(), undefined);
    assert.equal(said.length, 1);
    assert.match(said[0]!, line);
  });
}

test('a line that is broken is said, and the others are read', async (t) => {
  const { read, said } = await readerOf(t, (response) => {
    response.end('nodejs_heap_size_used_bytes many\ngo_gc_duration_seconds_sum 1\n');
  });
  assert.equal((await read())!.heapUsedBytes, undefined);
  assert.match(said.join(), /such as line 1 \(nodejs_heap_size_used_bytes\) has no value/);
});

test('between rare samples it looks each second, and keeps the heap right after a collection', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const heaps = [50, 60, 20, 30];
  const { read, asked } = await readerOf(
    t,
    (response, request) => {
      const collections = request < 2 ? 3 : 4;
      response.end(
        `nodejs_heap_size_used_bytes ${heaps[request]}\nnodejs_gc_duration_seconds_count{kind="major"} ${collections}\n`,
      );
    },
    5000,
  );
  await read();
  for (const looks of [2, 3]) {
    t.mock.timers.tick(1000);
    await waitFor('a look', () => asked() === looks);
  }
  const told = await read();
  assert.equal(told?.keptHeapBytes, 20);
  assert.equal(told?.heapUsedBytes, 20);
  assert.equal(told?.fullCollections, 1);
});
