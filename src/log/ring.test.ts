import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { everything, topics } from '../../test/support/selections.ts';
import type { LogRecord } from './event-log.ts';
import { Ring, type RingLimits } from './ring.ts';

const ROOMY: RingLimits = { maxEvents: 1000, maxBytes: 1_000_000, maxAgeMs: 1000 };

function record(position: number, more: Partial<LogRecord> = {}): LogRecord {
  return { position, topic: 'a', frame: Buffer.alloc(10), timeMs: 0, endsTopic: false, ...more };
}

test('a ring begins after the head it is given, and takes only the next position', () => {
  const ring = new Ring(ROOMY, 41);
  assert.deepEqual([ring.head, ring.oldest, ring.bytes], [41, 42, 0]);
  assert.throws(() => ring.push(record(41)), RangeError);
  assert.throws(() => ring.push(record(43)), RangeError);
  ring.push(record(42));
  assert.deepEqual([ring.head, ring.oldest], [42, 42]);
});

test('what it does not keep is undefined, and reading after it throws', () => {
  const ring = new Ring({ ...ROOMY, maxEvents: 2 });
  for (const position of [1, 2, 3, 4]) ring.push(record(position));
  assert.deepEqual([ring.get(2), ring.get(3)?.position, ring.get(4)?.position], [undefined, 3, 4]);
  assert.equal(ring.get(5), undefined);
  assert.throws(() => ring.read(1, everything, { maxBytes: 1, maxScanned: 1 }), RangeError);
  assert.deepEqual(ring.read(2, everything, { maxBytes: 1, maxScanned: 10 }).to, 3);
});

test('a read after the head stays where it is', () => {
  const ring = new Ring(ROOMY, 5);
  assert.deepEqual(ring.read(9, everything, { maxBytes: 1, maxScanned: 1 }), { records: [], to: 9 });
});

test('many tiny events are bounded by bytes too: each costs more than its frame', () => {
  const ring = new Ring({ ...ROOMY, maxEvents: 1_000_000, maxBytes: 100_000 });
  for (let position = 1; position <= 10_000; position++) ring.push(record(position));
  assert.ok(ring.head - ring.oldest < 500, `${ring.head - ring.oldest + 1} are kept`);
  assert.ok(ring.bytes <= 100_000);
});

test('an emptied ring holds no bytes', () => {
  const ring = new Ring(ROOMY);
  for (let position = 1; position <= 200; position++) ring.push(record(position));
  ring.trim(1001);
  assert.deepEqual([ring.bytes, ring.oldest, ring.head], [0, 201, 200]);
});

test('it behaves like an array from which the oldest are dropped', () => {
  const push = fc.record({
    topic: fc.constantFrom('a', 'b'),
    bytes: fc.integer({ min: 1, max: 2000 }),
    pauseMs: fc.constantFrom(0, 0, 1, 30),
  });
  const limits = fc.record({
    maxEvents: fc.constantFrom(1, 2, 63, 64, 65, 100, 128, 1000),
    maxBytes: fc.constantFrom(1, 5000, 100_000),
    maxAgeMs: fc.constantFrom(10, 500, 1_000_000),
  });
  const view = fc.record({
    after: fc.nat(),
    maxBytes: fc.integer({ min: 1, max: 5000 }),
    maxScanned: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(push, { maxLength: 300, size: 'max' }), limits, view, (pushes, bounds, look) => {
      const ring = new Ring(bounds);
      let model: LogRecord[] = [];
      let nowMs = 0;
      const cost = () =>
        model.reduce((sum, { frame, topic }) => sum + frame.byteLength + topic.length + 200, 0);
      for (const [i, { topic, bytes, pauseMs }] of pushes.entries()) {
        nowMs += pauseMs;
        if (pauseMs > 0) ring.trim(nowMs);
        if (pauseMs > 0) model = model.filter(({ timeMs }) => timeMs >= nowMs - bounds.maxAgeMs);
        const next = record(i + 1, { topic, frame: Buffer.alloc(bytes), timeMs: nowMs });
        ring.push(next);
        model = [...model, next].slice(-bounds.maxEvents);
        while (model.length > 1 && cost() > bounds.maxBytes) model.shift();
        assert.equal(ring.head, i + 1);
        assert.equal(ring.oldest, model[0]?.position);
      }
      assert.equal(ring.bytes, cost());
      for (let position = 0; position <= pushes.length + 1; position++) {
        assert.equal(
          ring.get(position),
          model.find((entry) => entry.position === position),
        );
      }
      const after = ring.oldest - 1 + (look.after % (model.length + 1));
      for (const wanted of [everything, topics('b')]) {
        assert.deepEqual(ring.read(after, wanted, look), readModel(model, after, ring.head, wanted, look));
      }
    }),
    { numRuns: 150 },
  );
});

function readModel(
  model: readonly LogRecord[],
  after: number,
  head: number,
  wanted: { matches(topic: string): boolean },
  { maxBytes, maxScanned }: { maxBytes: number; maxScanned: number },
) {
  const last = Math.min(head, after + maxScanned);
  const scanned = model.filter(({ position }) => position > after && position <= last);
  const records: LogRecord[] = [];
  let bytes = 0;
  for (const entry of scanned.filter(({ topic }) => wanted.matches(topic))) {
    bytes += entry.frame.byteLength;
    if (records.length > 0 && bytes > maxBytes) return { records, to: entry.position - 1 };
    records.push(entry);
  }
  return { records, to: last };
}
