import assert from 'node:assert/strict';
import { test } from 'node:test';
import { range, rigShard } from '../../test/support/shard-rig.ts';
import { turnOfLoop } from '../../test/support/turns.ts';
import { withCode } from '../../test/support/with-code.ts';
import { FakeOutlet } from './fake-outlet.ts';

test('a fresh stream begins with a cursor at the head, without a control event, and gets what comes', async () => {
  const rig = rigShard();
  const { log } = rig;
  await rig.publish('a', 'before');
  const { outlet } = rig.open(['a']);
  assert.deepEqual(outlet.received, [{ kind: 'cursor', id: `${log.epoch}-1` }]);
  assert.match(Buffer.concat(outlet.writes).toString(), /^retry: [123]\d{3}\nid: /);
  await rig.publish('a', 'x', 'y');
  await rig.publish('b', 'other');
  await rig.publish('a', 'z');
  await rig.settle();
  assert.deepEqual(outlet.events, ['x', 'y', 'z']);
  assert.deepEqual([outlet.lastEventId, outlet.controls], [`${log.epoch}-5`, []]);
});

test('reconnect delays are spread over two seconds', () => {
  const rig = rigShard();
  const delays = Array.from({ length: 100 }, () => {
    const first = Buffer.from(rig.open(['a']).outlet.writes[0]!).toString();
    return Number(/^retry: (\d+)\n/.exec(first)![1]);
  });
  assert.ok(delays.every((ms) => ms >= 1000 && ms <= 3000));
  assert.ok(Math.max(...delays) - Math.min(...delays) > 1000);
});

test('a resumed stream is told so, gets what it missed, and then what comes', async () => {
  const rig = rigShard();
  const { log } = rig;
  await rig.publish('a', ...range(1, 5));
  const { outlet, stream } = rig.open(['a'], { lastEventId: `${log.epoch}-2` });
  await rig.settle();
  assert.equal(stream.state, 'live');
  await rig.publish('a', '6');
  await rig.settle();
  assert.deepEqual(outlet.controls, [{ kind: 'resumed', from: `${log.epoch}-2`, head: `${log.epoch}-5` }]);
  assert.deepEqual(outlet.events, range(3, 6));
});

test('a stream from the earliest gets all that is kept', async () => {
  const rig = rigShard({ limits: { maxEvents: 3 } });
  await rig.publish('a', ...range(1, 5));
  const { outlet } = rig.open(['a'], { fromEarliest: true });
  await rig.settle();
  assert.deepEqual([outlet.events, outlet.controls], [range(3, 5), []]);
});

test('a resume of what was trimmed gets a gap, and then what is kept', async () => {
  const rig = rigShard({ limits: { maxEvents: 3 } });
  const { epoch } = rig.log;
  await rig.publish('a', ...range(1, 5));
  const { outlet } = rig.open(['a'], { lastEventId: `${epoch}-1` });
  await rig.settle();
  assert.deepEqual(outlet.controls, [
    { kind: 'gap', reason: 'trimmed', from: `${epoch}-1`, to: `${epoch}-2` },
    { kind: 'resumed', from: `${epoch}-2`, head: `${epoch}-5` },
  ]);
  assert.deepEqual(outlet.events, range(3, 5));
});

test('overlapping patterns deliver each event once, live and from history', async () => {
  const rig = rigShard();
  await rig.publish('a/b', 'history');
  const overlapping = ['a/b', 'a/*', '**', 'a/b', 'a/**'];
  const { outlet } = rig.open(overlapping, { fromEarliest: true });
  await rig.settle();
  await rig.publish('a/b', 'live');
  await rig.settle();
  assert.deepEqual(outlet.events, ['history', 'live']);
});

test('streams that are at the same position share one buffer, and events of one turn go out in one write', async () => {
  const rig = rigShard();
  const streams = Array.from({ length: 100 }, () => rig.open(['a']));
  await rig.publish('a', 'x');
  await rig.publish('a', 'y', 'z');
  await rig.settle();
  for (const { outlet } of streams) {
    assert.equal(outlet.writes.length, 2);
    assert.equal(outlet.writes[1], streams[0]!.outlet.writes[1]);
    assert.deepEqual(outlet.events, ['x', 'y', 'z']);
  }
});

