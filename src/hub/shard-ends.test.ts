import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTime } from '../../test/support/fake-time.ts';
import { memoryLog, range, rigShard, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnOfLoop, turnUntil } from '../../test/support/turns.ts';
import { withCode } from '../../test/support/with-code.ts';

test('a grant that ends ends the stream with expired, at the position that it reached', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const { outlet } = rig.open(['a'], { expiresAtMs: Date.now() + 5000 });
  const other = rig.open(['a']);
  await rig.publish('a', 'x');
  await rig.publish('b', 'not for it');
  await time.advance(4900);
  assert.equal(outlet.state, 'open');
  await time.advance(400);
  assert.deepEqual(outlet.controls, [{ kind: 'end', reason: 'expired' }]);
  assert.deepEqual([outlet.events, outlet.lastEventId], [['x'], `${rig.log.epoch}-2`]);
  assert.deepEqual([outlet.state, outlet.wasReset, other.outlet.state], ['closed', false, 'open']);
  assert.deepEqual(rig.shard.stats().ended, { expired: 1 });
});

test('a peer that takes nothing is cut with stalled', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const { outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.publish('a', 'x');
  await time.advance(31_000);
  assert.deepEqual([outlet.wasReset, rig.shard.stats().ended], [true, { stalled: 1 }]);
  assert.equal(rig.shard.stats().streams, 0);
});

test('a log that cannot be read ends the stream with error, where it is', async () => {
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 2 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet } = rig.open(['a'], { lastEventId: `${log.epoch}-3` });
  const other = rig.open(['a']);
  await turnUntil('the read', () => log.waiting.length === 1);
  const broken = new Error('broken disk');
  log.waiting.shift()!.fail(broken);
  await turnUntil('the end', () => outlet.state === 'closed');
  assert.deepEqual(outlet.controls.at(-1), { kind: 'end', reason: 'error' });
  assert.equal(outlet.lastEventId, `${log.epoch}-3`);
  assert.deepEqual([rig.errors, rig.shard.stats().ended], [[broken], { error: 1 }]);
  assert.equal(other.outlet.state, 'open');
});

test('close ends every stream with drain, at the position that each reached, and takes no more', async () => {
  const rig = rigShard();
  const { epoch } = rig.log;
  await rig.publish('a', ...range(1, 3));
  const idle = rig.open(['b']);
  const live = rig.open(['a']);
  await rig.publish('a', '4');
  await rig.settle();
  await rig.publish('a', '5');
  const behind = rig.open(['a'], { lastEventId: `${epoch}-2` });
  const closed = rig.shard.close();
  assert.throws(() => rig.shard.checkAdmission(), withCode('ERR_HUB_CLOSED'));
  await closed;
  for (const { outlet } of [idle, live, behind]) {
    assert.deepEqual(outlet.controls.at(-1), { kind: 'end', reason: 'drain' });
    assert.equal(outlet.wasReset, false);
  }
  assert.equal(idle.outlet.lastEventId, `${epoch}-5`);
  // Each can go on exactly where it stopped, whether the fifth event was still sent or not.
  assert.equal(live.outlet.lastEventId, `${epoch}-${3 + live.outlet.events.length}`);
  assert.equal(behind.outlet.lastEventId, `${epoch}-${2 + behind.outlet.events.length}`);
  assert.deepEqual(rig.shard.stats().ended, { drain: 3 });
  assert.equal(rig.shard.close(), closed);
});

test('a stream that is drained with events still to come is told the position before them', async () => {
  const rig = rigShard();
  const { outlet, stream } = rig.open(['a']);
  await rig.publish('a', ...range(1, 3));
  rig.shard.end(stream, 'drain');
  assert.deepEqual([outlet.events, outlet.lastEventId], [[], `${rig.log.epoch}-0`]);
  await turnOfLoop();
  rig.assertNoErrors();
});

test('close of a shard without streams resolves', async () => {
  await rigShard().shard.close();
});

test('close ends a thousand streams in slices', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const rig = rigShard();
  const outlets = Array.from({ length: 1000 }, () => rig.open(['a']).outlet);
  for (const outlet of outlets) {
    const end = outlet.end.bind(outlet);
    outlet.end = (last) => {
      nowMs += 0.1;
      end(last);
    };
  }
  const closed = rig.shard.close();
  await turnOfLoop();
  const first = outlets.filter(({ state }) => state === 'closed').length;
  assert.ok(first > 0 && first < 200, `${first} in the first slice`);
  await closed;
  assert.ok(outlets.every(({ state }) => state === 'closed'));
});

