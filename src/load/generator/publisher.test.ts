import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startHub } from '../../../test/support/hub-server.ts';
import { type PublishServer, RUN, startPublishServer } from '../../../test/support/publish-server.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import type { PublisherPlan } from './messages.ts';
import { type LaneLimits, laneLimits } from './publish-lane.ts';
import { holdfastTemplate, parsePublishTemplate } from './publish-template.ts';
import { Publisher } from './publisher.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
const status = (code: number) => `HTTP/1.1 ${code} Scripted\r\ncontent-length: 0\r\n\r\n`;

interface Changes extends Partial<PublisherPlan> {
  readonly limits?: Partial<LaneLimits>;
}

/** 50 events in half a second on one topic, one a request, unless told otherwise. */
function publish(t: TestContext, port: number, { limits, ...changes }: Changes = {}): Publisher {
  const plan: PublisherPlan = {
    run: RUN,
    target: { address: '127.0.0.1', port },
    topics: { name: 'load/{n}', count: 1 },
    schedule: '100/s',
    durationMs: 500,
    payloadBytes: 64,
    request: parsePublishTemplate(`{"url": "http://127.0.0.1:${port}/pub/{topic}"}`),
    keepsHistory: false,
    ...changes,
  };
  const publisher = new Publisher(plan, { ...laneLimits, ...limits });
  t.after(() => publisher.end());
  publisher.start();
  return publisher;
}

/** The counts when everything is settled, with all that was waived until then. */
async function settled(publisher: Publisher) {
  const waived: number[] = [];
  const counts = await waitFor('the end of publishing', () => {
    const now = publisher.counts();
    waived.push(...now.waived);
    return now.isDone && now;
  });
  return { ...counts, waived };
}

