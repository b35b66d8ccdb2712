// Servers that break their promises in known ways: the summary has to say exactly what was done to the streams.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { LoadOptions } from '../../src/load/generator/run-options.ts';
import type { LedgerFigures } from '../../src/load/result.ts';
import { loadServer, publishTo } from '../support/scripted-load.ts';
import { ScriptedServer, type ServerScript } from '../support/scripted-server.ts';
import type { StreamScript } from '../support/scripted-stream.ts';

const STREAMS = 20;
const EVENTS = 40;
const OWED = STREAMS * EVENTS;

/** Every fourth stream, on its first connection: 5 of 20. */
const AFFECTED = 5;

function onEveryFourth(script: StreamScript): ServerScript {
  return { stream: (connection) => (connection < STREAMS && connection % 4 === 0 ? script : {}) };
}

async function loadScripted(t: TestContext, script: ServerScript, changes: Partial<LoadOptions> = {}) {
  const server = await ScriptedServer.start(t, script);
  const result = await loadServer(t, server, changes);
  const { losses, ...ledger } = result.summary.ledger!;
  const placed = losses?.lossy.reduce((sum, { lost }) => sum + lost, 0) ?? 0;
  assert.equal(placed, ledger.lost, 'each loss has its place in time');
  return { server, ...result, ledger };
}

const clean: LedgerFigures = {
  expected: OWED,
  delivered: OWED,
  lost: 0,
  repeated: 0,
  outOfOrder: 0,
  late: 0,
  exact: true,
  resumedReconnects: 0,
  lossyReconnects: 0,
};

describe('the ledger', { concurrency: 3 }, () => {
  test('has nothing to say against a server that keeps its promises', async (t) => {
    const { summary, ledger, notes, samples } = await loadScripted(t, {});
    assert.deepEqual(ledger, clean);
    assert.deepEqual(notes, []);
    assert.deepEqual(summary.ends, {});
    assert.equal(summary.publishedTotal, EVENTS);
    assert.equal(summary.publishErrorsTotal, 0);
    assert.equal(summary.deliveredTotal, OWED);
    assert.equal(summary.connectsTotal, STREAMS);
    assert.equal(summary.reconnectsTotal, 0);
    assert.equal(summary.streamsPeak, STREAMS);
    assert.equal(summary.interrupted, false);
    for (const kind of ['connect', 'head', 'firstEvent'] as const)
      assert.equal(summary[kind]?.count, STREAMS);
    assert.equal(summary.latency?.count, OWED);
    assert.equal(
      samples.reduce((sum, { delivered }) => sum + delivered, 0),
      OWED,
    );
  });

  test('counts each lost event of each stream', async (t) => {
    const { server, ledger } = await loadScripted(t, onEveryFourth({ loseEvery: 8 }));
    const lost = AFFECTED * (EVENTS / 8);
    assert.equal(server.count('lost'), lost);
    assert.deepEqual(ledger, { ...clean, delivered: OWED - lost, lost });
  });

  test('has events that are too large for the tool as lost, and says that it is not exact', async (t) => {
    // With its field name and id a payload of 1 MiB makes a block of more.
    const server = await ScriptedServer.start(t);
    const { summary, notes } = await loadServer(t, server, {
      streams: 2,
      publish: { ...publishTo(server.url, '4/s')!, payloadBytes: 1024 * 1024 },
    });
    const owed = 2 * server.log.length;
    assert.ok(owed > 0);
    assert.equal(summary.deliveredTotal, 0);
    assert.deepEqual([summary.ledger?.lost, summary.ledger?.exact], [owed, false]);
    assert.ok(notes.includes(`${owed} events were too large for this tool, and count as lost`), notes.join());
  });

  test('counts what is missing at the very end, too', async (t) => {
    const { ledger } = await loadScripted(t, onEveryFourth({ loseEvery: EVENTS }));
    assert.deepEqual(ledger, { ...clean, delivered: OWED - AFFECTED, lost: AFFECTED });
  });

  test('owes everything to a stream that never gets an event', async (t) => {
    const { ledger } = await loadScripted(t, onEveryFourth({ loseEvery: 1 }));
    const lost = AFFECTED * EVENTS;
    assert.deepEqual(ledger, { ...clean, delivered: OWED - lost, lost });
  });

  test('counts what came twice', async (t) => {
    const { server, summary, ledger } = await loadScripted(t, onEveryFourth({ repeatEvery: 10 }));
    const repeated = AFFECTED * (EVENTS / 10);
    assert.equal(server.count('repeated'), repeated);
    assert.deepEqual(ledger, { ...clean, repeated });
    assert.equal(summary.deliveredTotal, OWED + repeated);
  });

  test('counts what came behind a later one, and does not call it lost', async (t) => {
    const { server, ledger } = await loadScripted(t, onEveryFourth({ swapEvery: 9 }));
    const swapped = AFFECTED * Math.floor(EVENTS / 9);
    assert.equal(server.count('swapped'), swapped);
    assert.deepEqual(ledger, { ...clean, outOfOrder: swapped });
  });

  test('keeps topics apart, and knows which of them a stream is owed', async (t) => {
    const server = await ScriptedServer.start(t, { stream: () => ({ loseEvery: 4 }) });
    const { summary } = await loadServer(t, server, {
      url: `${server.url}/stream?topic={topic}`,
      topics: { name: 'room {n}/a&b', count: 4 },
    });
    // Topics take turns: every event that is lost is of topic 3, which 5 of 20 streams have.
    const owed = EVENTS * (STREAMS / 4);
    const lost = 10 * 5;
    const { losses: _, ...ledger } = summary.ledger!;
    assert.deepEqual(ledger, { ...clean, expected: owed, delivered: owed - lost, lost });
    assert.deepEqual([...new Set(server.log.map(({ topic }) => topic))].toSorted(), [
      'room 0/a&b',
      'room 1/a&b',
      'room 2/a&b',
      'room 3/a&b',
    ]);
  });

  test('owes every topic to streams whose URL names none', async (t) => {
    const { ledger } = await loadScripted(t, {}, { topics: { name: 'load/{n}', count: 4 } });
    assert.deepEqual(ledger, clean);
  });

  test('is the same over any framing of the same stream', async (t) => {
    const framings: StreamScript[] = [
      { lineEnd: '\r' },
      { lineEnd: '\r\n' },
      { byByte: true },
      { byByte: true, lineEnd: '\r' },
    ];
    const { summary, ledger } = await loadScripted(t, {
      stream: (connection) => framings[connection % framings.length]!,
    });
    assert.deepEqual(ledger, clean);
    assert.deepEqual(summary.ends, {});
  });

  test('tells heartbeats from events, as comments and as blocks with only an id', async (t) => {
    const { server, summary, ledger } = await loadScripted(t, {
      stream: (connection) => ({ heartbeat: connection % 2 === 0 ? 'comment' : 'cursor' }),
    });
    assert.deepEqual(ledger, clean);
    assert.equal(server.count('heartbeats'), OWED);
    assert.equal(summary.heartbeatsTotal, OWED);
    // Some come in one read with their event, and have no gap.
    assert.ok((summary.heartbeatGap?.count ?? 0) <= OWED);
    assert.equal(summary.deliveredTotal, OWED);
  });
});
