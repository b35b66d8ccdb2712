// Outlets that throw, as middleware around a response may.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeTime } from '../../test/support/fake-time.ts';
import { rigShard } from '../../test/support/shard-rig.ts';
import { turnUntil } from '../../test/support/turns.ts';
import type { Chunk } from './chunk.ts';
import { FakeOutlet } from './fake-outlet.ts';

class BrokenOutlet extends FakeOutlet {
  isBroken = false;
  attempts = 0;

  override write(chunk: Chunk): boolean {
    this.attempts++;
    if (this.isBroken) throw new Error('the middleware is broken');
    return super.write(chunk);
  }

  override end(last?: Chunk): void {
    if (this.isBroken) throw new Error('the middleware is broken');
    super.end(last);
  }
}

test('a stream whose outlet throws is cut with `error`, and others get everything', async () => {
  const rig = rigShard();
  const broken = rig.open(['a'], { outlet: new BrokenOutlet() });
  const other = rig.open(['a']);
  await rig.publish('a', '1');
  await turnUntil('the first event', () => other.outlet.events.length === 1);
  (broken.outlet as BrokenOutlet).isBroken = true;
  await rig.publish('a', '2');
  await turnUntil('the second event', () => other.outlet.events.length === 2);
  await turnUntil('the cut', () => broken.stream.state === 'ended');
  assert.ok(broken.outlet.wasReset);
  assert.deepEqual(broken.outlet.events, ['1'], 'its client comes back with the cursor of what it has');
  assert.deepEqual(rig.shard.stats().ended, { error: 1 });
  assert.equal(rig.errors.length, 1);
});

for (const when of ['it opens', 'it is beaten', 'it is ended'] as const) {
  test(`a stream whose outlet throws when ${when} is left alone from then on`, async (t) => {
    const time = fakeTime(t);
    const rig = rigShard();
    const outlet = new BrokenOutlet();
    outlet.isBroken = when === 'it opens';
    const { stream } = rig.open(['a'], { outlet });
    outlet.isBroken = true;
    if (when === 'it is beaten') await time.advance(15_000);
    if (when === 'it is ended') rig.shard.end(stream, 'expired');
    assert.equal(stream.state, 'ended');
    const { attempts } = outlet;
    await time.advance(60_000);
    assert.deepEqual([outlet.attempts, stream.wheelSlot], [attempts, undefined]);
  });
}

test('close ends all other streams when the end of one throws', async () => {
  const rig = rigShard();
  const opened = Array.from({ length: 100 }, () => rig.open(['a'], { outlet: new BrokenOutlet() }));
  (opened[3]!.outlet as BrokenOutlet).isBroken = true;
  await rig.shard.close();
  assert.deepEqual(rig.shard.stats().ended, { drain: 100 });
  assert.ok(opened[3]!.outlet.wasReset);
});

test('close sends what has been published before it ends the streams', async () => {
  const rig = rigShard();
  const opened = Array.from({ length: 500 }, () => rig.open(['a']));
  await rig.publish('a', 'last words');
  await rig.shard.close();
  for (const { outlet } of opened) assert.deepEqual(outlet.events, ['last words']);
});

test('a topic that was forgotten as ended is open again for new streams beside old ones', async () => {
  const rig = rigShard({ limits: { maxEndedTopics: 1 } });
  const holder = new FakeOutlet();
  holder.pushesBack = true;
  rig.open(['a'], { outlet: holder });
  await rig.log.endTopic('a');
  await rig.log.endTopic('b');
  assert.equal(rig.log.endOf('a'), undefined);
  const fresh = rig.open(['a']);
  await rig.publish('a', 'again');
  await turnUntil('the event', () => fresh.outlet.events.length === 1);
  assert.equal(fresh.stream.state, 'live');
});