const seqsOf = ({ requests }: PublishServer) =>
  requests.flatMap(({ stamps }) => stamps.map(({ seq }) => seq));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a publisher', { concurrency: 4 }, () => {
  it('writes each event when it is due while the server withholds every answer for 2 s', async (t) => {
    let open = false;
    const held: (() => void)[] = [];
    const server = await startPublishServer(t, (socket) => {
      if (open) socket.write(OK);
      else held.push(() => socket.write(OK));
    });
    const release = setTimeout(() => {
      open = true;
      for (const answer of held) answer();
    }, 2000);
    t.after(() => clearTimeout(release));
    const publisher = publish(t, server.port, { topics: { name: 'a{n}', count: 3 }, durationMs: 1800 });
    await waitFor('all requests', () => server.requests.length === 180);
    assert.equal(open, false, 'all were written before the first answer');
    assert.equal(publisher.counts().published, 0);
    const lateMs = server.requests
      .map(({ atUs, stamps }) => (atUs - stamps[0]!.sentUs) / 1000)
      .toSorted((a, b) => a - b);
    // The middle one, since this machine does other things too; those of a closed loop would be 2 s late.
    assert.ok(lateMs[90]! < 20, `the median request was ${lateMs[90]} ms late`);
    assert.ok(lateMs.at(-1)! < 1000, `the latest request was ${lateMs.at(-1)} ms late`);
    assert.ok(lateMs[0]! > -1, 'none was early');
    const { published, errors } = await settled(publisher);
    assert.deepEqual([published, errors], [180, 0]);
    assert.equal(server.sockets.length, 3);
  });

  it('keeps the order of each of many topics, each on one connection', async (t) => {
    const server = await startPublishServer(t, (socket) => void socket.write(OK));
    const publisher = publish(t, server.port, { topics: { name: 'a{n}', count: 100 }, schedule: '2000/s' });
    assert.equal((await settled(publisher)).published, 1000);
    assert.equal(server.sockets.length, 16);
    const topics = Map.groupBy(server.requests, ({ path }) => path);
    assert.equal(topics.size, 100);
    for (const requests of topics.values()) {
      assert.deepEqual(
        requests.map(({ stamps }) => stamps[0]!.seq),
        upTo(10),
      );
      assert.equal(new Set(requests.map(({ connection }) => connection)).size, 1);
    }
  });

  it('waives what is refused, counts it by status, and goes on', async (t) => {
    const answers = (n: number) => (n < 5 ? status(500) : n === 8 ? status(429) : OK);
    const server = await startPublishServer(t, (socket, n) => void socket.write(answers(n)));
    const counts = await settled(publish(t, server.port));
    assert.deepEqual([counts.published, counts.errors, counts.unknown], [44, 6, 0]);
    assert.deepEqual(counts.errorsByReason, { 'answered with status 500': 5, 'answered with status 429': 1 });
    const waived = counts.waived.flatMap((_, i, all) =>
      i % 3 === 0 ? upTo(all[i + 2]!).slice(all[i + 1]! - 1) : [],
    );
    assert.deepEqual(waived, [1, 2, 3, 4, 5, 9]);
    assert.deepEqual(counts.publishedByTopic, [50]);
    assert.deepEqual(seqsOf(server), upTo(50));
  });

  it('reads chunked answers, interim ones, and answers cut into bytes', async (t) => {
    const answer =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n';
    const server = await startPublishServer(t, (socket) => {
      for (const byte of answer) socket.write(byte);
    });
    const { published, errors } = await settled(publish(t, server.port, { schedule: '40/s' }));
    assert.deepEqual([published, errors], [20, 0]);
  });

  for (const [what, answer] of [
    ['says connection: close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['ends its body by closing', 'HTTP/1.1 200 OK\r\n\r\nok'],
  ] as const) {
    it(`loses nothing to a server that ${what}, once it knows`, async (t) => {
      const server = await startPublishServer(t, (socket) => void socket.end(answer));
      const { published, errors, unknown } = await settled(publish(t, server.port));
      assert.equal(published + errors, 50);
      // Only what was sent behind the first request before its answer came: it is neither lost sight of nor repeated.
      assert.equal(errors, unknown);
      const later = server.requests.filter(({ connection }) => connection > 0);
      assert.deepEqual(
        later.flatMap(({ stamps }) => stamps.map(({ seq }) => seq)),
        upTo(50).slice(unknown + 1),
      );
      assert.equal(server.sockets.length, published);
    });
  }

  it('asks a server that closes after ten no more than ten at a time', async (t) => {
    const taken = new Map<number, number>();
    const server = await startPublishServer(t, (socket, _, { connection }) => {
      const count = (taken.get(connection) ?? 0) + 1;
      taken.set(connection, count);
      if (count < 10) socket.write(OK);
      else if (count === 10) socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    });
    const { published, unknown } = await settled(publish(t, server.port, { schedule: '200/s' }));
    assert.equal(published + unknown, 100);
    const later = server.requests.filter(({ connection }) => connection > 0);
    assert.deepEqual(
      later.map(({ stamps }) => stamps[0]!.seq),
      upTo(100).slice(unknown + 10),
    );
    assert.equal(Math.max(...later.map(({ connection }) => taken.get(connection)!)), 10);
  });

  it('connects again after an idle connection was closed, without a loss', async (t) => {
    const server = await startPublishServer(t, (socket) => void socket.write(OK, () => socket.end()));
    const counts = await settled(publish(t, server.port, { schedule: '10/s', durationMs: 600 }));
    assert.deepEqual([counts.published, counts.errors], [6, 0]);
    assert.equal(server.sockets.length, 6);
  });

  it('does not use a connection that the server may be closing as idle', async (t) => {
    const answer = 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=0\r\ncontent-length: 0\r\n\r\n';
    const server = await startPublishServer(t, (socket) => void socket.write(answer));
    const counts = await settled(publish(t, server.port, { schedule: '10/s', durationMs: 600 }));
    assert.deepEqual([counts.published, counts.errors], [6, 0]);
    assert.equal(server.sockets.length, 6);
  });

  it('repeats nothing after a reset: what was sent is unknown, what was not goes on the next connection', async (t) => {
    const server = await startPublishServer(t, (socket, n) => {
      if (n === 9) socket.resetAndDestroy();
      else if (n > 9) socket.write(OK);
    });
    const counts = await settled(publish(t, server.port));
    // The first ten, and what was on its way behind them.
    assert.ok(counts.unknown >= 10);
    assert.equal(counts.published, 50 - counts.unknown);
    const later = server.requests.filter(({ connection }) => connection > 0);
    assert.deepEqual(
      later.map(({ stamps }) => stamps[0]!.seq),
      upTo(50).slice(counts.unknown),
    );
    assert.deepEqual(counts.waived, []);
  });

  it('does not take half an answer for one', async (t) => {
    const server = await startPublishServer(t, (socket, n) => {
      if (n === 0) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf');
      else socket.write(OK);
    });
    const counts = await settled(publish(t, server.port, { schedule: '20/s' }));
    assert.deepEqual([counts.published, counts.unknown], [9, 1]);
    assert.deepEqual(counts.errorsByReason, { 'sent, and the answer was cut off': 1 });
  });

  it('resets a connection whose answer is not HTTP', async (t) => {
    const server = await startPublishServer(
      t,
      (socket, n) => void socket.write(n === 0 ? 'ICY 200 OK\r\n\r\n' : OK),
    );
    const counts = await settled(publish(t, server.port, { schedule: '20/s' }));
    assert.deepEqual([counts.published, counts.unknown], [9, 1]);
    assert.deepEqual(counts.errorsByReason, { 'sent, and answered with what is not HTTP': 1 });
  });

  it('leaves a connection that answers what was not asked', async (t) => {
    const server = await startPublishServer(
      t,
      (socket, n) => void socket.write(n === 0 ? OK + status(408) : OK),
    );
    const counts = await settled(publish(t, server.port, { schedule: '20/s' }));
    assert.deepEqual([counts.published, counts.errors], [10, 0]);
    assert.equal(server.sockets.length, 2);
  });

  it('ends what is never answered by a time limit, as unknown, and tries again', async (t) => {
    const server = await startPublishServer(t, (socket, n) => {
      if (n >= 30) socket.write(OK);
    });
    const counts = await settled(publish(t, server.port, { limits: { answerTimeoutMs: 300 } }));
    assert.deepEqual(Object.keys(counts.errorsByReason), ['sent, and not answered within 300 ms']);
    assert.equal(counts.published + counts.unknown, 50);
    assert.ok(counts.unknown >= 30);
    assert.deepEqual(seqsOf(server), upTo(50));
  });

  it('holds what a server does not read, says so, and bounds it', async (t) => {
    const server = await startPublishServer(
      t,
      (socket) => void socket.write(OK),
      (socket) => void socket.pause(),
    );
    const publisher = publish(t, server.port, {
      ...{ schedule: 'burst:200/10s', durationMs: 1000, payloadBytes: 131_072 },
      limits: { maxWaitingEvents: 150, maxWriteBytes: 300_000 },
    });
    const held = await waitFor('a long hold', () => {
      const counts = publisher.counts();
      return counts.heldUs > 200_000 && counts;
    });
    assert.deepEqual(held.errorsByReason, { 'not sent, since 150 were waiting on a connection': 50 });
    assert.equal(held.unknown, 0);
    server.sockets[0]!.resume();
    const counts = await settled(publisher);
    assert.deepEqual([counts.published, counts.errors], [150, 50]);
    assert.deepEqual(seqsOf(server), upTo(150));
  });

  it('holds events for a server that is away, and gives those up that wait too long', async (t) => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const counts = await settled(publish(t, port, { limits: { waitTimeoutMs: 200, retryMs: 20 } }));
    assert.deepEqual([counts.published, counts.errors, counts.unknown], [0, 50, 0]);
    assert.deepEqual(counts.errorsByReason, { 'not sent within 200 ms (ECONNREFUSED)': 50 });
  });

  it('is acknowledged everything by a real hub at 2,000 events a second', async (t) => {
    const hub = await startHub(t);
    const publisher = publish(t, hub.port, {
      ...{ schedule: '2000/s', durationMs: 2000, topics: { name: 'load/{n}', count: 40 } },
      request: holdfastTemplate(`${hub.url}/publish`, {}),
    });
    const counts = await settled(publisher);
    assert.deepEqual([counts.published, counts.errors], [4000, 0]);
    assert.deepEqual(counts.publishedByTopic, new Array(40).fill(100));
  });
});
