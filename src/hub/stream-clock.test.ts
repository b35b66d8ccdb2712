import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fakeTime } from '../../test/support/fake-time.ts';
import type { EndReason } from '../wire/index.ts';
import { Chunk } from './chunk.ts';
import { FakeOutlet } from './fake-outlet.ts';
import { parseSubscription } from './parse-subscription.ts';
import { Slicer } from './slicer.ts';
import { Stream } from './stream.ts';
import { StreamClock, type StreamTimes } from './stream-clock.ts';
import { SubscriptionTable } from './subscription-table.ts';

const TIMES: StreamTimes = {
  heartbeatMs: 15_000,
  stallTimeoutMs: 30_000,
  closeTimeoutMs: 5000,
  maxStreamAgeMs: undefined,
};

function rig(t: TestContext, times: Partial<StreamTimes> = {}) {
  const time = fakeTime(t);
  const beatsMs: number[] = [];
  const expired: Stream[] = [];
  const aged: { readonly stream: Stream; readonly nowMs: number }[] = [];
  const clock = new StreamClock({ ...TIMES, ...times }, new Slicer((error) => assert.fail(String(error))), {
    beat(stream, nowMs) {
      beatsMs.push(nowMs);
      stream.write(Chunk.ofText(':\n\n'), nowMs);
    },
    expire: (stream) => expired.push(stream),
    age: (stream) => aged.push({ stream, nowMs: time.nowMs }),
  });
  const host = {
    readOn: () => {},
    onDue: (stream: Stream, nowMs: number) => clock.onDue(stream, nowMs),
    onEnded: (stream: Stream) => clock.stop(stream),
    onOutletError: () => {},
    end: (stream: Stream, reason: EndReason) => stream.end(reason),
    lastBlock: () => undefined,
  };
  const subscription = new SubscriptionTable().acquire(parseSubscription(['a'], 1));
  function start(expiresAtMs = Number.POSITIVE_INFINITY) {
    const outlet = new FakeOutlet();
    const stream = new Stream(host, outlet, subscription, 0, expiresAtMs);
    outlet.listener = stream;
    stream.write(Chunk.ofText(':\n\n'), time.nowMs);
    clock.start(stream, time.nowMs);
    return { stream, outlet };
  }
  return { time, clock, beatsMs, expired, aged, start };
}

test('a silent stream gets a heartbeat in every heartbeatMs, and not much more often', async (t) => {
  const { time, beatsMs, start } = rig(t);
  const startedMs = time.nowMs;
  start();
  await time.advance(200_000);
  const pauses = beatsMs.map((ms, i) => ms - (beatsMs[i - 1] ?? startedMs));
  for (const pause of pauses) assert.ok(pause >= 12_000 && pause <= 15_000, `${pause} ms between heartbeats`);
  assert.ok(pauses.length >= 13);
});

test('heartbeats of streams that were opened together drift apart', async (t) => {
  const { time, beatsMs, start } = rig(t);
  for (let i = 0; i < 50; i++) start();
  await time.advance(15_000);
  assert.equal(beatsMs.length, 50);
  assert.ok(new Set(beatsMs).size >= 5);
});

test('what is written puts the next heartbeat off', async (t) => {
  const { time, beatsMs, start } = rig(t);
  const { stream } = start();
  for (let i = 0; i < 10; i++) {
    await time.advance(10_000);
    stream.write(Chunk.ofText(':\n\n'), time.nowMs);
  }
  assert.deepEqual(beatsMs, []);
  await time.advance(15_000);
  assert.equal(beatsMs.length, 1);
});

test('a stream that pushed back gets no heartbeat, and is cut when its peer takes nothing', async (t) => {
  const { time, beatsMs, start } = rig(t);
  const { stream, outlet } = start();
  outlet.pushesBack = true;
  stream.write(Chunk.ofText('data: x\n\n'), time.nowMs);
  await time.advance(29_900);
  assert.equal(outlet.state, 'open');
  await time.advance(400);
  assert.deepEqual([outlet.wasReset, stream.endReason, beatsMs], [true, 'stalled', []]);
});

