// Servers that are late by a known time: what the tool reads is that time, and nothing is left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadServer, publishTo } from '../support/scripted-load.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

const STREAMS = 20;

/** What may lie between the fastest deliveries of two runs, on cores that are busy with something else. */
const NOISE_MS = 5;

test('a server that delays by 50 ms reads 50 ms above the measured floor', async (t) => {
  const prompt = await ScriptedServer.start(t);
  // Few streams for longer: the more moments, the surer is one in which nothing else was done.
  const run = { streams: 3, durationMs: 1500 };
  const floor = (await loadServer(t, prompt, run)).summary.latency!;
  const delaying = await ScriptedServer.start(t, { stream: () => ({ delayMs: 50 }) });
  const delayed = (await loadServer(t, delaying, run)).summary.latency!;
  // The least of hundreds: a median is what else the machine does.
  const added = (delayed.minUs - floor.minUs) / 1000;
  // What the server's timers made of the 50 ms.
  const real = Math.min(...delaying.streams.map(({ shortestDelayMs }) => shortestDelayMs));
  assert.ok(
    Math.abs(added - real) < NOISE_MS,
    `read ${added} ms of ${real} above the floor of ${floor.minUs} us`,
  );
  // A timer may fire a millisecond early, and not more.
  assert.ok(delayed.minUs >= 49_000, `the least is ${delayed.minUs} us`);
});

test('a stall of 2 s shows in every event that was due meanwhile, not only in the first', async (t) => {
  const server = await ScriptedServer.start(t, { stream: () => ({ stall: { atId: 41, ms: 2000 } }) });
  const { summary } = await loadServer(t, server, {
    durationMs: 3000,
    publish: publishTo(server.url, '80/s'),
  });
  const { latency, ledger } = summary;
  assert.equal(summary.publishedTotal, 240);
  assert.equal(latency?.count, 240 * STREAMS);
  assert.equal(ledger?.lost, 0);
  // 160 of 240 events were due within the stall, each later by 12.5 ms than the one before. So the waits of the
  // slowest 160 fall evenly from 2 s to 0: the median is the 40th of them from below.
  // A busy machine adds to all of them; what is left out would take away.
  const isAbout = (us: number, seconds: number) => us / 1e6 > seconds - 0.15 && us / 1e6 < seconds + 1;
  assert.ok(isAbout(latency!.maxUs, 2), `max ${latency!.maxUs}`);
  assert.ok(isAbout(latency!.p99Us, 1.97), `p99 ${latency!.p99Us}`);
  assert.ok(isAbout(latency!.p90Us, 1.7), `p90 ${latency!.p90Us}`);
  assert.ok(isAbout(latency!.p50Us, 0.5), `p50 ${latency!.p50Us}`);
});

test('a publish that is answered late neither slows the schedule nor delays what is due meanwhile', async (t) => {
  const server = await ScriptedServer.start(t, { publish: () => ({ answerAfterMs: 300 }) });
  const { summary } = await loadServer(t, server, {
    durationMs: 1000,
    publish: publishTo(server.url, '80/s'),
  });
  assert.equal(summary.publishedTotal, 80);
  assert.equal(summary.ledger?.lost, 0);
  assert.equal(summary.limitedByServerIntervals, 0);
  assert.ok(server.publishes.length > 40, `${server.publishes.length} requests: they wait for answers`);
  // The server hands events on when they come, and answers later.
  const { p50Us } = summary.latency!;
  assert.ok(p50Us < 100_000, `p50 ${p50Us} us`);
});

test('publishes that are never answered are said to be unknown, and the run ends', async (t) => {
  const server = await ScriptedServer.start(t, { publish: () => ({ answerAfterMs: 3_600_000 }) });
  const { summary, notes } = await loadServer(t, server);
  assert.equal(summary.publishedTotal, 0);
  assert.equal(summary.publishErrorsTotal, 40);
  assert.equal(summary.publishUnknownTotal, 40);
  assert.equal(summary.ledger?.exact, false);
  assert.equal(server.log.length, 40, 'all of them were sent when they were due, none twice');
  const said = '40 events were not acknowledged: 40 sent, and not answered by the end of the run';
  assert.ok(notes.includes(said), String(notes));
});

test('a publish that is refused is said, and nobody is owed what the server did not take', async (t) => {
  const server = await ScriptedServer.start(t, {
    publish: (request) => (request === 2 ? { status: 503 } : {}),
  });
  const { summary, notes } = await loadServer(t, server);
  const failed = server.publishes[2]!.body.split('\n').length;
  assert.equal(summary.publishErrorsTotal, failed);
  assert.equal(summary.publishedTotal, 40 - failed);
  assert.equal(summary.ledger?.exact, true);
  assert.equal(summary.ledger?.expected, (40 - failed) * STREAMS);
  assert.equal(summary.ledger?.lost, 0);
  const said = `${failed} events were not acknowledged: ${failed} answered with status 503`;
  assert.ok(notes.includes(said), String(notes));
});

test('a publish whose fate is not known is said, and makes the ledger inexact', async (t) => {
  const server = await ScriptedServer.start(t, {
    publish: (request) => (request === 2 ? { status: 'reset' } : {}),
  });
  const { summary, notes } = await loadServer(t, server);
  // The one that was cut off and, on a busy machine, those that were pipelined behind it.
  const failed = summary.publishErrorsTotal;
  assert.ok(failed >= server.publishes[2]!.body.split('\n').length);
  assert.equal(summary.publishUnknownTotal, failed);
  assert.equal(summary.ledger?.exact, false);
  assert.equal(summary.ledger?.delivered, (40 - failed) * STREAMS);
  assert.ok(
    notes.some((note) => note.startsWith(`${failed} events were not acknowledged`)),
    String(notes),
  );
});
