import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeComment, encodeCursor, encodeEvent, encodeRetry, type OutgoingEvent } from './encode.ts';
import { EventStreamParser } from './parser.ts';

function parse(text: string): unknown[] {
  const said: unknown[] = [];
  const parser = new EventStreamParser({
    onEvent: (event) => said.push(event),
    onCursor: (cursor) => said.push({ cursor }),
    onComment: (comment) => said.push({ comment }),
    onRetry: (retryMs) => said.push({ retryMs }),
    onProblem: (problem) => said.push(problem),
  });
  // A probe after the text: it comes out unchanged only when the text ended its own block and began no other.
  parser.push(new TextEncoder().encode(`${text}data: probe\n\n`));
  const probe = said.pop();
  assert.deepEqual(probe, { type: 'message', data: 'probe', lastEventId: parser.lastEventId });
  return said;
}

// Text in which line ends, field syntax and odd characters are frequent.
const parts = [
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  ': ',
  'data:',
  'id: 9',
  'event',
  ' ',
  '\0',
  '\uFEFF',
  '\u2028',
  '\x85',
  '€',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: 'grapheme', maxLength: 5 })), {
    maxLength: 12,
  })
  .map((list) => list.join(''));
const asOnTheWire = (given: string) => given.replace(/\r\n|\r/g, '\n');

describe('encodeEvent', () => {
  it('writes id, type and data in that order, and one empty line', () => {
    assert.equal(encodeEvent({ data: 'b', type: 't', id: 'e-1' }), 'id: e-1\nevent: t\ndata: b\n\n');
    assert.equal(encodeEvent({ data: '' }), 'data: \n\n');
  });

  it('writes a data line for each line, whatever ends it', () => {
    assert.equal(
      encodeEvent({ data: 'a\nb\rc\r\nd\n\re' }),
      'data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n',
    );
  });

  it('gives back what went in when parsed, with LF for every line end', () => {
    const id = text.map((given) => given.replace(/[\0\r\n]/g, ''));
    const type = text.map((given) => given.replace(/[\r\n]/g, ''));
    fc.assert(
      fc.property(
        fc.option(id, { nil: undefined }),
        fc.option(type, { nil: undefined }),
        text,
        (id, type, data) => {
          assert.deepEqual(parse(encodeEvent({ id, type, data })), [
            { type: type || 'message', data: asOnTheWire(data), lastEventId: id ?? '' },
          ]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuses an id or a type that would begin another field', () => {
    for (const bad of ['a\nb', 'a\rb', '\r\n', 'a\n']) {
      assert.throws(
        () => encodeEvent({ id: bad, data: '' }),
        /^TypeError: Expected `id` to be a string without/,
      );
      assert.throws(
        () => encodeEvent({ type: bad, data: '' }),
        /^TypeError: Expected `type` to be a string without/,
      );
    }
    // Parsers ignore an id with NUL: the client would keep the old one in silence.
    assert.throws(() => encodeEvent({ id: 'a\0b', data: '' }), TypeError);
  });

  it('refuses what is not a string, since it may turn into another text the second time', () => {
    let reads = 0;
    const shifty = {
      toString: () => (reads++ === 0 ? 'fine' : 'x\n\ndata: injected'),
      includes: () => false,
    };
    for (const wrong of [shifty, 7, null, 10n, ['a'], undefined]) {
      const unchecked = (event: object) => () => encodeEvent(event as OutgoingEvent);
      assert.throws(unchecked({ data: wrong }), TypeError);
      if (wrong === undefined) continue;
      assert.throws(unchecked({ id: wrong, data: '' }), TypeError);
      assert.throws(unchecked({ type: wrong, data: '' }), TypeError);
    }
  });
});

describe('encodeComment', () => {
  it('makes every line a comment, so that nothing is dispatched', () => {
    fc.assert(
      fc.property(text, (given) => {
        const lines = asOnTheWire(given).split('\n');
        assert.deepEqual(
          parse(encodeComment(given)),
          lines.map((comment) => ({ comment })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('writes an empty comment when there is no text', () => {
    assert.deepEqual(parse(encodeComment()), [{ comment: '' }]);
  });
});

describe('encodeCursor and encodeRetry', () => {
  it('move the cursor and set the delay without an event', () => {
    assert.equal(encodeCursor('e-7', 1500), 'retry: 1500\nid: e-7\n\n');
    assert.deepEqual(parse(encodeCursor('e-7')), [{ cursor: 'e-7' }]);
    assert.deepEqual(parse(encodeCursor('', 0)), [{ retryMs: 0 }, { cursor: '' }]);
    assert.deepEqual(parse(encodeRetry(2000)), [{ retryMs: 2000 }]);
  });

  it('refuse an id that would begin another field', () => {
    assert.throws(() => encodeCursor('a\ndata: x'), TypeError);
    assert.throws(() => encodeCursor('a\0'), TypeError);
  });

  it('refuse a delay that parsers would ignore', () => {
    for (const bad of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e21, '5' as unknown as number]) {
      assert.throws(() => encodeRetry(bad), /^RangeError: Expected `retryMs` to be a whole number from 0/);
      assert.throws(() => encodeCursor('a', bad), RangeError);
    }
  });
});
