import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeader } from './header-argument.ts';

test('a header is a name and a value', () => {
  assert.deepEqual(readHeader('Authorization: Bearer a:b'), ['Authorization', 'Bearer a:b']);
  assert.deepEqual(readHeader('x-empty:'), ['x-empty', '']);
});

for (const text of ['', 'no colon', ': value', 'two words: x', 'a: b\r\nc: d', 'a: \0']) {
  test(`${JSON.stringify(text)} is no header`, () => {
    assert.throws(() => readHeader(text), { code: 'ERR_USAGE' });
  });
}
