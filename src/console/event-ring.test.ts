// What the page keeps, and what it counts by the second: bounded, and right at the bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ArrivedEvent, EventRing } from './page/event-ring.ts';
import { Intake } from './page/intake.ts';
import { SecondTally } from './page/second-tally.ts';
import { viewOfQuery } from './page/view.ts';

const eventOf = (data: string): ArrivedEvent => ({
  id: `e-${data.length}`,
  type: 'message',
  topic: '',
  data,
  dataChars: data.length,
  arrivedAtMs: 0,
  latencyMs: undefined,
});

const contents = (ring: { size: number; at(place: number): ArrivedEvent | undefined }) =>
  Array.from({ length: ring.size }, (_, place) => ring.at(place)!.data);

test('a ring holds the newest events, newest first, within both of its bounds', () => {
  const data = fc.array(fc.string({ maxLength: 12 }), { maxLength: 60 });
  fc.assert(
    fc.property(data, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 }), (all, most, chars) => {
      const ring = new EventRing(most, chars);
      const model: string[] = [];
      for (const data of all) {
        ring.add(eventOf(data));
        model.unshift(data);
        while (model.length > most || (model.length > 1 && model.join('').length > chars)) model.pop();
        assert.deepEqual(contents(ring), model);
        assert.equal(ring.at(model.length), undefined);
      }
      ring.clear();
      assert.deepEqual(contents(ring), []);
    }),
  );
});

test('a snapshot stays while the ring goes on', () => {
  const ring = new EventRing(2, 100);
  for (const data of ['a', 'b']) ring.add(eventOf(data));
  const snapshot = ring.snapshot();
  ring.add(eventOf('c'));
  assert.deepEqual(contents(snapshot), ['b', 'a']);
  assert.deepEqual(contents(ring), ['c', 'b']);
});

test('an event that a filter lets through stays while 5,000 others go by', () => {
  const intake = new Intake();
  const view = viewOfQuery('');
  intake.setFilter('rare');
  intake.add('message', 'rare', 'e-1', view, 0);
  for (let i = 2; i < 5100; i++) intake.add('message', 'common', `e-${i}`, view, 0);
  assert.equal(intake.total, 5099);
  assert.equal(intake.kept.size, 5000);
  assert.deepEqual(contents(intake.matching), ['rare']);
  intake.setFilter('');
  assert.equal(intake.matching.size, 5000);
});

test('the latency of an event is from the time in its data; that of history is none', () => {
  const intake = new Intake();
  const view = viewOfQuery('?time=at');
  const sentAtMs = Date.UTC(2026, 0);
  const latencyAt = (id: string, laterMs: number, data = JSON.stringify({ at: sentAtMs })) =>
    intake.add('message', data, id, view, sentAtMs + laterMs).latencyMs;
  assert.equal(latencyAt('e-1', 12), 12);
  assert.equal(latencyAt('e-2', -3), -3);
  assert.equal(latencyAt('e-3', 60_001), undefined);
  assert.equal(latencyAt('e-4', 12, 'text'), undefined);
  intake.replayedTo = 9;
  assert.equal(latencyAt('e-9', 12), undefined);
  assert.equal(latencyAt('e-10', 12), 12);
});

test('long data is cut when it is kept, and its length is not forgotten', () => {
  const event = new Intake().add('message', 'x'.repeat(65_536), 'e-1', viewOfQuery(''), 0);
  assert.deepEqual([event.data.length, event.dataChars], [20_000, 65_536]);
});

test('events count in the second of their arrival, and empty seconds count as well', () => {
  const tally = new SecondTally(10_000);
  for (const [atMs, latencyMs] of [
    [10_100, 5],
    [10_900, 9],
    [10_950, 1],
    [12_500, undefined],
  ] as const) {
    tally.add(atMs, 10, latencyMs);
  }
  assert.deepEqual(tally.seconds(13_000), [
    { second: 10, events: 3, chars: 30, medianMs: 5, slowestMs: 9 },
    { second: 11, events: 0, chars: 0, medianMs: null, slowestMs: null },
    { second: 12, events: 1, chars: 10, medianMs: null, slowestMs: null },
  ]);
});

test('a tally holds 300 seconds, however long nobody asked and however many came', () => {
  const tally = new SecondTally(0);
  for (let i = 0; i < 5000; i++) tally.add(0, 1, i);
  tally.add(10_000_500, 1, 1);
  const seconds = tally.seconds(10_001_000);
  assert.equal(seconds.length, 300);
  assert.deepEqual([seconds[0]!.second, seconds.at(-1)!.second], [9701, 10_000]);
  assert.equal(seconds.at(-1)!.events, 1);
});

test('of thousands of latencies in a second the largest is exact and the median is near', () => {
  const tally = new SecondTally(0);
  for (let i = 0; i < 20_000; i++) tally.add(0, 1, i);
  const [second] = tally.seconds(1000);
  assert.equal(second!.slowestMs, 19_999);
  assert.ok(Math.abs(second!.medianMs! - 10_000) < 1500, String(second!.medianMs));
});

test('a clock that is set back goes on in the second that is under way', () => {
  const tally = new SecondTally(10_000);
  tally.add(5000, 1, undefined);
  assert.deepEqual(tally.seconds(6000), []);
  assert.equal(tally.seconds(11_000)[0]!.events, 1);
});
