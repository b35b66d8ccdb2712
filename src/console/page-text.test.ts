// The parts of the page that need no browser. They are tested from here, since what is in page/ is compiled
// without the types of Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFilter } from './page/event-filter.ts';
import type { ArrivedEvent } from './page/event-ring.ts';
import { historyEnd, noticeOfControl } from './page/notice-words.ts';
import { ageText, countOf, latencyText, shortCount } from './page/quantity-text.ts';
import { sentTimeOf } from './page/sent-time.ts';
import { formatValue, parseData } from './page/value-text.ts';
import { isPattern, linesOf, queryOfView, streamUrlOf, topicOfEvent, viewOfQuery } from './page/view.ts';

test('a URL names the view: topics and types once each, all topics when it names none', () => {
  assert.deepEqual(viewOfQuery('?topic=a/b&topic=c%2F**&topic=a/b&topic=').topics, ['a/b', 'c/**']);
  assert.deepEqual(viewOfQuery(''), {
    topics: ['**'],
    types: [],
    from: 'live',
    filter: '',
    timeMember: '',
    tab: 'events',
    access: '',
  });
  assert.equal(viewOfQuery('?from=latest').from, 'live');
  assert.equal(viewOfQuery(`?${'topic=a&'.repeat(3)}${fill('topic', 200)}`).topics.length, 100);
  assert.equal(viewOfQuery(`?${fill('type', 200)}`).types.length, 100);
});

const fill = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}=${name}${i}`).join('&');

test('the query of a view gives the same view back, whatever is in it', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const view = fc.record({
    topics: fc.uniqueArray(text, { minLength: 1, maxLength: 5 }),
    types: fc.uniqueArray(text, { maxLength: 5 }),
    from: fc.constantFrom('live', 'earliest'),
    filter: fc.string({ unit: 'grapheme', maxLength: 20 }),
    timeMember: fc.string({ unit: 'grapheme', maxLength: 20 }),
    tab: fc.constantFrom('events', 'topics'),
    access: fc.constantFrom('', 'token=a+b%26c'),
  });
  fc.assert(
    fc.property(view, (view) => {
      assert.deepEqual(viewOfQuery(queryOfView(view, true)), { ...view });
      assert.deepEqual(viewOfQuery(queryOfView(view, false)), { ...view, access: '' });
    }),
  );
});

test('what is not the page’s goes to the hub with every stream, and a position in the URL does not', () => {
  const view = viewOfQuery('?topic=a%20b&token=x&filter=f&lastEventId=e-5&view=topics');
  assert.equal(streamUrlOf(view), 'stream?topic=a%20b&token=x');
  assert.equal(queryOfView(view, false), '?topic=a%20b&filter=f&view=topics');
});

test('each line is a topic, since a topic may hold spaces', () => {
  assert.deepEqual(linesOf(' a/b \r\n\r\nwith space\na/b\n'), ['a/b', 'with space']);
});

test('only a whole segment is a wildcard', () => {
  for (const topic of ['*', '**', 'a/*/b', 'a/**']) assert.ok(isPattern(topic), topic);
  for (const topic of ['a', 'a/4*', 'a**/b']) assert.ok(!isPattern(topic), topic);
});

test('the topic of an event is the only one asked for, else the one in the data, else not known', () => {
  assert.equal(topicOfEvent(['a'], { topic: 'lies' }), 'a');
  assert.equal(topicOfEvent(['a4*'], { topic: 'lies' }), 'a4*');
  assert.equal(topicOfEvent(['a/*'], { topic: 'a/b' }), 'a/b');
  assert.equal(topicOfEvent(['a', 'b'], { topic: 'b' }), 'b');
  for (const value of [undefined, null, 5, 'text', [], {}, { topic: 5 }, { topic: '' }]) {
    assert.equal(topicOfEvent(['a/*', 'b'], value), '');
  }
});

test('a filter wants all of its words, in any case, and none of those with a minus', () => {
  const event: ArrivedEvent = {
    id: 'e-12',
    type: 'paid',
    topic: 'orders/7',
    data: '{"total":41.5,"note":"Two Words (a)"}',
    dataChars: 37,
    arrivedAtMs: 0,
    latencyMs: undefined,
  };
  const passes = (text: string) => parseFilter(text)?.(event) ?? 'everything';
  for (const text of [
    ...['PAID', 'orders/7 41.5', 'type:paid', 'topic:orders', 'id:e-12', 'data:two', '"two words"'],
    ...['-refund', 'paid -type:created', '(a)', '"two words" -created', '"two words', '-""'],
  ]) {
    assert.notEqual(passes(text), false, text);
  }
  for (const text of [
    'paid refund',
    '-paid',
    'type:orders',
    'data:paid',
    '41x5',
    '"words two"',
    '-"two words"',
  ]) {
    assert.equal(passes(text), false, text);
  }
  for (const text of ['', '  ', '""', 'type:""']) assert.equal(passes(text), 'everything', text);
  fc.assert(fc.property(fc.string(), (text) => void passes(text)));
});

test('the time of sending is read from the usual members or the one that is named', () => {
  const ms = Date.UTC(2026, 10, 24, 12, 0, 0, 250);
  const iso = '2026-11-24T12:00:00.250Z';
  for (const value of [
    ...[{ time: iso }, { timestamp: ms }, { ts: ms / 1000 }, { sentAt: ms * 1000 }, { time: ms * 1e6 }],
    ...[{ time: '2026-11-24T13:00:00.250+01:00' }, { time: 'soon', ts: ms }],
  ]) {
    assert.ok(Math.abs(sentTimeOf(value, '')! - ms) < 1, JSON.stringify(value));
  }
  assert.equal(sentTimeOf({ meta: { at: iso }, time: 5 }, 'meta.at'), ms);
  assert.equal(sentTimeOf({ time: iso }, 'meta.at'), undefined);
});

test('what is no time of this century, or has no zone, is no time', () => {
  for (const time of [
    ...['2026-11-24T12:00:00', '2026-11-24', 'yesterday', '', '2026-13-45T99:99:99Z', 5, 0, -1, 1e300],
    ...[Number.NaN, null, {}, [], true, '9'.repeat(100)],
  ]) {
    assert.equal(sentTimeOf({ time }, ''), undefined, String(time));
  }
  for (const value of [undefined, null, 5, 'text', []]) assert.equal(sentTimeOf(value, 'time'), undefined);
  assert.equal(sentTimeOf({}, 'constructor.name'), undefined);
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

test('a resume says up to which number events come again, and nothing else does', () => {
  assert.equal(historyEnd('{"kind":"resumed","from":"e-1","head":"e-9"}'), 9);
  for (const data of ['{"kind":"gap","head":"e-9"}', 'garbage', 'null', '{"kind":"end"}']) {
    assert.equal(historyEnd(data), undefined);
  }
});

test('numbers are short', () => {
  assert.deepEqual([-5, 999, 1000, 59_999, 60_000, 3_600_000, 90_000_000].map(ageText), [
    'now',
    'now',
    '1 s',
    '59 s',
    '1 min',
    '1 h',
    '1 d',
  ]);
  assert.deepEqual([0, 3, 3.25, 12.6, 999, 1250, -2].map(latencyText), [
    ...['0 ms', '3 ms', '3.3 ms', '13 ms', '999 ms', '1.3 s', '-2 ms'],
  ]);
  assert.deepEqual([0, 9999, 12_345, 4_100_000].map(shortCount), ['0', '9,999', '12.3k', '4.1M']);
  assert.deepEqual([countOf(1, 'event'), countOf(1200, 'event')], ['1 event', '1,200 events']);
});
