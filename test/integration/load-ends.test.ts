// Streams that end, in every way that a connection can: what the summary says of it, and of coming back.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadServer, publishTo } from '../support/scripted-load.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import type { StreamScript } from '../support/scripted-stream.ts';

const STREAMS = 20;
const EVENTS = 40;
const OWED = STREAMS * EVENTS;
const ENDING = 15;

/** Three of four first connections end after ten events, each in its way. */
function endsOf(connection: number): StreamScript {
  const by = (['reset', 'truncate', 'complete', undefined] as const)[connection % 4];
  return connection >= STREAMS || by === undefined ? {} : { end: { afterEvents: 10, by } };
}

const endsByKind = { reset: 5, truncated: 5, complete: 5 };

describe('a stream that ends', { concurrency: 3 }, () => {
  test('is told by its kind of end, and resumes where the server honours Last-Event-ID', async (t) => {
    const server = await ScriptedServer.start(t, { stream: endsOf, honoursLastEventId: true });
    const { summary, notes } = await loadServer(t, server);
    assert.deepEqual(summary.ends, endsByKind);
    assert.equal(summary.reconnectsTotal, ENDING);
    assert.equal(summary.reconnect?.count, ENDING);
    assert.equal(summary.connectsTotal, STREAMS + ENDING);
    const { lost, repeated, outOfOrder, resumedReconnects, lossyReconnects, exact } = summary.ledger!;
    assert.deepEqual(
      { lost, repeated, outOfOrder, resumedReconnects, lossyReconnects, exact },
      {
        lost: 0,
        repeated: 0,
        outOfOrder: 0,
        resumedReconnects: ENDING,
        lossyReconnects: 0,
        exact: true,
      },
    );
    assert.ok(
      notes.some((note) => note.startsWith('Streams ended as reset, such as: ECONNRESET')),
      String(notes),
    );
  });

  test('is lossy when the first event that it missed is missing', async (t) => {
    const lossy = 6;
    const server = await ScriptedServer.start(t, {
      stream: (connection) =>
        connection >= STREAMS && connection < STREAMS + lossy ? { loseEvery: 11 } : endsOf(connection),
      honoursLastEventId: true,
    });
    const { summary } = await loadServer(t, server);
    assert.equal(summary.ledger?.lossyReconnects, lossy);
    assert.equal(summary.ledger?.resumedReconnects, ENDING - lossy);
    // 11, 22 and 33.
    assert.equal(summary.ledger?.lost, lossy * 3);
  });

  test('loses what was sent meanwhile where the server ignores Last-Event-ID', async (t) => {
    const server = await ScriptedServer.start(t, { stream: endsOf });
    // Slow enough that streams are back while events still come, also on a busy machine.
    const pace = { durationMs: 2000, publish: publishTo(server.url, '20/s') };
    const { summary } = await loadServer(t, server, pace);
    const { lost, delivered, resumedReconnects, lossyReconnects, exact } = summary.ledger!;
    assert.ok(exact);
    assert.ok(lost > 0);
    assert.equal(delivered, server.count('sent'));
    assert.equal(lost, OWED - server.count('sent'));
    assert.equal(resumedReconnects + lossyReconnects, ENDING);
    assert.ok(lossyReconnects > 0);
  });

  test('stays away with --no-reconnect, and is owed nothing more', async (t) => {
    const server = await ScriptedServer.start(t, { stream: endsOf });
    const { summary, samples } = await loadServer(t, server, { reconnects: false });
    assert.deepEqual(summary.ends, endsByKind);
    assert.equal(summary.connectsTotal, STREAMS);
    assert.equal(summary.reconnectsTotal, 0);
    assert.equal(samples.at(-1)?.streamsUp, STREAMS - ENDING);
    assert.equal(summary.ledger?.expected, (STREAMS - ENDING) * EVENTS + ENDING * 10);
    assert.equal(summary.ledger?.lost, 0);
  });

  test('is refused for good by a status, a 204 and an HTML page', async (t) => {
    const answers = [
      { status: 503, type: 'text/plain', body: 'full' },
      { status: 204, type: 'text/event-stream' },
      { status: 200, type: 'text/html', body: '<p>Welcome' },
      undefined,
    ];
    const server = await ScriptedServer.start(t, {
      stream: (connection) => {
        const answer = answers[connection % answers.length];
        return answer === undefined ? {} : { answer };
      },
    });
    const { summary, notes, samples } = await loadServer(t, server);
    assert.deepEqual(summary.ends, { 'status 503': 5, 'status 204': 5, refused: 5 });
    assert.equal(summary.connectsTotal, STREAMS);
    assert.equal(summary.streamsPeak, STREAMS - ENDING);
    // Whoever the server turned away was owed its events all the same.
    assert.equal(summary.ledger?.expected, OWED);
    assert.equal(summary.ledger?.lost, ENDING * EVENTS);
    assert.ok(notes.includes('5 of 20 streams are up after the ramp'), String(notes));
    assert.ok(
      notes.some((note) => note.startsWith('Streams ended as status 503, such as: status 503, text/plain')),
      String(notes),
    );
    assert.ok(samples.at(-1)!.atMs < 8000, 'the ramp does not wait for streams that will not come');
    const { wantedStreamSeconds, freshStreamSeconds } = summary;
    const share = freshStreamSeconds / wantedStreamSeconds;
    assert.ok(share < 0.3, `refused streams are unavailable, but ${share} is fresh`);
  });

  test('times out when the next connection is never answered, and comes back after it', async (t) => {
    const server = await ScriptedServer.start(t, {
      stream: (connection) => {
        if (connection < STREAMS)
          return connection % 4 === 0 ? { end: { afterEvents: 10, by: 'complete' } } : {};
        return connection < STREAMS + 5 ? { answer: 'never' } : {};
      },
      honoursLastEventId: true,
    });
    const { summary } = await loadServer(t, server, { connectTimeoutMs: 300, settleMs: 6000 });
    assert.deepEqual(summary.ends, { complete: 5, timeout: 5 });
    assert.equal(summary.reconnectsTotal, 5);
    assert.ok(summary.reconnect!.minUs >= 300_000, `reconnected after ${summary.reconnect!.minUs} us`);
    assert.equal(summary.ledger?.lost, 0);
    assert.equal(summary.ledger?.resumedReconnects, 5);
  });

  test('is unreachable while the server does not listen, and counted each time it tries', async (t) => {
    const server = await ScriptedServer.start(t, {
      stream: () => ({ end: { afterEvents: 10, by: 'complete' } }),
      // The publisher keeps its connection.
      publish: () => {
        server.stopListening();
        return {};
      },
    });
    const { summary, notes } = await loadServer(t, server, { settleMs: 3000 });
    const { complete, unreachable = 0, ...others } = summary.ends;
    assert.equal(complete, STREAMS);
    assert.ok(unreachable >= STREAMS, `${unreachable} attempts failed`);
    assert.deepEqual(others, {});
    assert.ok(
      notes.some((note) => note.startsWith('Streams ended as unreachable, such as: ECONNREFUSED')),
      String(notes),
    );
    assert.equal(summary.reconnectsTotal, 0);
  });

  test('that could never connect before is no reconnect when it comes up', async (t) => {
    const server = await ScriptedServer.start(t, {
      stream: (connection) => (connection < 5 ? { answer: 'close' } : {}),
    });
    const { summary } = await loadServer(t, server);
    assert.deepEqual(summary.ends, { truncated: 5 });
    assert.equal(summary.reconnectsTotal, 0);
    assert.equal(summary.reconnect, undefined);
    assert.equal(summary.ledger?.lost, 0);
    assert.equal(summary.ledger?.resumedReconnects, 0);
  });
});