test('close waits for every stream to close, and cuts those that do not in closeTimeoutMs', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard();
  const slow = rig.open(['a']).outlet;
  const stuck = rig.open(['a']).outlet;
  const full = rig.open(['a']).outlet;
  for (const outlet of [slow, stuck, full]) outlet.closesWhenEnded = false;
  full.pushesBack = true;
  await rig.publish('a', 'x');
  await rig.settle();
  let isClosed = false;
  const closed = rig.shard.close().then(() => {
    isClosed = true;
  });
  await time.advance(3000);
  assert.deepEqual([slow.state, stuck.state, full.state, isClosed], ['ended', 'ended', 'ended', false]);
  slow.close();
  await time.advance(1900);
  assert.equal(isClosed, false);
  await time.advance(400);
  await closed;
  assert.deepEqual([slow.wasReset, stuck.wasReset, full.wasReset], [false, true, true]);
  assert.deepEqual(rig.shard.stats().ended, { drain: 3 });
});

test('streams end with their topic, after the end has been sent; and the end of the stream is the last block', async () => {
  const rig = rigShard();
  const { epoch } = rig.log;
  await rig.publish('a', '1');
  const live = rig.open(['a']);
  const behind = rig.open(['a'], { fromEarliest: true });
  await rig.publish('a', '2');
  await rig.log.endTopic('a');
  await turnUntil('both ends', () => live.outlet.state === 'closed' && behind.outlet.state === 'closed');
  assert.deepEqual([live.outlet.events, behind.outlet.events], [['2'], ['1', '2']]);
  for (const { outlet } of [live, behind]) {
    const [topicEnd, streamEnd] = outlet.controls;
    assert.deepEqual(topicEnd, { kind: 'end', reason: 'ended', topic: 'a' });
    assert.deepEqual(streamEnd, { kind: 'end', reason: 'ended' });
    assert.equal(outlet.controls.length, 2);
    assert.equal(outlet.lastEventId, `${epoch}-3`);
  }
  assert.deepEqual(rig.shard.stats().ended, { ended: 2 });
});

test('a stream of several topics ends when the last of them does', async () => {
  const rig = rigShard();
  const { outlet } = rig.open(['a', 'b']);
  await rig.log.endTopic('a');
  await rig.publish('b', 'x');
  await rig.settle();
  assert.deepEqual([outlet.state, outlet.events], ['open', ['x']]);
  await rig.log.endTopic('b');
  await rig.settle();
  assert.equal(outlet.state, 'closed');
  assert.deepEqual(
    outlet.controls.map((control) => control.kind === 'end' && control.topic),
    ['a', 'b', undefined],
  );
});

test('a stream with a pattern gets the end of a topic and goes on, also when no topic of it is open', async () => {
  const rig = rigShard();
  const { outlet } = rig.open(['a', 'b/*']);
  await rig.log.endTopic('a');
  await rig.log.endTopic('b/c');
  await rig.publish('b/d', 'x');
  await rig.settle();
  assert.deepEqual([outlet.state, outlet.events], ['open', ['x']]);
  assert.equal(outlet.controls.length, 2);
});

test('a stream that pushed back on the end of its topic ends all the same', async () => {
  const rig = rigShard();
  const { outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.log.endTopic('a');
  await rig.settle();
  assert.equal(outlet.state, 'closed');
  assert.deepEqual(rig.shard.stats().ended, { ended: 1 });
});

test('a stream that was pushed back when its topic ended gets the rest, and ends then', async () => {
  const rig = rigShard();
  const { outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.publish('a', '1');
  await rig.settle();
  await rig.publish('a', '2');
  await rig.log.endTopic('a');
  await rig.settle();
  assert.deepEqual([outlet.state, outlet.events], ['open', ['1']]);
  outlet.drain();
  await rig.settle();
  assert.deepEqual([outlet.state, outlet.events], ['closed', ['1', '2']]);
});

test('a stream resumed before the end of its topic gets the rest, and ends', async () => {
  const rig = rigShard();
  await rig.publish('a', ...range(1, 3));
  await rig.log.endTopic('a');
  await rig.publish('b', 'later');
  const { outlet } = rig.open(['a'], { lastEventId: `${rig.log.epoch}-1` });
  await rig.settle();
  assert.deepEqual([outlet.state, outlet.events], ['closed', ['2', '3']]);
});

test('ending a stream again changes nothing', async () => {
  const rig = rigShard();
  const { stream, outlet } = rig.open(['a']);
  outlet.closesWhenEnded = false;
  rig.shard.end(stream, 'drain');
  rig.shard.end(stream, 'error');
  await rig.publish('a', 'x');
  await turnOfLoop();
  rig.assertNoErrors();
  outlet.close('client-reset');
  rig.shard.end(stream, 'error');
  assert.deepEqual([rig.shard.stats().ended, outlet.events], [{ drain: 1 }, []]);
});

test('a stream that has been open for maxStreamAgeMs ends with aged, where it is', async (t) => {
  const time = fakeTime(t);
  const rig = rigShard({ maxStreamAgeMs: 60_000 });
  const { outlet } = rig.open(['a']);
  await rig.publish('a', 'x');
  await time.advance(60_500);
  assert.deepEqual(outlet.controls, [{ kind: 'end', reason: 'aged' }]);
  assert.deepEqual([outlet.events, outlet.lastEventId], [['x'], `${rig.log.epoch}-1`]);
  assert.deepEqual(rig.shard.stats().ended, { aged: 1 });
});
