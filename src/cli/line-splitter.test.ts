import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

function split(chunks: readonly Uint8Array[], maxLineBytes = 100): { lines: string[]; tooLong: boolean } {
  const splitter = new LineSplitter(maxLineBytes);
  const lines = chunks.flatMap((chunk) => splitter.push(chunk));
  lines.push(...splitter.finish());
  return { lines: lines.map((line) => Buffer.from(line).toString('latin1')), tooLong: splitter.tooLong };
}

const splitText = (text: string, maxLineBytes?: number) => split([Buffer.from(text)], maxLineBytes);

test('lines end at LF, and a last line without one counts', () => {
  assert.deepEqual(splitText('a\nb').lines, ['a', 'b']);
  assert.deepEqual(splitText('a\nb\n').lines, ['a', 'b']);
  assert.deepEqual(splitText('').lines, []);
});

test('an empty line is a line', () => {
  assert.deepEqual(splitText('\n\na\n').lines, ['', '', 'a']);
});

test('one CR before LF is not part of the line; any other CR is', () => {
  assert.deepEqual(splitText('a\r\nb\rc\r\r\n\r\nd\r').lines, ['a', 'b\rc\r', '', 'd\r']);
});

test('a line of exactly the limit passes, also with a CR, and a longer one ends the reading', () => {
  assert.deepEqual(splitText('abc\r\nabc\n', 3), { lines: ['abc', 'abc'], tooLong: false });
  assert.deepEqual(splitText('ok\nabcd\nno\n', 3), { lines: ['ok'], tooLong: true });
  assert.deepEqual(splitText('ok\nabcd', 3), { lines: ['ok'], tooLong: true });
});

test('a line without an end is given up at the limit, not held', () => {
  const splitter = new LineSplitter(1000);
  for (let pushes = 1; pushes <= 11; pushes++) splitter.push(Buffer.alloc(100, 'x'));
  assert.equal(splitter.tooLong, true);
});

test('the lines do not depend on how the bytes are cut into chunks', () => {
  const bytes = fc.array(fc.constantFrom(10, 13, 97, 98), { maxLength: 60 });
  const cuts = fc.array(fc.nat(60), { maxLength: 8 });
  fc.assert(
    fc.property(bytes, cuts, (input, at) => {
      const whole = Buffer.from(input);
      const bounds = [0, ...at.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
      const chunks = bounds.slice(1).map((end, index) => whole.subarray(bounds[index], end));
      assert.deepEqual(split(chunks, 5), split([whole], 5));
    }),
  );
});
