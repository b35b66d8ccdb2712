import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLog, range, rigShard, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnOfLoop, turnUntil } from '../../test/support/turns.ts';
import { FakeOutlet } from './fake-outlet.ts';

test('a live stream that pushes back is behind, holds nothing but its position, and is live again later', async () => {
  const rig = rigShard();
  const { outlet, stream } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.publish('a', '1');
  await rig.settle();
  assert.deepEqual([stream.state, stream.isPushedBack, stream.position], ['behind', true, 1]);
  for (let i = 2; i <= 1000; i++) await rig.publish('a', String(i));
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.writes.length, stream.position], [['1'], 2, 1]);
  assert.deepEqual([stream.subscription.isDirty, stream.subscription.live.size], [false, 0]);
  outlet.drain();
  await rig.settle();
  assert.equal(stream.state, 'live');
  assert.deepEqual([outlet.events, outlet.controls], [range(1, 1000), []]);
});

test('a stream that never drains keeps no frame alive that the log has dropped', async () => {
  const rig = rigShard({ limits: { maxEvents: 10 } });
  const { stream, outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  for (let i = 1; i <= 1000; i++) {
    await rig.publish('a', String(i));
    await turnOfLoop();
  }
  assert.equal(outlet.writes.length, 2);
  assert.equal(rig.log.head - rig.log.oldest + 1, 10);
  assert.deepEqual([stream.isReading, stream.subscription.isDirty], [false, false]);
});

test('one slow stream does not hold up the others with the same subscription', async () => {
  const rig = rigShard();
  const slow = rig.open(['a']);
  const fast = rig.open(['a']);
  slow.outlet.pushesBack = true;
  for (let i = 1; i <= 50; i++) await rig.publish('a', String(i)).then(turnOfLoop);
  await rig.settle();
  assert.deepEqual(fast.outlet.events, range(1, 50));
  assert.equal(fast.stream.state, 'live');
  slow.outlet.drain();
  await rig.settle();
  assert.deepEqual(slow.outlet.events, range(1, 50));
});

test('a stream that drains while others are being served gets nothing twice', async () => {
  const rig = rigShard();
  const streams = Array.from({ length: 100 }, () => rig.open(['a']));
  const slow = streams[0]!.outlet;
  slow.pushesBack = true;
  await rig.publish('a', '1');
  streams[60]!.outlet.onWrite = () => {
    streams[60]!.outlet.onWrite = undefined;
    slow.drain();
  };
  await rig.settle();
  await rig.publish('a', '2', '3');
  await rig.settle();
  for (const { outlet } of streams) assert.deepEqual(outlet.events, range(1, 3));
});

test('live events that the ring dropped before they were sent are a gap, and the stream goes on', async () => {
  const rig = rigShard({ limits: { maxEvents: 3 } });
  const { epoch } = rig.log;
  const { outlet, stream } = rig.open(['a']);
  await rig.publish('a', '1');
  await rig.settle();
  await rig.publish('a', ...range(2, 10));
  await rig.settle();
  assert.equal(stream.state, 'live');
  assert.deepEqual(outlet.events, ['1', '8', '9', '10']);
  assert.deepEqual(outlet.controls, [
    { kind: 'gap', reason: 'trimmed', from: `${epoch}-1`, to: `${epoch}-7` },
  ]);
});

test('a slow reader that comes back after retention is told of the gap', async () => {
  const rig = rigShard({ limits: { maxEvents: 3 } });
  const { epoch } = rig.log;
  const { outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.publish('a', '1');
  await rig.settle();
  await rig.publish('a', ...range(2, 10));
  outlet.drain();
  await rig.settle();
  await rig.publish('a', '11');
  await rig.settle();
  assert.deepEqual(outlet.events, ['1', '8', '9', '10', '11']);
  assert.deepEqual(
    outlet.received.map((entry) => entry.id),
    ['0', '1', '7', '8', '9', '10', '11'].map((seq) => `${epoch}-${seq}`),
  );
});

test('a gap that pushes back is followed by what is kept when the outlet drains', async () => {
  const rig = rigShard({ limits: { maxEvents: 3 } });
  const { outlet } = rig.open(['a']);
  outlet.pushesBack = true;
  await rig.publish('a', '1');
  await rig.settle();
  await rig.publish('a', ...range(2, 10));
  outlet.drain();
  outlet.pushesBack = true;
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls.length], [['1'], 1]);
  outlet.drain();
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls.length], [['1', '8', '9', '10'], 1]);
});

