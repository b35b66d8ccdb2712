import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTime } from '../../test/support/fake-time.ts';
import { memoryLog, range, rigShard, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnUntil } from '../../test/support/turns.ts';
import { withCode } from '../../test/support/with-code.ts';

test('a drain ends streams evenly over its window, serves them until then, and spreads their return', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard({ maxStreams: 2000 });
  const outlets = Array.from({ length: 2000 }, () => rig.open(['a']).outlet);
  const drained = rig.shard.drain({ windowMs: 10_000, maxPerSecond: 2500 });
  const closed = () => outlets.filter(({ state }) => state === 'closed').length;
  assert.throws(() => rig.shard.checkAdmission(), withCode('ERR_HUB_CLOSED'));
  for (let second = 1; second < 10; second++) {
    await time.advance(1000, 25);
    assert.ok(Math.abs(closed() - second * 200) <= 10, `${closed()} after ${second} s`);
    if (second === 5) await rig.publish('a', 'in the middle');
  }
  await time.advance(1100, 25);
  await drained;
  assert.equal(closed(), 2000);
  const served = outlets.filter(({ events }) => events[0] === 'in the middle').length;
  assert.ok(Math.abs(served - 1000) <= 10, `${served} were served`);
  const retries = outlets.map(({ retryMs }) => retryMs!);
  assert.ok(retries.every((ms) => ms >= 1000 && ms <= 3000));
  assert.ok(Math.max(...retries) - Math.min(...retries) > 1800);
  assert.deepEqual(rig.shard.stats().ended, { drain: 2000 });
});

test('a close hurries a drain that is under way, and spreads the return of the rest over as long as they need', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard({ maxStreams: 10_000 });
  const outlets = Array.from({ length: 10_000 }, () => rig.open(['a']).outlet);
  const drained = rig.shard.drain({ windowMs: 100_000, maxPerSecond: 2500 });
  await time.advance(1000);
  const rest = outlets.filter(({ state }) => state === 'open');
  assert.ok(rest.length > 9800);
  const closed = rig.shard.close();
  await time.advance(100);
  await Promise.all([drained, closed]);
  const latestMs = Math.max(...rest.map(({ retryMs }) => retryMs!));
  assert.ok(latestMs > 4500 && latestMs <= 5000, `${latestMs} ms`);
});

test('a drain that is hurried waits for what is being delivered as long as a close does', async (t) => {
  const time = fakeTime(t);
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 2 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet } = rig.open(['a'], { lastEventId: `${log.epoch}-3` });
  await turnUntil('the read', () => log.waiting.length === 1);
  const drained = rig.shard.drain({ windowMs: 60_000, maxPerSecond: 2500 });
  const closed = rig.shard.close();
  await time.advance(1000);
  assert.equal(outlet.state, 'open');
  log.goFast();
  log.step();
  await time.advance(200);
  await Promise.all([drained, closed]);
  assert.deepEqual(outlet.events, range(4, 10));
});

test('a drain waits only so long for a log that does not answer', async (t) => {
  const time = fakeTime(t);
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 2 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet } = rig.open(['a'], { lastEventId: `${log.epoch}-3` });
  await turnUntil('the read', () => log.waiting.length === 1);
  const drained = rig.shard.drain({ windowMs: 1000, maxPerSecond: 2500 });
  await time.advance(200);
  await drained;
  assert.equal(outlet.lastEventId, `${log.epoch}-3`);
});
