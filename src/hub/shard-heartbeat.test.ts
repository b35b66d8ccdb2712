import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTime } from '../../test/support/fake-time.ts';
import { memoryLog, range, rigShard, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnOfLoop } from '../../test/support/turns.ts';

test('the heartbeat of an idle live stream moves its cursor to the head', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const { outlet } = rig.open(['quiet']);
  await rig.publish('busy', ...range(1, 100));
  assert.equal(outlet.lastEventId, `${rig.log.epoch}-0`);
  await time.advance(15_000);
  assert.deepEqual(outlet.received.slice(1), [{ kind: 'cursor', id: `${rig.log.epoch}-100` }]);
});

test('all idle live streams get the very same heartbeat', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const streams = Array.from({ length: 10 }, (_, i) => rig.open([`quiet/${i}`]));
  await time.advance(15_000);
  const beats = new Set(streams.map(({ outlet }) => outlet.writes[1]));
  assert.equal(beats.size, 1);
});

test('a quiet stream outlives the retention of busy topics without a gap', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard({ limits: { maxEvents: 10 } });
  const { outlet } = rig.open(['quiet']);
  for (let round = 0; round < 5; round++) {
    await rig.publish('busy', ...range(1, 30));
    await time.advance(15_000);
  }
  await rig.publish('quiet', 'x');
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls], [['x'], []]);
  outlet.close();
  const again = rig.open(['quiet'], { lastEventId: outlet.lastEventId });
  assert.deepEqual(
    again.outlet.controls.map(({ kind }) => kind),
    ['resumed'],
  );
});

test('a stream that waits for the log says how far it is, not where the head is', async (t) => {
  const time = fakeTime(t);
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 10 } });
  await rig.publish('a', ...range(1, 3000));
  const { outlet, stream } = rig.open(['a', 'b'], { lastEventId: `${log.epoch}-7` });
  await time.advance(15_000);
  assert.deepEqual(outlet.received.at(-1), { kind: 'cursor', id: `${log.epoch}-7` });
  log.goFast();
  await rig.settle();
  assert.equal(stream.state, 'live');
  assert.deepEqual(outlet.events, range(8, 3000));
});

test('a stream that reads where nothing matches says how far it has come', async (t) => {
  const time = fakeTime(t);
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 10 } });
  await rig.publish('busy', ...range(1, 5000));
  const { outlet } = rig.open(['quiet/*'], { lastEventId: `${log.epoch}-0` });
  await turnOfLoop();
  log.step();
  await time.advance(15_000);
  assert.deepEqual(outlet.received.at(-1), { kind: 'cursor', id: `${log.epoch}-2048` });
  log.goFast();
  await rig.settle();
});

test('the heartbeat of a stream whose events still wait says the position before them', async () => {
  const rig = rigShard();
  const { outlet, stream } = rig.open(['a']);
  await rig.publish('a', '1');
  await rig.settle();
  await rig.publish('a', '2');
  rig.shard.beat(stream, performance.now());
  assert.deepEqual(outlet.received.at(-1), { kind: 'cursor', id: `${rig.log.epoch}-1` });
  await rig.settle();
  assert.deepEqual(outlet.events, ['1', '2']);
});

test('a stream that is pushed back by its heartbeat goes on from there', async () => {
  const rig = rigShard({ limits: { maxEvents: 10 } });
  const { outlet, stream } = rig.open(['a']);
  await rig.publish('b', ...range(1, 20));
  outlet.pushesBack = true;
  rig.shard.beat(stream, performance.now());
  assert.equal(stream.state, 'behind');
  await rig.publish('a', 'x');
  await rig.settle();
  assert.deepEqual(outlet.events, []);
  outlet.drain();
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls], [['x'], []]);
});

test('a stream that was written to recently gets no heartbeat', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const busy = rig.open(['a']).outlet;
  const quiet = rig.open(['b']).outlet;
  for (let i = 1; i <= 10; i++) {
    await rig.publish('a', String(i));
    await time.advance(6000);
  }
  const beats = (outlet: typeof busy) => outlet.received.filter(({ kind }) => kind === 'cursor').length - 1;
  assert.equal(beats(busy), 0);
  assert.ok(beats(quiet) >= 4);
});

test('a read that ends after a heartbeat has pushed back is dropped, and read again after the drain', async () => {
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 2 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet, stream } = rig.open(['a'], { fromEarliest: true });
  await turnOfLoop();
  outlet.pushesBack = true;
  rig.shard.beat(stream, performance.now());
  log.step();
  await turnOfLoop();
  assert.deepEqual(outlet.events, []);
  log.goFast();
  outlet.drain();
  await rig.settle();
  assert.deepEqual(outlet.events, range(1, 10));
});
