import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SampleRecord, ServerFigures, SummaryRecord } from '../src/load/result.ts';
import { deliveryFigures, idleFigures } from './load-result.ts';

function sample(atMs: number, streamsUp: number, delivered: number, cpuUs: number): SampleRecord {
  const server = { cpuUs, privateBytes: 5_000_000, kernelSocketBytes: 40_000 } as ServerFigures;
  const generator = { cpuUs: 500_000 };
  return {
    kind: 'sample',
    atMs,
    streamsUp,
    delivered,
    published: delivered / 100,
    server,
    generator,
  } as SampleRecord;
}

const summary = {
  streamsPeak: 100,
  ledger: { lost: 3, repeated: 0, outOfOrder: 0 },
  latency: { p50Us: 10, p99Us: 99 },
} as SummaryRecord;

test('the CPU of connecting is not that of delivering', () => {
  const samples = [
    sample(1000, 50, 0, 9_000_000),
    // Still connecting in the first half of it.
    sample(2000, 100, 50, 9_000_000),
    // Publishing has begun within it, and ends within the last: their rates are not the rate.
    sample(3000, 100, 500, 1000),
    sample(4000, 100, 1000, 2000),
    sample(6000, 100, 2000, 4000),
    sample(7000, 100, 100, 200),
    // The settling: nothing is delivered, and what the server does is not for an event.
    sample(8000, 100, 0, 7000),
  ];
  const figures = deliveryFigures({ samples, summary });
  assert.equal(figures.cpuUsPerEvent, 2);
  assert.equal(figures.deliveriesPerSecond, 1000);
  assert.equal(figures.eventsPerSecond, 10);
  assert.ok(Math.abs(figures.toolCores! - 1 / 3) < 1e-9);
  assert.equal(figures.lost, 3);
});

test('what is not known is absent', () => {
  const samples = [sample(1000, 100, 10, 1), { ...sample(2000, 100, 10, 1), server: undefined }];
  const figures = deliveryFigures({ samples, summary: { ...summary, latency: undefined } });
  assert.equal('cpuUsPerEvent' in figures, false);
  assert.equal('p99Us' in figures, false);
});

test('an idle stream costs what the server has grown by since before there was one', () => {
  const samples = [sample(1000, 100, 0, 0), sample(2000, 99, 0, 0)];
  const before = { privateBytes: 1_000_000, kernelSocketBytes: undefined };
  const figures = idleFigures({ samples, summary }, before);
  assert.deepEqual(figures, { privateBytesPerStream: 40_000, basePrivateBytes: 1_000_000 });
});
