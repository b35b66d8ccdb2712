import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCode } from '../../test/support/with-code.ts';
import { faultKinds } from './faults/kinds.ts';
import { readOptionWords, splitWords, wordsOf } from './option-words.ts';

const tableOf = (kind: string) => faultKinds.find((known) => known.kind === kind)!.options;
const read = (kind: string, ...texts: string[]) =>
  readOptionWords(`the fault ${kind}`, tableOf(kind), splitWords(texts));

test('values carry their units, and the names none', () => {
  assert.deepEqual(read('latency', 'latency=100ms', 'jitter=0', 'correlation=25'), {
    latencyMs: 100,
    jitterMs: 0,
    correlation: 25,
  });
  assert.deepEqual(read('bandwidth', 'rate=10KiB/s'), { bytesPerSecond: 10_240 });
  assert.deepEqual(read('idle-cut', 'idle=1m', 'how=fin'), { idleMs: 60_000, how: 'fin' });
});

test('the unit says which of two options is meant', () => {
  assert.deepEqual(read('reset', 'after=5s'), { afterMs: 5000 });
  assert.deepEqual(read('reset', 'after=64KiB'), { afterBytes: 65_536 });
});

test('no two options of a fault can be mistaken for each other, and each can be written', () => {
  for (const { kind, options } of faultKinds) {
    for (const word of wordsOf(options)) {
      const names = Object.keys(options).filter((name) => name.replace(/Ms$|Bytes$/, '') === word);
      assert.ok(names.length <= 2, `${kind} ${word}`);
    }
  }
});

test('what cannot be read is refused with what could', () => {
  assert.throws(() => read('latency', 'latnecy=5ms'), withCode('ERR_BAD_FAULT', /Did you mean `latency`/));
  assert.throws(() => read('latency', 'latency=100'), withCode('ERR_BAD_FAULT', /500ms/));
  assert.throws(() => read('bandwidth', 'rate=10KiB'), withCode('ERR_BAD_FAULT', /10KiB\/s/));
  assert.throws(() => read('noop', 'x=1'), withCode('ERR_BAD_FAULT', /takes none/));
  assert.throws(() => read('latency', 'latency'), withCode('ERR_BAD_FAULT', /name=value/));
  assert.throws(
    () => readOptionWords('it', tableOf('latency'), { latency: 100 }),
    withCode('ERR_BAD_FAULT', /with its unit/),
  );
});
