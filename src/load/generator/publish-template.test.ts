import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../../test/support/with-code.ts';
import { holdfastTemplate, parsePublishTemplate, renderRequest } from './publish-template.ts';

const parse = (fields: unknown) => parsePublishTemplate(JSON.stringify(fields));

test('the form of a hub is NDJSON of topic and data, many events a request', () => {
  const template = holdfastTemplate('http://host/publish', { authorization: 'Bearer a' });
  const { url, body } = renderRequest(template, [
    { topic: 'a"b', payload: 'one' },
    { topic: 'c', payload: 'two' },
  ]);
  assert.equal(url, 'http://host/publish');
  assert.deepEqual(
    body.split('\n').map((line) => JSON.parse(line)),
    [
      { topic: 'a"b', data: 'one' },
      { topic: 'c', data: 'two' },
    ],
  );
  assert.deepEqual(template.headers, {
    'content-type': 'application/x-ndjson',
    authorization: 'Bearer a',
  });
});

test('a template is one event a request, and its defaults are a POST of the payload', () => {
  const template = parse({ url: 'http://host/{topic}' });
  assert.deepEqual(template, {
    method: 'POST',
    url: 'http://host/{topic}',
    headers: {},
    isBatched: false,
    body: '{payload}',
  });
  const rendered = renderRequest(template, [{ topic: 'a b/1', payload: 'hf1.x' }]);
  assert.deepEqual(rendered, { url: 'http://host/a%20b%2F1', body: 'hf1.x' });
});

test('placeholders are replaced wherever and however often they stand', () => {
  const template = parse({ url: 'http://host/%7Btopic%7D?d={payload}&t={topic}', body: '{topic}{topic}' });
  const { url, body } = renderRequest(template, [{ topic: '$&', payload: 'p' }]);
  assert.equal(url, 'http://host/%24%26?d=p&t=%24%26');
  assert.equal(body, '$&$&');
});

test('its own headers are added to the common ones', () => {
  const text = JSON.stringify({ url: 'http://a/', headers: { b: '2' } });
  assert.deepEqual(parsePublishTemplate(text, { a: '1', b: '1' }).headers, { a: '1', b: '2' });
});

const mistakes: readonly (readonly [fields: unknown, why: RegExp])[] = [
  [[], /no JSON object/],
  [null, /no JSON object/],
  [{ uri: 'http://a/' }, /unknown field uri\. Did you mean `url`\?/],
  [{}, /needs a `url`/],
  [{ url: 'https://a/' }, /needs a `url`/],
  [{ url: 'http://a/', method: 'post it' }, /`method`/],
  [{ url: 'http://a/', body: 1 }, /`body`/],
  [{ url: 'http://a/', body: 'x' }, /no \{payload\}/],
  [{ url: 'http://a/', headers: ['a'] }, /`headers`/],
  [{ url: 'http://a/', headers: { 'a(b': 'c' } }, /`headers`/],
  [{ url: 'http://a/', headers: { a: 'b\r\nc: d' } }, /`headers`/],
  [{ url: 'http://a/', headers: { a: '\u2603' } }, /`headers`/],
];

for (const [fields, why] of mistakes) {
  test(`${JSON.stringify(fields)} is refused with the part that is wrong`, () => {
    assert.throws(() => parse(fields), withCode('ERR_USAGE'));
    assert.throws(() => parse(fields), why);
  });
}
