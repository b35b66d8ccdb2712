import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ndjsonLine, prettyLine } from './event-text.ts';

const plain = (_style: unknown, text: string) => text;
const marked = (style: unknown, text: string) => `<${String(style)}>${text}</>`;
const at = new Date(2026, 0, 2, 3, 4, 5, 6);

test('a pretty line has time, id, type and data; `message` goes without saying', () => {
  const event = { kind: 'event', id: 'e-1', type: 'message', data: 'hello' } as const;
  assert.equal(prettyLine(event, at, plain), '03:04:05.006  e-1  hello\n');
  assert.equal(
    prettyLine({ ...event, type: 'paid', data: 'one\ntwo' }, at, marked),
    '<dim>03:04:05.006  e-1</>  <cyan>paid</>  one\n    two\n',
  );
});

test('nothing that was published reaches a terminal as a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (data, type) => {
      const line = prettyLine({ kind: 'event', id: type, type, data }, at, plain).slice(0, -1);
      assert.doesNotMatch(line, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test('an NDJSON line is one line that holds the event, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (data) => {
      const line = ndjsonLine({ kind: 'event', id: 'e-1', type: 't', data }, false);
      assert.equal(line.indexOf('\n'), line.length - 1);
      assert.deepEqual(JSON.parse(line), { id: 'e-1', type: 't', data });
    }),
  );
});

test('with --json, data that is JSON becomes its value, and other data stays a text', () => {
  const event = { kind: 'event', id: 'e-1', type: 't', data: '{"a":[1]}' } as const;
  assert.deepEqual(JSON.parse(ndjsonLine(event, true)).data, { a: [1] });
  assert.equal(JSON.parse(ndjsonLine({ ...event, data: '{' }, true)).data, '{');
});
