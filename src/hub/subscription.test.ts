import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Ring } from '../log/ring.ts';
import { parseSubscription } from './parse-subscription.ts';
import type { Joined, Subscription } from './subscription.ts';
import { SubscriptionTable } from './subscription-table.ts';

function subscriptionIn(...texts: string[]): Subscription {
  return new SubscriptionTable().acquire(parseSubscription(texts, 100));
}

/** A ring with a frame of so many bytes for each position from 1 up. */
function ringOf(sizes: readonly number[], maxEvents = 10_000): Ring {
  const ring = new Ring({ maxEvents, maxBytes: 100_000_000, maxAgeMs: 1000 });
  for (const [i, size] of sizes.entries()) {
    const frame = Buffer.alloc(size, i + 1);
    ring.push({ position: i + 1, topic: 'a', frame, timeMs: 0, endsTopic: false });
  }
  return ring;
}

function join(subscription: Subscription, after: number, ring: Ring): Joined {
  const joined = subscription.joinAfter(after, ring);
  assert.ok(joined !== undefined && joined !== 'dropped', `after ${after}: ${joined}`);
  return joined;
}

test('streams that want the same share one subscription, whatever the order and repeats of their patterns', () => {
  const table = new SubscriptionTable();
  const one = table.acquire(parseSubscription(['b', 'a/*', 'b'], 10));
  const two = table.acquire(parseSubscription(['a/*', 'b'], 10));
  assert.equal(one, two);
  assert.notEqual(table.acquire(parseSubscription(['a/*'], 10)), one);
  assert.equal(table.size, 2);
});

test('a subscription is found by topic until its last holder has released it', () => {
  const table = new SubscriptionTable();
  const patterns = parseSubscription(['a', 'b/**'], 10);
  const subscription = table.acquire(patterns);
  table.acquire(patterns);
  const found = (topic: string) => {
    const subscriptions: Subscription[] = [];
    table.match(topic, (given) => subscriptions.push(given));
    return subscriptions;
  };
  table.release(subscription);
  assert.deepEqual([found('a'), found('b/c'), found('c')], [[subscription], [subscription], []]);
  table.release(subscription);
  assert.deepEqual([found('a'), found('b/c'), table.size], [[], [], 0]);
  assert.notEqual(table.acquire(patterns), subscription);
});

test('it matches its exact topics and what its patterns select', () => {
  const subscription = subscriptionIn('a', 'b/*', '$canary');
  for (const topic of ['a', 'b/x', '$canary']) assert.ok(subscription.matches(topic), topic);
  for (const topic of ['b', 'a/b', 'b/x/y', '$other', 'c']) assert.ok(!subscription.matches(topic), topic);
  assert.deepEqual([...subscription.exactTopics], ['$canary', 'a']);
  assert.ok(subscription.hasPatterns && !subscriptionIn('a', 'b').hasPatterns);
});

test('a position that two of its patterns bring counts once', () => {
  const subscription = subscriptionIn('a', 'a/**');
  for (const position of [1, 1, 2, 2, 2]) subscription.hit(position);
  assert.deepEqual(join(subscription, 0, ringOf([5, 5])).eventCount, 2);
});

test('joined frames go on after the position, and only with what was hit', () => {
  const subscription = subscriptionIn('a');
  const ring = ringOf([1, 2, 3, 4, 5]);
  for (const position of [1, 3, 5]) subscription.hit(position);
  const joined = join(subscription, 2, ring);
  assert.deepEqual([...joined.chunk.bytes], [3, 3, 3, 5, 5, 5, 5, 5]);
  assert.deepEqual([joined.to, joined.eventCount], [5, 2]);
  assert.equal(subscription.joinAfter(5, ring), undefined);
  assert.equal(subscription.joinAfter(9, ring), undefined);
});

test('hits are forgotten up to a position; the rest still comes', () => {
  const subscription = subscriptionIn('a');
  const ring = ringOf([1, 1, 1]);
  for (const position of [1, 2, 3]) subscription.hit(position);
  subscription.forgetHits(2);
  assert.ok(subscription.isDirty);
  assert.deepEqual([...join(subscription, 0, ring).chunk.bytes], [3]);
  assert.equal(join(subscription, 2, ring).eventCount, 1);
  subscription.forgetHits(3);
  assert.ok(!subscription.isDirty);
  subscription.hit(4);
  subscription.forgetHits(Number.POSITIVE_INFINITY);
  assert.ok(!subscription.isDirty);
});

test('frames that the ring has dropped cannot be joined', () => {
  const subscription = subscriptionIn('a');
  for (const position of [1, 2, 3]) subscription.hit(position);
  const ring = ringOf([1, 1, 1], 2);
  assert.equal(subscription.joinAfter(0, ring), 'dropped');
  assert.deepEqual(join(subscription, 1, ring).to, 3);
});

test('one join has at most 64 KiB, but at least one frame', () => {
  const subscription = subscriptionIn('a');
  for (const position of [1, 2, 3, 4]) subscription.hit(position);
  const ring = ringOf([30_000, 30_000, 30_000, 100_000]);
  const reach = (after: number) => join(subscription, after, ring).to;
  assert.deepEqual([reach(0), reach(2), reach(3)], [2, 3, 4]);
});

test('streams at the same position get the very same buffer, also when what follows does not fit', () => {
  const subscription = subscriptionIn('a');
  for (const position of [1, 2, 3]) subscription.hit(position);
  const ring = ringOf([10_000, 10_000, 60_000]);
  const first = join(subscription, 0, ring);
  assert.equal(first.to, 2);
  assert.equal(subscription.joinAfter(0, ring), first);
});

test('a buffer with room is joined anew when more was announced, a full one is not', () => {
  const subscription = subscriptionIn('a');
  const ring = ringOf([10_000, 40_000, 10_000]);
  const reach = () => join(subscription, 0, ring).to;
  subscription.hit(1);
  assert.equal(reach(), 1);
  subscription.hit(2);
  assert.equal(reach(), 2);
  subscription.hit(3);
  assert.equal(reach(), 2);
});

test('reading on join by join gives every hit once, from any position and while more is announced', () => {
  const size = fc.integer({ min: 1, max: 40_000 });
  const hit = fc.record({ size, isHit: fc.boolean(), readers: fc.array(fc.nat(2), { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(hit, { minLength: 1, maxLength: 30 }), (given) => {
      const subscription = subscriptionIn('a');
      const ring = ringOf(given.map((entry) => entry.size));
      const readers = [0, 1, 2].map(() => ({ position: 0, bytes: 0, events: 0 }));
      const read = (reader: (typeof readers)[number]) => {
        const joined = subscription.joinAfter(reader.position, ring);
        assert.notEqual(joined, 'dropped');
        if (joined === undefined || joined === 'dropped') return false;
        assert.ok(joined.to > reader.position);
        reader.position = joined.to;
        reader.bytes += joined.chunk.bytes.byteLength;
        reader.events += joined.eventCount;
        return true;
      };
      for (const [i, entry] of given.entries()) {
        if (entry.isHit) subscription.hit(i + 1);
        for (const reader of entry.readers) read(readers[reader]!);
        subscription.forgetHits(Math.min(...readers.map(({ position }) => position)));
      }
      const hits = given.filter(({ isHit }) => isHit);
      const bytes = hits.reduce((sum, entry) => sum + entry.size, 0);
      for (const reader of readers) {
        while (read(reader));
        assert.deepEqual([reader.events, reader.bytes], [hits.length, bytes]);
      }
    }),
  );
});
