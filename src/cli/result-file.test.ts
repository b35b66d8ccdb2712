import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { resultPath } from '../../test/support/result-lines.ts';
import { withCode } from '../../test/support/with-code.ts';
import type { ResultRecord } from '../load/result.ts';
import { ResultFileWriter } from './result-file.ts';

const record = (run: string) => ({ kind: 'run', run }) as ResultRecord;

test('each record is in the file as soon as it is written', (t) => {
  const path = resultPath(t);
  const file = new ResultFileWriter(path);
  file.write(record('a'));
  assert.equal(readFileSync(path, 'utf8'), '{"kind":"run","run":"a"}\n');
  file.write(record('b'));
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 3);
  file.close();
});

test('an earlier result is replaced by the first record, not before', (t) => {
  const path = resultPath(t);
  writeFileSync(path, 'earlier\n');
  const unused = new ResultFileWriter(path);
  unused.close();
  assert.equal(readFileSync(path, 'utf8'), 'earlier\n');
  const file = new ResultFileWriter(path);
  file.write(record('a'));
  file.close();
  assert.equal(readFileSync(path, 'utf8'), '{"kind":"run","run":"a"}\n');
});

for (const [what, text, kept] of [
  ['whole', 'one\ntwo\n', 'one\ntwo\n'],
  ['cut in a line', 'one\ntwo\n{"kind":"sam', 'one\ntwo\n'],
  ['a line that was cut', '{"kind"', ''],
  ['cut in a very long line', `one\n${'x'.repeat(200_000)}`, 'one\n'],
  ['empty', '', ''],
] as const) {
  test(`a file that is ${what} is gone on with after its last whole line`, (t) => {
    const path = resultPath(t);
    writeFileSync(path, text);
    const file = new ResultFileWriter(path, true);
    file.write(record('a'));
    file.close();
    assert.equal(readFileSync(path, 'utf8'), `${kept}{"kind":"run","run":"a"}\n`);
  });
}

test('what cannot be opened or written is one failure with the name', (t) => {
  assert.throws(() => new ResultFileWriter('/no/such/file'), withCode('ERR_FILE'));
  const full = new ResultFileWriter('/dev/full');
  t.after(() => full.close());
  assert.throws(() => full.write(record('a')), withCode('ERR_FILE'));
});
