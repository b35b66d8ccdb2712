import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLog, type Opened, range, rigShard, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnOfLoop, turnUntil } from '../../test/support/turns.ts';
import { withCode } from '../../test/support/with-code.ts';

const MAX_LOG_READS = 8;

/** A shard whose ring holds the last event only, and streams that all have to read the log. */
async function rigReaders(count: number) {
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 1 } });
  await rig.publish('a', ...range(1, 10));
  const readers: Opened[] = [];
  for (let i = 0; i < count; i++) readers.push(rig.open(['a'], { fromEarliest: true }));
  await turnUntil('reads', () => log.waiting.length === Math.min(count, MAX_LOG_READS));
  await turnOfLoop();
  return { log, rig, readers };
}

test('what the ring has is not read from the log', async () => {
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 5 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet } = rig.open(['a'], { lastEventId: `${log.epoch}-5` });
  await rig.settle();
  assert.deepEqual([outlet.events, log.readCount], [range(6, 10), 0]);
});

test('the ring takes over where the log was read up to it', async () => {
  const log = new SteppedLog(memoryLog());
  log.goFast();
  const rig = new ShardRig(log, { ring: { maxEvents: 1000 } });
  await rig.publish('a', ...range(1, 3000));
  const { outlet } = rig.open(['a'], { fromEarliest: true });
  await rig.settle();
  assert.deepEqual([outlet.events, log.readCount], [range(1, 3000), 1]);
});

test('one page is one write of about 64 KiB at most', async () => {
  const rig = rigShard();
  await rig.publish('a', ...range(1, 20).map((data) => data.padEnd(20_000, '.')));
  const { outlet } = rig.open(['a'], { fromEarliest: true });
  await rig.settle();
  assert.equal(outlet.events.length, 20);
  for (const bytes of outlet.writes) assert.ok(bytes.byteLength <= 65_536);
  assert.equal(outlet.writes.length, 1 + 7);
});

test('at most 8 reads of the log are under way, and every stream has its turn', async () => {
  const { log, rig, readers } = await rigReaders(30);
  while (log.waiting.length > 0) {
    assert.ok(log.waiting.length <= MAX_LOG_READS);
    log.step();
    await turnOfLoop();
    await turnOfLoop();
  }
  await rig.settle();
  for (const { outlet } of readers) assert.deepEqual(outlet.events, range(1, 10));
  assert.equal(log.readCount, 30);
});

test('streams that wait for the log are not forgotten when those before them end', async () => {
  const { log, rig, readers } = await rigReaders(20);
  // As many as there are reads under way: each of them is admitted, and has no use for it.
  for (const { stream, outlet } of readers.slice(8, 16)) {
    outlet.closesWhenEnded = false;
    rig.shard.end(stream, 'expired');
  }
  log.goFast();
  await rig.settle();
  for (const { outlet } of readers.slice(16)) assert.deepEqual(outlet.events, range(1, 10));
});

test('streams that wait for the log are not forgotten when those before them are pushed back', async () => {
  const { log, rig, readers } = await rigReaders(20);
  for (const { stream, outlet } of readers.slice(8, 16)) {
    outlet.pushesBack = true;
    rig.shard.beat(stream, performance.now());
  }
  log.goFast();
  await rig.settle();
  for (const { outlet } of readers.slice(16)) assert.deepEqual(outlet.events, range(1, 10));
  for (const { outlet } of readers.slice(8, 16)) outlet.drain();
  await rig.settle();
  for (const { outlet } of readers) assert.deepEqual(outlet.events, range(1, 10));
});

test('streams that close while they read or wait leave no read taken', async () => {
  const { log, rig, readers } = await rigReaders(20);
  for (const { outlet } of readers) outlet.close();
  log.goFast();
  const { outlet } = rig.open(['a'], { fromEarliest: true });
  await rig.settle();
  assert.deepEqual(outlet.events, range(1, 10));
  assert.equal(log.readCount, MAX_LOG_READS + 1);
});

