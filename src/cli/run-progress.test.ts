import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampleRecord } from '../load/result.ts';
import { RunProgress } from './run-progress.ts';

function sampleAt(atMs: number, changes: Partial<SampleRecord> = {}): SampleRecord {
  return {
    kind: 'sample',
    atMs,
    streamsUp: 1200,
    streamsWanted: 2000,
    connects: 0,
    reconnects: 0,
    published: 50,
    publishErrors: 0,
    delivered: 60_000,
    receivedBytes: 0,
    heartbeats: 0,
    ends: {},
    latency: {
      count: 1,
      minUs: 1,
      p50Us: 1250,
      p90Us: 1,
      p99Us: 25_400,
      p999Us: 1,
      maxUs: 31_000,
      meanUs: 1,
    },
    latencyHistogram: undefined,
    repeatedTotal: 3,
    outOfOrderTotal: 4,
    wantedStreamSeconds: 0,
    freshStreamSeconds: 0,
    generator: { cpuUs: 0, privateBytes: 0, loopDelayP99Us: 0, limited: false },
    server: undefined,
    ...changes,
  };
}

function progress(terminal: { readonly isTTY?: boolean; readonly columns?: number }) {
  const written: string[] = [];
  return { written, shown: new RunProgress({ ...terminal, write: (text: string) => written.push(text) }) };
}

const UP_FOUR = '\u001b[4A\u001b[0J';

test('a terminal shows one block that changes in place', () => {
  const { written, shown } = progress({ isTTY: true });
  shown.sample(sampleAt(1000), 500);
  shown.sample(sampleAt(2000, { ends: { reset: 2 } }), 1000);
  const [first = '', up, second = ''] = written;
  assert.equal(written.length, 3);
  assert.equal(first.split('\n').length, 5, 'four lines, each ended');
  assert.match(first, /streams 1,200 of 2,000/);
  assert.match(first, /published 100\/s {2}delivered 120,000\/s/);
  assert.match(first, /p50 1\.3 ms {2}p99 25 ms {2}max 31 ms/);
  assert.match(first, /repeated 3 {2}out of order 4$/m);
  assert.equal(up, UP_FOUR);
  assert.match(second, /published 50\/s/);
  assert.match(second, /ends: reset 2$/m);
});

test('ends are of the whole run, not of the last interval', () => {
  const { written, shown } = progress({ isTTY: true });
  shown.sample(sampleAt(1000, { ends: { reset: 2 } }), 1000);
  shown.sample(sampleAt(2000, { ends: { reset: 1, own: 5 } }), 1000);
  assert.match(written.at(-1)!, /ends: reset 3, own 5$/m);
});

test('a note stands above the block and is not overwritten', () => {
  const { written, shown } = progress({ isTTY: true });
  shown.sample(sampleAt(1000), 1000);
  shown.note('Something');
  shown.sample(sampleAt(2000), 1000);
  assert.deepEqual(written.slice(1, 3), [UP_FOUR, 'Something\n']);
  assert.ok(!written[3]!.startsWith('\u001b'), 'nothing is left to take away');
});

test('no line is wider than the terminal, which would wrap it and lose the block', () => {
  const { written, shown } = progress({ isTTY: true, columns: 30 });
  shown.sample(sampleAt(1000, { ends: { reset: 1, complete: 1, truncated: 1, timeout: 1 } }), 1000);
  for (const line of written[0]!.split('\n')) assert.ok(line.length <= 30, line);
});

test('elsewhere it is a plain line every five seconds', () => {
  const { written, shown } = progress({});
  for (let atMs = 1000; atMs <= 11_000; atMs += 1000) shown.sample(sampleAt(atMs), 1000);
  shown.clear();
  assert.equal(written.length, 3);
  for (const line of written) {
    assert.match(line, /^\d+s {2}streams [^\n]*\n$/);
    assert.ok(!line.includes('\u001b'));
  }
});

test('it says when the server holds publishes, and only then', () => {
  const { written, shown } = progress({ isTTY: true });
  shown.sample(sampleAt(1000, { limitedByServer: true }), 1000);
  shown.sample(sampleAt(2000), 1000);
  assert.match(written[0]!, /delivered 60,000\/s {2}\(the server holds publishes\)$/m);
  assert.doesNotMatch(written.at(-1)!, /holds/);
});

test('it says when there is no event, and when the tool itself was late', () => {
  const { written, shown } = progress({ isTTY: true });
  const generator = { cpuUs: 0, privateBytes: 0, loopDelayP99Us: 0, limited: true };
  shown.sample(sampleAt(0, { latency: undefined, generator }), 0);
  assert.match(written[0]!, /no event yet {2}\(limited by the generator\)/);
});
