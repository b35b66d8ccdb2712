import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionText } from './option-text.ts';

test('credentials are not shown, wherever an option has them', () => {
  assert.equal(optionText('token', 'abc'), 'redacted');
  assert.equal(
    optionText('headers', ['Authorization: Bearer abc', 'X-Trace: 1']),
    'Authorization: redacted, X-Trace: 1',
  );
  assert.equal(
    optionText('headers', { Cookie: 'a=b', accept: 'text/event-stream' }),
    'Cookie: redacted, accept: text/event-stream',
  );
});

test('everything else is shown as it is', () => {
  assert.equal(
    optionText('slow', { share: 0.05, bytesPerSecond: 1024 }),
    'share: 0.05, bytesPerSecond: 1024',
  );
  assert.equal(optionText('label', undefined), '');
});