test('a stream that drains while its read is under way reads once', async () => {
  const { log, rig, readers } = await rigReaders(1);
  const { stream, outlet } = readers[0]!;
  outlet.pushesBack = true;
  rig.shard.beat(stream, performance.now());
  outlet.drain();
  await turnOfLoop();
  log.goFast();
  await rig.settle();
  assert.deepEqual([outlet.events, log.readCount], [range(1, 10), 1]);
});

test('a read that fails since its history was trimmed meanwhile is a gap, not an error', async () => {
  const log = new SteppedLog(memoryLog({ maxEvents: 10 }));
  const rig = new ShardRig(log, { ring: { maxEvents: 1 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet } = rig.open(['a'], { fromEarliest: true });
  await turnUntil('the read', () => log.waiting.length === 1);
  await rig.publish('a', ...range(11, 15));
  log.waiting.shift()!.fail(new Error('trimmed'));
  log.goFast();
  await rig.settle();
  assert.deepEqual(outlet.events, range(6, 15));
  assert.deepEqual(outlet.controls, [
    { kind: 'gap', reason: 'trimmed', from: `${log.epoch}-0`, to: `${log.epoch}-5` },
  ]);
});

test('a stream whose topics do not match reads to the head without a write', async () => {
  const rig = rigShard();
  for (let i = 0; i < 5; i++) await rig.publish('a', ...range(1, 1000));
  const { outlet, stream } = rig.open(['b/*'], { fromEarliest: true });
  await rig.settle();
  assert.deepEqual([stream.state, stream.position, outlet.writes.length], ['live', 5000, 1]);
});

test('many streams that catch up take turns page by page', async () => {
  const rig = rigShard();
  await rig.publish('a', ...range(1, 20).map((data) => data.padEnd(40_000, '.')));
  const order: number[] = [];
  for (const i of [0, 1, 2]) {
    const { outlet } = rig.open(['a'], { fromEarliest: true });
    outlet.onWrite = () => order.push(i);
  }
  await rig.settle();
  assert.deepEqual(
    order,
    Array.from({ length: order.length }, (_, i) => i % 3),
  );
  assert.equal(order.length, 60);
});

test('the more waits for clients that catch up, the smaller their pages; what they take or leave with is let go', async () => {
  const rig = rigShard({
    limits: { maxEvents: 100_000 },
    maxReplayBytes: 33 * 1024 * 1024,
    maxStreams: 2000,
  });
  await rig.publish('a', ...range(1, 100).map((data) => data.padEnd(2000, '.')));
  const slow: Opened[] = [];
  const openSlow = () => {
    const opened = rig.open(['a'], { fromEarliest: true });
    opened.outlet.pushesBack = true;
    slow.push(opened);
  };
  // Pushed back by their first blocks, so that each pushes back on its first page.
  const start = { position: 0, isResume: true, gap: undefined };
  while (slow.length < 600) openSlow();
  for (const { outlet } of slow) {
    outlet.drain();
    outlet.pushesBack = true;
  }
  await rig.settle();
  const pages = slow.map(({ outlet }) => outlet.writes.at(-1)!.byteLength);
  assert.ok(pages[0]! > 60_000 && pages[0]! <= 65_536);
  assert.ok(pages.at(-1)! <= 4096, `${pages.at(-1)} bytes`);
  assert.ok(pages.reduce((sum, bytes) => sum + bytes) < 36 * 1024 * 1024);
  while (slow.length < 1000) openSlow();
  for (const { outlet } of slow.slice(600)) {
    outlet.drain();
    outlet.pushesBack = true;
  }
  await rig.settle();
  assert.throws(() => rig.shard.admit(start), withCode('ERR_HUB_BUSY'), 'nobody with history to get');
  rig.shard.admit({ ...start, position: rig.log.head });
  for (const { outlet } of slow) outlet.close();
  rig.shard.admit(start);
});