test('live events that only the ring has dropped are read from the log, without a gap', async () => {
  const log = new SteppedLog(memoryLog());
  log.goFast();
  const rig = new ShardRig(log, { ring: { maxEvents: 3 } });
  const { outlet, stream } = rig.open(['a']);
  await rig.publish('a', ...range(1, 100));
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls, stream.state], [range(1, 100), [], 'live']);
  assert.ok(log.readCount > 0);
});

/**
 * Runs a stream through its whole life - first write, catch-up in pages, live, pushed back, live - and publishes
 * one event at the given moment. Moments are each turn of the loop, each write and each read. Answers how many
 * moments there were.
 */
async function runWithPublishAt(moment: number, isRingSmall: boolean): Promise<number> {
  let moments = 0;
  const memory = memoryLog();
  const log = isRingSmall ? new SteppedLog(memory) : memory;
  const rig = new ShardRig(log, { ring: { maxEvents: 4 } });
  const published = Array.from({ length: 10 }, (_, i) => `${i}`.padEnd(20_000, '.'));
  await rig.publish('a', ...published);
  const publish = (data: string) => {
    published.push(data);
    rig.publish('a', data).catch(assert.fail);
  };
  const pass = () => {
    if (moments++ === moment) publish('at the moment');
  };
  const turn = async (turns: number) => {
    for (let i = 0; i < turns; i++) {
      pass();
      if (log instanceof SteppedLog) log.step();
      await turnOfLoop();
    }
  };
  if (log instanceof SteppedLog) log.onRead = pass;
  const outlet = new FakeOutlet();
  outlet.onWrite = pass;
  const { stream } = rig.open(['a'], { fromEarliest: true, outlet });
  await turn(4);
  outlet.pushesBack = true;
  await turn(4);
  outlet.drain();
  await turn(20);
  assert.equal(stream.state, 'live');
  publish('live');
  await turn(2);
  outlet.pushesBack = true;
  publish('pushes back');
  await turn(2);
  publish('missed');
  await turn(2);
  outlet.drain();
  await turn(20);
  publish('last');
  await turn(4);
  rig.assertNoErrors();
  assert.equal(stream.state, 'live', `moment ${moment}`);
  assert.deepEqual(outlet.events, published, `moment ${moment}`);
  return moments;
}

for (const isRingSmall of [false, true]) {
  const source = isRingSmall ? 'a slow log' : 'the ring';
  test(`reading from ${source}, no moment of a publish brings a gap, a repeat or a disorder`, async () => {
    for (let moment = 0, count = 1; moment < count; moment++) {
      count = await runWithPublishAt(moment, isRingSmall);
      assert.ok(count > 60);
    }
  });
}

test('a stream turns live only when it has read up to the head, however often the head moves meanwhile', async () => {
  const log = new SteppedLog(memoryLog());
  const rig = new ShardRig(log, { ring: { maxEvents: 1 } });
  await rig.publish('a', ...range(1, 10));
  const { outlet, stream } = rig.open(['a'], { fromEarliest: true });
  for (let i = 11; i <= 30; i += 2) {
    await turnUntil('the read', () => log.waiting.length === 1);
    await rig.publish('a', String(i), String(i + 1));
    assert.equal(stream.state, 'behind');
    log.step();
  }
  log.goFast();
  await rig.settle();
  assert.deepEqual([stream.state, outlet.events], ['live', range(1, 30)]);
});
