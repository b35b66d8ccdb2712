import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrame } from '../../test/support/decode-frame.ts';
import { withCode } from '../../test/support/with-code.ts';
import { Sequencer } from './sequencer.ts';

const LIMITS = { maxKeys: 10, maxKeyAgeMs: 1000, maxEndedTopics: 2 };
const open = () => new Sequencer('epochabc', LIMITS);

test('a plan gives the positions after the last committed one, with frames that carry their ids', () => {
  const sequencer = open();
  const plan = sequencer.plan(
    [
      { topic: 'a', data: 'x' },
      { topic: 'b', data: 'y', type: 't' },
    ],
    5,
  );
  assert.deepEqual(plan.positions, [1, 2]);
  assert.deepEqual(
    plan.records.map(({ frame }) => decodeFrame(frame)),
    [
      { id: 'epochabc-1', type: 'message', data: 'x' },
      { id: 'epochabc-2', type: 't', data: 'y' },
    ],
  );
  assert.deepEqual(
    plan.records.map(({ topic, timeMs, endsTopic }) => [topic, timeMs, endsTopic]),
    [
      ['a', 5, false],
      ['b', 5, false],
    ],
  );
});

test('a plan that is not committed leaves nothing behind', () => {
  const sequencer = open();
  sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  sequencer.planEnd('a', 0);
  assert.equal(sequencer.endOf('a'), undefined);
  assert.deepEqual(sequencer.plan([{ topic: 'a', data: 'other', key: 'k' }], 0).positions, [1]);
});

test('a committed plan moves the head and makes its keys known', () => {
  const sequencer = open();
  const plan = sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  sequencer.commit(plan.records, plan.keys, 0);
  const again = sequencer.plan(
    [
      { topic: 'a', data: 'y' },
      { topic: 'a', data: 'x', key: 'k' },
    ],
    0,
  );
  assert.deepEqual(again.positions, [2, 1]);
  assert.equal(again.records.length, 1);
  assert.equal(again.keys.size, 0);
});

test('a plan of repeats only has no records', () => {
  const sequencer = open();
  const plan = sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  sequencer.commit(plan.records, plan.keys, 0);
  const again = sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  assert.deepEqual([again.positions, again.records], [[1], []]);
});

test('the end of a topic is planned until it is committed, and then no more', () => {
  const sequencer = open();
  const end = sequencer.planEnd('a', 3)!;
  assert.deepEqual([end.position, end.topic, end.endsTopic, end.timeMs], [1, 'a', true, 3]);
  sequencer.commit([end], undefined, 3);
  assert.equal(sequencer.endOf('a'), 1);
  assert.equal(sequencer.planEnd('a', 4), undefined);
  assert.throws(() => sequencer.plan([{ topic: 'a', data: 'x' }], 4), withCode('ERR_TOPIC_ENDED'));
});

test('a conflict names the id that has the key, and an ended topic the id of its end', () => {
  const sequencer = open();
  const plan = sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  sequencer.commit(plan.records, plan.keys, 0);
  sequencer.commit([sequencer.planEnd('b', 0)!], undefined, 0);
  assert.throws(() => sequencer.plan([{ topic: 'a', data: 'y', key: 'k' }], 0), /"k".*epochabc-1/);
  assert.throws(() => sequencer.plan([{ topic: 'b', data: 'y' }], 0), /"b".*epochabc-2/);
});

test('trim forgets keys that are too old', () => {
  const sequencer = open();
  const plan = sequencer.plan([{ topic: 'a', data: 'x', key: 'k' }], 0);
  sequencer.commit(plan.records, plan.keys, 0);
  sequencer.trim(1000);
  assert.deepEqual(sequencer.plan([{ topic: 'a', data: 'y', key: 'k' }], 0).positions, [2]);
});
