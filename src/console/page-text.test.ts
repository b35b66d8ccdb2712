// The parts of the page that need no browser. They are tested from here, since what is in page/ is compiled
// without the types of Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeOfControl } from './page/notice-words.ts';
import { formatValue, parseData } from './page/value-text.ts';
import { queryOfTopics, topicOfEvent, topicsOfQuery, topicsOfText } from './page/watched-topics.ts';

test('the topics of a URL are watched, each once; without any those of the demo', () => {
  assert.deepEqual(topicsOfQuery('?topic=a/b&topic=c%2F**&topic=a/b&topic='), ['a/b', 'c/**']);
  assert.deepEqual(topicsOfQuery(''), ['host/**']);
  assert.deepEqual(topicsOfText(' a/b \r\n\r\nwith space\n'), ['a/b', 'with space']);
  assert.deepEqual(topicsOfText(' \n'), ['host/**']);
});

test('the query of topics gives the same topics back, whatever is in them', () => {
  const topics = ['host/**', 'a b&topic=c', '100%', 'ü/#?+', '*'];
  assert.deepEqual(topicsOfQuery(queryOfTopics(topics)), topics);
  assert.equal(queryOfTopics(['host/**']), '?topic=host/**');
});

test('the topic of an event is the only one asked for, else the one in the data, else the subscription', () => {
  assert.equal(topicOfEvent(['a'], { topic: 'lies' }), 'a');
  assert.equal(topicOfEvent(['a/*'], { topic: 'a/b' }), 'a/b');
  assert.equal(topicOfEvent(['a', 'b'], { topic: 'b' }), 'b');
  for (const value of [undefined, null, 5, 'text', [], {}, { topic: 5 }, { topic: '' }]) {
    assert.equal(topicOfEvent(['a/*', 'b'], value), 'a/*\nb');
  }
});

test('a flat object is a list of lines in two columns, without the topic that stands beside it', () => {
  assert.deepEqual(formatValue('{"topic":"t","load1":0.25,"text":"x","none":null}', 't'), {
    text: 'load1  0.25\ntext      x\nnone   null',
    lineChars: 11,
  });
  assert.match(formatValue('{"topic":"other"}', 't').text, /other/);
});

test('other JSON is indented, and text that is no JSON is shown as it is', () => {
  assert.deepEqual(formatValue('{"a":[1]}', 't'), { text: '{\n  "a": [\n    1\n  ]\n}' });
  assert.deepEqual(formatValue('[1]', 't'), { text: '[\n  1\n]' });
  for (const text of ['hello', '{half', '5', '"text"', 'true', '', 'null', '<b>&']) {
    assert.deepEqual(formatValue(text, 't'), { text });
  }
  assert.equal(parseData('nothing'), undefined);
});

test('a long value is cut and says by how much', () => {
  const { text } = formatValue('x'.repeat(5000), 't');
  assert.match(text, /^x{4000}…\n\(1000 more characters\)$/);
});

test('control events are put into words', () => {
  const words = (control: unknown) => noticeOfControl(JSON.stringify(control));
  assert.deepEqual(words({ kind: 'resumed', from: 'e-1', head: 'e-9' }), {
    kind: 'resumed',
    words: 'Resumed after e-1; the hub is at e-9.',
  });
  assert.deepEqual(words({ kind: 'gap', reason: 'epoch', from: 'e-1', to: 'f-0' }), {
    kind: 'gap',
    reason: 'epoch',
    words: 'Gap: events between e-1 and f-0 cannot be given, since the hub began a new log since then.',
  });
  assert.match(words({ kind: 'gap', reason: 'unknown', from: '', to: 'f-0' }).words, /before f-0/);
  assert.match(words({ kind: 'end', reason: 'ended', topic: 'a' }).words, /The topic a has ended/);
  assert.match(words({ kind: 'end', reason: 'drain' }).words, /being stopped or replaced/);
});

test('a control event that is not known, or no JSON, is shown as it came', () => {
  assert.equal(noticeOfControl('{"kind":"new"}').kind, 'unknown');
  assert.match(noticeOfControl('garbage').words, /garbage/);
  assert.match(noticeOfControl('{"kind":"end","reason":"novel"}').words, /novel/);
  assert.match(noticeOfControl('{"kind":"gap"}').words, /Gap/);
  assert.ok(noticeOfControl(`{"kind":"end","reason":"${'x'.repeat(9999)}"}`).words.length < 500);
});
