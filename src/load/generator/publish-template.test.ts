import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../../test/support/with-code.ts';
import { holdfastTemplate, parsePublishTemplate } from './publish-template.ts';

const parse = (fields: unknown) => parsePublishTemplate(JSON.stringify(fields));

test('the form of a hub is NDJSON, many events a request', () => {
  const template = holdfastTemplate('http://host/publish', { authorization: 'Bearer a' });
  assert.equal(template.isBatched, true);
  assert.deepEqual(template.headers, {
    'content-type': 'application/x-ndjson',
    authorization: 'Bearer a',
  });
});

test('a template is one event a request, and its defaults are a POST of the payload', () => {
  assert.deepEqual(parse({ url: 'http://host/{topic}' }), {
    method: 'POST',
    url: 'http://host/{topic}',
    headers: {},
    isBatched: false,
    body: '{payload}',
  });
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
  [{ url: 'ftp://a/' }, /needs a `url`/],
  [{ url: 'http://{topic}.a/' }, /placeholder in the host/],
  [{ url: 'http://a/', method: 'post it' }, /`method`/],
  [{ url: 'http://a/', method: 'HEAD' }, /`method` HEAD/],
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
