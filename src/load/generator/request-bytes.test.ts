import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishTemplate } from './messages.ts';
import { holdfastTemplate, parsePublishTemplate } from './publish-template.ts';
import { RequestBytes } from './request-bytes.ts';

const parse = (fields: unknown) => parsePublishTemplate(JSON.stringify(fields));

const textOf = (template: PublishTemplate, ...events: { topic: string; payload: string }[]) =>
  new RequestBytes(template).of(events).toString();

test('a request to a hub is NDJSON of topic and data', () => {
  const text = textOf(
    holdfastTemplate('http://host:81/publish?a=b', {}),
    { topic: 'a"b', payload: 'one' },
    { topic: 'é', payload: 'two' },
  );
  const body = '{"topic":"a\\"b","data":"one"}\n{"topic":"é","data":"two"}';
  const head = [
    'POST /publish?a=b HTTP/1.1',
    'host: host:81',
    'content-type: application/x-ndjson',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  assert.equal(text, `${head.join('\r\n')}\r\n\r\n${body}`);
});

test('placeholders are replaced wherever and however often they stand', () => {
  const template = parse({
    method: 'PUT',
    url: 'http://host/%7Btopic%7D?d={payload}&t={topic}',
    body: '{topic}{topic}',
  });
  const text = textOf(template, { topic: '$& /', payload: 'p' });
  assert.equal(
    text,
    'PUT /%24%26%20%2F?d=p&t=%24%26%20%2F HTTP/1.1\r\nhost: host\r\ncontent-length: 8\r\n\r\n$& /$& /',
  );
});

test('given headers are sent as they are, but none that frames the request', () => {
  const headers = {
    Host: 'public.example',
    'X-Token': 'caf\u00e9',
    'Content-Length': '7',
    'transfer-encoding': 'chunked',
    Connection: 'close',
    expect: '100-continue',
  };
  const bytes = new RequestBytes(parse({ url: 'http://host/', headers })).of([{ topic: 'a', payload: 'p' }]);
  assert.equal(
    bytes.toString('latin1'),
    'POST / HTTP/1.1\r\nHost: public.example\r\nX-Token: caf\u00e9\r\ncontent-length: 1\r\n\r\np',
  );
});

test('who is named in the URL is authorised as such, unless a header says otherwise', () => {
  const event = { topic: 'a', payload: 'p' };
  const url = 'http://me:p%40ss@host/';
  assert.match(textOf(parse({ url }), event), /\r\nauthorization: Basic bWU6cEBzcw==\r\n/);
  const given = textOf(parse({ url, headers: { Authorization: 'Bearer x' } }), event);
  assert.match(given, /Authorization: Bearer x/);
  assert.doesNotMatch(given, /Basic/);
});
