import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionText, withoutCredentials } from './redact.ts';

test('credentials are not shown, wherever an option has them', () => {
  assert.equal(optionText('token', 'abc'), '(hidden)');
  assert.equal(
    optionText('headers', ['Authorization: Bearer abc', 'X-Trace: 1']),
    'Authorization: (hidden), X-Trace: 1',
  );
  assert.equal(
    optionText('headers', { Cookie: 'a=b', accept: 'text/event-stream' }),
    'Cookie: (hidden), accept: text/event-stream',
  );
  assert.equal(
    withoutCredentials('http://me:pw@host/stream?access_token=abc&topic=a'),
    'http://(hidden)@host/stream?access_token=(hidden)&topic=a',
  );
});

test('everything else is shown as it is', () => {
  assert.equal(
    withoutCredentials('http://127.0.0.1:8080/stream?topic=load/*'),
    'http://127.0.0.1:8080/stream?topic=load/*',
  );
  assert.equal(
    optionText('slow', { share: 0.05, bytesPerSecond: 1024 }),
    'share: 0.05, bytesPerSecond: 1024',
  );
  assert.equal(optionText('label', undefined), '');
});
