// What the tool does as a client: slow readers, clients that are cut off, headers, and servers of another form.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parsePublishTemplate } from '../../src/load/generator/publish-template.ts';
import { loadServer, publishTo } from '../support/scripted-load.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const STREAMS = 20;
const EVENTS = 40;
const linux = process.platform === 'linux' ? {} : { skip: 'only Linux has /proc' };

describe('a client of the tool', { concurrency: 3 }, () => {
  test('that reads slowly falls behind, and no other does', async (t) => {
    const server = await ScriptedServer.start(t);
    const slow = STREAMS * 0.2;
    const { summary } = await loadServer(t, server, {
      slowShare: 0.2,
      slowBytesPerSecond: 1024,
      publish: { ...publishTo(server.url, '80/s')!, payloadBytes: 1024 },
    });
    const others = (STREAMS - slow) * EVENTS;
    const { expected, delivered, lost, exact } = summary.ledger!;
    assert.deepEqual(
      { expected, delivered, lost, exact },
      { expected: others, delivered: others, lost: 0, exact: true },
    );
    // In the few seconds of the run a slow one can take a few KiB of its 40.
    const bySlow = summary.deliveredTotal - others;
    assert.ok(bySlow > 0 && bySlow < slow * EVENTS * 0.25, `${bySlow} delivered to slow streams`);
  });

  for (const kind of ['fin', 'rst'] as const) {
    test(`is cut off by ${kind}, comes back and resumes`, async (t) => {
      const server = await ScriptedServer.start(t, { honoursLastEventId: true });
      const { summary } = await loadServer(t, server, {
        churnPerSecond: 40,
        churnKind: kind,
        durationMs: 1000,
        settleMs: 4000,
      });
      const { ends, reconnectsTotal, ledger } = summary;
      assert.deepEqual(Object.keys(ends), ['own']);
      assert.ok(
        ends.own! >= 30 && ends.own! <= 60,
        `${ends.own} were cut off at 40/s for 1 s and what the clock was late`,
      );
      assert.ok(reconnectsTotal > 0 && reconnectsTotal <= ends.own!);
      assert.equal(ledger?.lost, 0);
      assert.equal(ledger?.repeated, 0);
      assert.equal(ledger?.lossyReconnects, 0);
      assert.ok(ledger!.resumedReconnects > 0);
      assert.equal(summary.reconnectsWithoutIdTotal, 0);
      const left = new Set(server.streams.slice(0, 20).map((stream) => stream.left));
      assert.ok(left.has(kind), `the server saw ${[...left].join(' and ')}`);
    });
  }

  test('that had no id before it was cut off is told from one that resumes', async (t) => {
    // Its streams bring ids with events alone, and nothing is published.
    const server = await ScriptedServer.start(t);
    const { summary } = await loadServer(t, server, {
      ...{ churnPerSecond: 40, durationMs: 500, settleMs: 4000, publish: undefined },
      ...{ rampMs: 50, streams: 10 },
    });
    assert.ok(summary.reconnectsTotal > 0);
    assert.equal(summary.reconnectsWithoutIdTotal, summary.reconnectsTotal);
  });

  test('sends the headers that were given, and Host as one of them', async (t) => {
    const server = await ScriptedServer.start(t);
    const headers = [
      ['Authorization', 'Bearer abc'],
      ['Host', 'events.example'],
    ] as const;
    await loadServer(t, server, { streams: 3, headers });
    assert.equal(server.streamRequests.length, 3);
    for (const { headers: sent } of server.streamRequests) {
      assert.equal(sent.authorization, 'Bearer abc');
      assert.equal(sent.host, 'events.example');
      assert.equal(sent.accept, 'text/event-stream');
    }
  });

  test('asks for its own topic by query or path, encoded', async (t) => {
    const server = await ScriptedServer.start(t);
    const url = `${server.url}/rooms/{topic}/stream?topic={topic}&q=%7B%22a%22%7D`;
    await loadServer(t, server, { streams: 2, url, topics: { name: 'a b/{n}', count: 2 } });
    assert.deepEqual(server.streamRequests.map(({ path }) => path).toSorted(), [
      '/rooms/a%20b%2F0/stream?topic=a%20b%2F0&q=%7B%22a%22%7D',
      '/rooms/a%20b%2F1/stream?topic=a%20b%2F1&q=%7B%22a%22%7D',
    ]);
  });

  test('publishes to a server of another form: one event a request, its topic in the path', async (t) => {
    const server = await ScriptedServer.start(t);
    const template = parsePublishTemplate(
      JSON.stringify({
        method: 'PUT',
        url: `${server.url}/{topic}`,
        headers: { 'content-type': 'application/json' },
        body: '{"room":"{topic}","text":"{payload}"}',
      }),
      { 'x-key': 'k1' },
    );
    const { summary } = await loadServer(t, server, {
      url: `${server.url}/stream?topic={topic}`,
      topics: { name: 'room {n}', count: 4 },
      publish: { schedule: '80/s', payloadBytes: 64, template },
    });
    assert.equal(summary.ledger?.expected, EVENTS * (STREAMS / 4));
    assert.equal(summary.ledger?.lost, 0);
    assert.ok(summary.ledger?.exact);
    assert.equal(server.publishes.length, EVENTS);
    const [first] = server.publishes;
    assert.equal(first?.method, 'PUT');
    assert.equal(first?.path, '/room%200');
    assert.equal(first?.headers['x-key'], 'k1');
    assert.equal(first?.headers['content-type'], 'application/json');
    assert.match(first!.body, /^\{"room":"room 0","text":"hf1\.[a-z0-9]{6}\.0\.1\.\d+\.x+"\}$/);
  });

  test('sees the sockets of a server that runs here by their state', linux, async (t) => {
    const server = await ScriptedServer.start(t);
    const { summary, samples } = await loadServer(t, server, { pid: process.pid });
    assert.ok(samples.at(-1)!.server!.socketStates!.established! >= STREAMS);
    assert.ok(summary.server!.socketPeaks!.established! >= STREAMS);
  });

  test('measures what arrives where it does not publish itself', async (t) => {
    const server = await ScriptedServer.start(t);
    const foreign = setInterval(() => {
      void fetch(`${server.url}/publish`, {
        method: 'POST',
        body: JSON.stringify({ topic: 'a', data: 'not ours' }),
      }).catch(() => {});
    }, 20);
    t.after(() => clearInterval(foreign));
    const { summary } = await loadServer(t, server, { publish: undefined });
    assert.ok(summary.deliveredTotal > 0);
    assert.equal(summary.firstEvent?.count, STREAMS);
    assert.equal(summary.latency, undefined);
    assert.equal(summary.ledger, undefined);
  });
});
