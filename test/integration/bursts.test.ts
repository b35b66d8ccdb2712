// Bursts and costs that one client can cause, and what they may not do to others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { type Pattern, parsePattern } from '../../src/hub/pattern.ts';
import { TopicIndex } from '../../src/hub/topic-index.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { rigShard } from '../support/shard-rig.ts';

test('a batch to many subscriptions is matched in bounded memory, and all of it arrives', async () => {
  const rig = rigShard({ maxStreams: 3000 });
  const opened = Array.from({ length: 2000 }, (_, i) => rig.open([`users/${i}`, 'broadcast']));
  const before = getHeapStatistics().used_heap_size;
  await rig.publish('broadcast', ...Array.from({ length: 1000 }, (_, i) => String(i)));
  const grownBytes = getHeapStatistics().used_heap_size - before;
  // Two million hits would be 16 MB at least; 65,536 and the batch itself are some 2 MB.
  assert.ok(grownBytes < 8_000_000, `${grownBytes} bytes for the burst`);
  await rig.settle();
  for (const { outlet } of opened) assert.equal(outlet.events.length, 1000);
  assert.deepEqual(
    opened[7]!.outlet.events,
    Array.from({ length: 1000 }, (_, i) => String(i)),
  );
});

test('what waits unmatched when the ring drops it is a gap or read from the log, never lost in silence', async () => {
  const rig = rigShard({ maxStreams: 3000, limits: { maxEvents: 50 } });
  const opened = Array.from({ length: 1500 }, (_, i) => rig.open([`users/${i}`, 'broadcast']));
  for (let i = 0; i < 6; i++)
    await rig.publish('broadcast', ...Array.from({ length: 50 }, (_, n) => `${i}.${n}`));
  await rig.settle();
  for (const { outlet } of opened) {
    const gaps = outlet.controls.filter((control) => control.kind === 'gap').length;
    assert.ok(outlet.events.length === 300 || gaps > 0, `${outlet.events.length} events and no gap`);
    assert.equal(outlet.events.at(-1), '5.49');
    assert.equal(new Set(outlet.events).size, outlet.events.length);
  }
});

test('patterns that strangers choose cost the index little', () => {
  const patterns: Pattern[] = [];
  for (let i = 0; i < 100; i++) {
    const parsed = parsePattern(`${Array.from({ length: 15 }, (_, depth) => `${i}.${depth}`).join('/')}/*`);
    assert.ok('pattern' in parsed);
    patterns.push(parsed.pattern);
  }
  const subscriber = {};
  const grownBytes = [1, 2, 3].map(() => {
    const index = new TopicIndex<object>();
    const before = getHeapStatistics().used_heap_size;
    for (const pattern of patterns) index.add(pattern, subscriber);
    const bytes = getHeapStatistics().used_heap_size - before;
    for (const pattern of patterns) index.remove(pattern, subscriber);
    assert.ok(index.isEmpty);
    return bytes;
  });
  // The least of them: the heap itself grows by a page of 1 MiB now and then.
  assert.ok(Math.min(...grownBytes) < 1_000_000, `${grownBytes} bytes for the patterns of one request`);
});

test('retention by age does not follow steps of the wall clock', async (t) => {
  const log = new MemoryLog({
    maxEvents: 10,
    maxBytes: 1e6,
    maxAgeMs: 3_600_000,
    maxKeys: 10,
    maxKeyAgeMs: 600_000,
    maxEndedTopics: 10,
  });
  await log.append([{ topic: 'a', data: '1' }]);
  const { now } = Date;
  t.mock.method(Date, 'now', () => now() + 86_400_000);
  await log.append([{ topic: 'a', data: '2' }]);
  assert.equal(log.oldest, 1);
});
