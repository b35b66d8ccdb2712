import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureLine } from './failure-line.ts';

test('a failure is one line: what happened, and what to do', () => {
  assert.equal(failureLine({ message: 'It broke', help: 'Mend it.' }), 'holdfast: It broke. Mend it.');
  assert.equal(failureLine({ message: 'Broken?', help: '' }), 'holdfast: Broken?');
});

test('line ends and terminal control sequences in it become spaces', () => {
  const line = failureLine({ message: 'a\r\nb\u001b[31m', help: 'c\n' });
  assert.equal(line, 'holdfast: a b [31m. c.');
});
