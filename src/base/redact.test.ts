import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact, redactText } from './redact.ts';

const TOKEN = '9f86d081884c7d659a2feaa0c55ad015';

test('headers keep their names and lose what is secret, in each form that options have', () => {
  assert.deepEqual(
    redact({
      headers: [
        ['Authorization', 'Bearer abc'],
        ['Cookie', 'session=1'],
        ['X-Tenant', TOKEN],
        ['X-Trace', '1'],
      ],
      template: { headers: { 'X-Api-Key': 'abc', accept: 'text/event-stream' } },
      lines: ['Authorization: Bearer abc', 'X-Any: Bearer abc', 'X-Trace: 1'],
    }),
    {
      headers: [
        ['Authorization', 'redacted'],
        ['Cookie', 'redacted'],
        ['X-Tenant', 'redacted'],
        ['X-Trace', '1'],
      ],
      template: { headers: { 'X-Api-Key': 'redacted', accept: 'text/event-stream' } },
      lines: ['Authorization: redacted', 'X-Any: redacted', 'X-Trace: 1'],
    },
  );
});

test('URLs lose user, password and what is secret in the query', () => {
  assert.equal(
    redactText(`http://me:pw@host/stream?access_token=abc&topic=a&x=${TOKEN}&sig=1&jwt=eyJhbGciOi.x#top`),
    'http://redacted@host/stream?access_token=redacted&topic=a&x=redacted&sig=redacted&jwt=redacted#top',
  );
});

test('a password may hold an @, and a query may be escaped or separated otherwise', () => {
  assert.equal(redactText('http://me:p@ss@host/a@b'), 'http://redacted@host/a@b');
  for (const [given, expected] of [
    ['?x=QUJDREVGR0hJSktMTU5PUFFSU1RVVlg1%3D%3D', '?x=redacted'],
    ['?access%5Ftoken=a&%zz=1', '?access%5Ftoken=redacted&%zz=1'],
    ['?a=1;token=abc', '?a=1;token=redacted'],
    ['?a=1#access_token=abc', '?a=1#access_token=redacted'],
  ])
    assert.equal(redactText(`http://host/${given}`), `http://host/${expected}`);
});

test('names that only have a part of a secret name are secret too', () => {
  for (const name of ['X-Auth-Key', 'X-Auth', 'Private-Key', 'X-Session-Id', 'X-CSRF', 'apiKey', 'user_pwd'])
    assert.deepEqual(redact({ [name]: 'a' }), { [name]: 'redacted' });
  for (const name of ['author', 'keyboard', 'monkey', 'X-Trace', 'design'])
    assert.deepEqual(redact({ [name]: 'a' }), { [name]: 'a' });
});

test('bodies lose the values of secret names', () => {
  assert.equal(redactText('token=abc&data={payload}'), 'token=redacted&data={payload}');
  assert.equal(
    redactText('{"apiKey":"a\\"b","data":"{payload}"}'),
    '{"apiKey": "redacted","data":"{payload}"}',
  );
  assert.equal(redactText('{"token": 123.5, "n": 1}'), '{"token": "redacted", "n": 1}');
});

test('all else stays as it is', () => {
  const options = {
    ...{ streams: 100, reconnects: true, pid: undefined, sources: ['127.0.0.2', '127.0.0.3'] },
    ...{
      topics: { name: 'load/{n}', count: 3 },
      slo: 'delivery>=99.99%,latency.p99<=500ms',
      slowShare: 0.05,
    },
    publish: {
      schedule: 'ramp:10/s-1000/s:60s',
      template: { url: 'http://127.0.0.1:8080/publish', body: '' },
    },
  };
  assert.deepEqual(redact(options), options);
  for (const text of [
    'http://127.0.0.1:8080/stream?topic=load/*',
    'http://h/stream?topic=orders/region-west-2/warehouse-17/picked',
    'orders/region-west-2/warehouse-17/picked',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  ])
    assert.equal(redactText(text), text);
});
