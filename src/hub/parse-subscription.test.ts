import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../test/support/with-code.ts';
import { parseSubscription } from './parse-subscription.ts';

test('a subscription is its patterns, in the order given', () => {
  const patterns = parseSubscription(['b', 'a/*', '$canary'], 3);
  assert.deepEqual(
    patterns.map(({ text, isExact }) => [text, isExact]),
    [
      ['b', true],
      ['a/*', false],
      ['$canary', true],
    ],
  );
});

test('a subscription without a topic is refused', () => {
  assert.throws(() => parseSubscription([], 3), withCode('ERR_NO_TOPIC'));
});

test('more than maxTopics are refused, as many are not', () => {
  assert.equal(parseSubscription(['a', 'b', 'c'], 3).length, 3);
  assert.throws(() => parseSubscription(['a', 'b', 'c', 'd'], 3), withCode('ERR_TOO_MANY_TOPICS'));
});

test('a pattern that is none is refused with the rule that it breaks', () => {
  assert.throws(() => parseSubscription(['a', 'b//c'], 3), withCode('ERR_BAD_PATTERN'));
  assert.throws(() => parseSubscription(['a/**/b'], 3), /"a\/\*\*\/b".*last segment/);
});

test('a message repeats only the beginning of a long pattern', () => {
  assert.throws(
    () => parseSubscription(['x'.repeat(100_000)], 3),
    (error: Error) => error.message.length < 400,
  );
});
