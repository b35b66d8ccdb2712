import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACKNOWLEDGED, isRefusal, PublishRecorder, REFUSED } from './publish-recorder.ts';
import { NO_EPOCH } from './seen.ts';

test('a refusal says that the event is nowhere; of other answers nobody knows', () => {
  for (const status of [400, 403, 409, 413, 503, 507]) assert.ok(isRefusal(status, '{}'), String(status));
  for (const status of [408, 500, 502, 504]) assert.ok(!isRefusal(status, '{}'), String(status));
  // The hub itself says of it that the event may have been taken.
  assert.ok(!isRefusal(503, '{"code":"ERR_LOG_STUCK","title":"The log does not answer"}'));
});

test('what publishers were told is kept by event, with ids where the answer has them', () => {
  const recorder = new PublishRecorder(2);
  recorder.acknowledged([1, 2], '{"ids": ["epochone-7", "epochone-8"]}');
  recorder.refused([3]);
  recorder.acknowledged([5000], 'ok');
  const { count, outcome, position, epoch, epochs } = recorder.history();
  assert.equal(count, 5000);
  assert.deepEqual([...outcome.slice(0, 5)], [0, ACKNOWLEDGED, ACKNOWLEDGED, REFUSED, 0]);
  assert.deepEqual([position[1], position[2], epochs[epoch[2]!]], [7, 8, 'epochone']);
  assert.deepEqual([outcome[5000], epoch[5000]], [ACKNOWLEDGED, NO_EPOCH]);
});
