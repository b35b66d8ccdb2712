import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testEventLog } from '../../test/support/event-log-contract.ts';
import { MemoryLog } from './memory-log.ts';

testEventLog('memory log', async (limits, now) => new MemoryLog(limits, now));

const LIMITS = {
  maxEvents: 100,
  maxBytes: 100_000,
  maxAgeMs: 1000,
  maxKeys: 10,
  maxKeyAgeMs: 1000,
  maxEndedTopics: 10,
};

test('the ring of a memory log is its history', async () => {
  const log = new MemoryLog(LIMITS);
  await log.append([{ topic: 'a', data: '1' }]);
  await log.endTopic('a');
  assert.equal(log.ring.head, 2);
  assert.equal(log.ring.get(1)?.topic, 'a');
  assert.equal(log.ring.get(2)?.endsTopic, true);
  await log.close();
});

test('an append drops what is too old by then, without a trim', async () => {
  let nowMs = 10_000;
  const log = new MemoryLog(LIMITS, () => nowMs);
  await log.append([{ topic: 'a', data: '1' }]);
  nowMs += 1001;
  await log.append([{ topic: 'a', data: '2' }]);
  assert.equal(log.oldest, 2);
  await log.close();
});

test('a closed memory log calls nobody any more', async () => {
  const log = new MemoryLog(LIMITS);
  log.onAnnounce(() => assert.fail('announced'));
  await log.close();
  await assert.rejects(log.append([{ topic: 'a', data: '1' }]));
});
