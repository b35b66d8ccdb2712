// docs/myths.md names a test for each of its rows: every one of them has to exist, and none may be left out.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('each row of docs/myths.md names a test of test/lab/myths.test.ts, and each of those has a row', () => {
  const rows = read('docs/myths.md')
    .split('\n')
    .filter((line) => /^\| (?!said \||---)/.test(line))
    .map((line) => line.split(' | ').at(-1)!.replace(/ \|$/, ''));
  const titles = Array.from(
    read('test/lab/myths.test.ts').matchAll(/^ {2}test\('(.+?)', async/gm),
    ([, title]) => title!,
  );
  assert.ok(rows.length > 15, 'reads the rows');
  assert.deepEqual(rows.toSorted(), titles.toSorted());
});
