import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeFrame } from '../../test/support/decode-frame.ts';
import { withCode } from '../../test/support/with-code.ts';
import { Sequencer } from '../log/sequencer.ts';
import { checkEvent, checkTopic } from './draft.ts';

const LIMITS = { maxEventBytes: 100 };
const check = (event: unknown) => checkEvent(event, 'Event 3', LIMITS);

test('an event becomes a draft', () => {
  const event = { topic: 'a/b', data: 'text', type: 'note', key: 'k-1' };
  assert.deepEqual(check(event), event);
  assert.deepEqual(check({ topic: 'a', data: '' }), {
    topic: 'a',
    data: '',
    type: undefined,
    key: undefined,
  });
});

test('a string goes out as it is, any other JSON value as its JSON text', () => {
  for (const [data, text] of [
    ['{"a":1}', '{"a":1}'],
    [{ a: [1, null] }, '{"a":[1,null]}'],
    [null, 'null'],
    [0, '0'],
    [false, 'false'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ] as const) {
    assert.equal(check({ topic: 'a', data }).data, text);
  }
});

test('data that is absent or no JSON value is refused', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  for (const data of [undefined, () => 1, Symbol('x'), 1n, circular]) {
    assert.throws(() => check({ topic: 'a', data }), withCode('ERR_BAD_EVENT'), String(typeof data));
  }
  assert.throws(() => check({ topic: 'a' }), /Event 3 has no data/);
  assert.throws(
    () => check({ topic: 'a', data: circular }),
    (error: Error) => error.cause instanceof TypeError,
  );
});

test('what is no object is refused', () => {
  for (const event of [undefined, null, 'text', 5, ['a', 'b'], []]) {
    assert.throws(() => check(event), withCode('ERR_BAD_EVENT'));
  }
});

test('an unknown field is refused and the nearest known one named', () => {
  assert.throws(() => check({ topic: 'a', dta: 'x' }), /Event 3 .*"dta".*data/);
  assert.throws(() => check({ topic: 'a', data: 'x', id: '1' }), withCode('ERR_BAD_EVENT'));
});

test('a topic must be one, and none of the reserved ones', () => {
  for (const topic of ['', 'a//b', 'a/*', '**', '$canary', 'x'.repeat(257), 'a\nb', '\ud800']) {
    assert.throws(() => check({ topic, data: 'x' }), withCode('ERR_BAD_TOPIC'), JSON.stringify(topic));
  }
  for (const topic of [undefined, null, 5, ['a']]) {
    assert.throws(() => check({ topic, data: 'x' }), withCode('ERR_BAD_EVENT'));
  }
  assert.throws(() => checkTopic('$canary', 'The end'), /The end .*reserved/);
  assert.doesNotThrow(() => checkTopic('a/b', 'The end'));
});

test('a type or key is 1 to 256 bytes of text without control characters', () => {
  for (const field of ['type', 'key']) {
    for (const good of ['x'.repeat(256), 'é'.repeat(128), 'a b', '😀']) {
      assert.doesNotThrow(() => check({ topic: 'a', data: '', [field]: good }));
    }
    for (const bad of [
      '',
      'x'.repeat(257),
      'é'.repeat(129),
      'a\nb',
      'a\r',
      '\0',
      '\x85',
      '\udc00',
      5,
      null,
    ]) {
      assert.throws(
        () => check({ topic: 'a', data: '', [field]: bad }),
        withCode('ERR_BAD_EVENT'),
        `${field} ${JSON.stringify(bad)}`,
      );
    }
  }
});

test("the hub's own type is refused", () => {
  assert.throws(() => check({ topic: 'a', data: '', type: 'holdfast' }), withCode('ERR_BAD_EVENT'));
  assert.doesNotThrow(() => check({ topic: 'a', data: '', type: 'Holdfast' }));
});

test('data over maxEventBytes of UTF-8 is refused, as much is not', () => {
  assert.doesNotThrow(() => check({ topic: 'a', data: 'x'.repeat(100) }));
  assert.doesNotThrow(() => check({ topic: 'a', data: 'é'.repeat(50) }));
  for (const data of ['x'.repeat(101), 'é'.repeat(51), { text: 'x'.repeat(95) }]) {
    assert.throws(() => check({ topic: 'a', data }), withCode('ERR_EVENT_TOO_LARGE'));
  }
});

test('data with half a surrogate pair is refused, since UTF-8 cannot carry it', () => {
  assert.throws(() => check({ topic: 'a', data: 'x\ud83d' }), withCode('ERR_BAD_EVENT'));
  assert.equal(check({ topic: 'a', data: { x: '\ud83d' } }).data, '{"x":"\\ud83d"}');
});

test('whatever is accepted arrives as one event with this type and data, and nothing else', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const lines = fc.array(fc.constantFrom('data: x', 'id: 9', 'event: y', '', ':', '\r', '\n', '\r\n', ' '));
  const data = fc.oneof(
    text,
    fc.json(),
    lines.map((parts) => parts.join('\n')),
  );
  fc.assert(
    fc.property(data, fc.option(text, { nil: undefined }), (given, type) => {
      let draft: ReturnType<typeof check>;
      try {
        draft = check({ topic: 'a', data: given, type });
      } catch {
        return;
      }
      const { frame } = new Sequencer('epochabc', { maxKeys: 1, maxKeyAgeMs: 1, maxEndedTopics: 1 }).plan(
        [draft],
        0,
      ).records[0]!;
      assert.deepEqual(decodeFrame(frame), {
        id: 'epochabc-1',
        type: type ?? 'message',
        data: given.replaceAll(/\r\n|\r/g, '\n'),
      });
    }),
    { numRuns: 1000 },
  );
});