test('delivery to many streams is done in slices, and what is announced between reaches all of them', async (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const rig = rigShard();
  const streams = Array.from({ length: 500 }, () => rig.open(['a']));
  // Each write takes 0.1 ms: a slice is done after about 40 of them, and steps are of 32.
  for (const { outlet } of streams) {
    outlet.onWrite = () => {
      nowMs += 0.1;
    };
  }
  await rig.publish('a', '1');
  let count = 1;
  while (streams.some(({ outlet }) => outlet.events.length === 0)) {
    const before = streams.filter(({ outlet }) => outlet.events.length > 0).length;
    await turnOfLoop();
    const after = streams.filter(({ outlet }) => outlet.events.length > 0).length;
    assert.ok(after - before <= 96, `${after - before} streams in one slice`);
    await rig.publish('a', String(++count));
  }
  await rig.settle();
  for (const { outlet } of streams) assert.deepEqual(outlet.events, range(1, count));
  assert.ok(count >= 5);
});

test('an outlet that throws does not keep other streams from their events', async () => {
  const rig = rigShard();
  const [first, broken, last] = [rig.open(['a']), rig.open(['a']), rig.open(['a'])];
  broken.outlet.write = () => {
    throw new Error('broken');
  };
  await rig.publish('a', '1');
  await turnOfLoop();
  await rig.publish('a', '2');
  for (let i = 0; i < 5; i++) await turnOfLoop();
  assert.deepEqual([first.outlet.events, last.outlet.events], [range(1, 2), range(1, 2)]);
  assert.ok(rig.errors.length > 0);
});

test('a stream too many is refused until one has closed', () => {
  const rig = rigShard({ maxStreams: 2 });
  const { outlet } = rig.open(['a']);
  rig.open(['a']);
  assert.throws(() => rig.shard.checkAdmission(), withCode('ERR_HUB_FULL'));
  outlet.close();
  assert.doesNotThrow(() => rig.shard.checkAdmission());
});

test('the numbers say how many streams there are, how they ended and what was delivered', async () => {
  const rig = rigShard();
  await rig.publish('a', 'x', 'y');
  const one = rig.open(['a'], { fromEarliest: true });
  const two = rig.open(['a']);
  assert.deepEqual([rig.shard.stats().streams, rig.shard.stats().behind], [2, 1]);
  await rig.settle();
  await rig.publish('a', 'z');
  await rig.settle();
  assert.equal(rig.shard.stats().delivered, 4);
  two.outlet.close('client-reset');
  one.outlet.close();
  assert.deepEqual(rig.shard.stats(), {
    streams: 0,
    behind: 0,
    lanes: { fast: 0, http: 0, web: 0, inside: 0 },
    opened: 2,
    refused: 0,
    ended: { 'client-left': 1, 'client-reset': 1 },
    delivered: 4,
  });
});

test('a stream that has closed is written to no more and leaves its outlet without a listener', async () => {
  const rig = rigShard();
  await rig.publish('a', ...range(1, 3));
  const live = rig.open(['a']);
  const behind = rig.open(['a'], { fromEarliest: true });
  await rig.publish('a', 'x');
  live.outlet.close();
  behind.outlet.close();
  for (let i = 0; i < 5; i++) await turnOfLoop();
  await rig.publish('a', 'y');
  for (let i = 0; i < 5; i++) await turnOfLoop();
  rig.assertNoErrors();
  for (const { outlet } of [live, behind]) {
    assert.equal(outlet.writes.length, 1);
    assert.equal(outlet.listener, undefined);
  }
  for (const { stream } of [live, behind]) {
    assert.deepEqual([stream.subscription.holders, stream.subscription.live.size], [0, 0]);
    assert.equal(stream.wheelSlot, undefined);
  }
});

test('a stream that closes right after its first write is not served', async () => {
  const rig = rigShard();
  await rig.publish('a', 'x');
  const outlet = new FakeOutlet();
  outlet.onWrite = () => queueMicrotask(() => outlet.close());
  rig.open(['a'], { fromEarliest: true, outlet });
  for (let i = 0; i < 5; i++) await turnOfLoop();
  rig.assertNoErrors();
  assert.deepEqual([outlet.events, rig.shard.stats().streams], [[], 0]);
});