test('a stream is cut on time also where the stall timeout is shorter than the heartbeat', async (t) => {
  const { time, start } = rig(t, { heartbeatMs: 60_000, stallTimeoutMs: 5000 });
  const { stream, outlet } = start();
  await time.advance(7000);
  outlet.pushesBack = true;
  stream.write(Chunk.ofText('data: x\n\n'), time.nowMs);
  await time.advance(4900);
  assert.equal(outlet.state, 'open');
  await time.advance(1100);
  assert.deepEqual([outlet.wasReset, stream.endReason], [true, 'stalled']);
});

test('a peer that takes a little now and then is not stalled; one that stops is', async (t) => {
  const { time, start } = rig(t);
  const { stream, outlet } = start();
  outlet.pushesBack = true;
  stream.write(Chunk.ofText(':'.repeat(1000)), time.nowMs);
  for (let i = 0; i < 10; i++) {
    await time.advance(20_000);
    outlet.take(10);
  }
  assert.equal(outlet.state, 'open');
  await time.advance(38_000);
  assert.deepEqual([outlet.wasReset, stream.endReason], [true, 'stalled']);
});

test('a peer that drained has all the time again', async (t) => {
  const { time, beatsMs, start } = rig(t);
  const { stream, outlet } = start();
  for (let i = 0; i < 5; i++) {
    outlet.pushesBack = true;
    stream.write(Chunk.ofText('data: x\n\n'), time.nowMs);
    await time.advance(25_000);
    outlet.drain();
  }
  assert.equal(outlet.state, 'open');
  await time.advance(16_000);
  assert.ok(beatsMs.length >= 1);
});

test('the end of a grant is told within a tick, also far away and while pushed back', async (t) => {
  const { time, expired, start } = rig(t);
  const soon = start(Date.now() + 1000);
  const far = start(Date.now() + 600_000);
  const slow = start(Date.now() + 20_000);
  slow.outlet.pushesBack = true;
  slow.stream.write(Chunk.ofText('data: x\n\n'), time.nowMs);
  await time.advance(950);
  assert.deepEqual(expired, []);
  await time.advance(350);
  assert.deepEqual(expired, [soon.stream]);
  await time.advance(19_000);
  assert.deepEqual(expired, [soon.stream, slow.stream]);
  await time.advance(579_600);
  assert.equal(expired.length, 2);
  await time.advance(400);
  assert.deepEqual(expired, [soon.stream, slow.stream, far.stream]);
});

test('a stream that is ending is cut when it does not close in closeTimeoutMs', async (t) => {
  const { time, clock, beatsMs, start } = rig(t);
  const { stream, outlet } = start();
  outlet.closesWhenEnded = false;
  stream.end('drain');
  clock.startClosing(stream, time.nowMs);
  await time.advance(4900);
  assert.equal(outlet.state, 'ended');
  await time.advance(400);
  assert.deepEqual([outlet.wasReset, stream.state, stream.endReason], [true, 'ended', 'drain']);
  await time.advance(60_000);
  assert.deepEqual(beatsMs, []);
});

test('a stopped stream is left alone', async (t) => {
  const { time, clock, beatsMs, expired, start } = rig(t);
  const { stream } = start(Date.now() + 30_000);
  clock.stop(stream);
  await time.advance(60_000);
  assert.deepEqual([beatsMs, expired], [[], []]);
});

test('a stream ages once, by chance within the last fifth of maxStreamAgeMs, busy or not', async (t) => {
  const { time, aged, start } = rig(t, { maxStreamAgeMs: 3_600_000 });
  const startedMs = time.nowMs;
  const opened = Array.from({ length: 40 }, () => start().stream);
  await time.advance(3_600_000 * 0.79, 10_000);
  assert.deepEqual(aged, []);
  await time.advance(3_600_000 * 0.22, 10_000);
  assert.deepEqual(new Set(aged.map(({ stream }) => stream)), new Set(opened));
  assert.equal(aged.length, opened.length);
  const ages = aged.map(({ nowMs }) => (nowMs - startedMs) / 3_600_000);
  for (const age of ages) assert.ok(age >= 0.8 && age <= 1.01, `${age} of the age`);
  assert.ok(Math.max(...ages) - Math.min(...ages) > 0.1, 'spread');
});

test('without maxStreamAgeMs no stream ages', async (t) => {
  const { time, aged, start } = rig(t);
  start();
  await time.advance(30 * 86_400_000, 3_600_000);
  assert.deepEqual(aged, []);
});
