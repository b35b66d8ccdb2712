import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withCode } from '../../../test/support/with-code.ts';
import type { LogRecord } from '../event-log.ts';
import { Block, cutBlocks, encodeBlock, MAX_BLOCK_BYTES } from './block.ts';

const recordParts = fc.record({
  topic: fc.constantFrom('a', 'a/b', 'ü/ß', 'x'.repeat(256)),
  frame: fc.uint8Array({ maxLength: 3000 }),
  endsTopic: fc.boolean(),
});

function recordsFrom(
  parts: readonly Pick<LogRecord, 'topic' | 'frame' | 'endsTopic'>[],
  first = 1,
): LogRecord[] {
  return parts.map((part, i) => ({
    ...part,
    frame: Buffer.from(part.frame),
    position: first + i,
    timeMs: 1.5,
  }));
}

test('a block gives back the records it was made of, after any position', () => {
  const first = fc.integer({ min: 1, max: 2 ** 50 });
  fc.assert(
    fc.property(
      fc.array(recordParts, { minLength: 1, maxLength: 30 }),
      first,
      fc.nat(30),
      (parts, from, skip) => {
        const records = recordsFrom(parts, from);
        const block = new Block(from, encodeBlock(records));
        const after = from - 1 + skip;
        assert.deepEqual(
          Array.from(block.recordsAfter(after), ([, record]) => record),
          records.filter((record) => record.position > after),
        );
        assert.deepEqual(new Set(block.topics), new Set(records.map((record) => record.topic)));
        assert.equal(block.last, records.at(-1)!.position);
      },
    ),
  );
});

test('blocks keep the order and are no larger than they may be, unless one record is', () => {
  fc.assert(
    fc.property(fc.array(recordParts, { minLength: 1, maxLength: 200 }), (parts) => {
      const records = recordsFrom(parts);
      const blocks = cutBlocks(records);
      assert.deepEqual(blocks.flat(), records);
      for (const block of blocks) assert.ok(encodeBlock(block).byteLength <= MAX_BLOCK_BYTES);
    }),
    { numRuns: 30 },
  );
  const large = recordsFrom([{ topic: 'a', frame: Buffer.alloc(100_000), endsTopic: false }]);
  assert.equal(cutBlocks([...large, { ...large[0]!, position: 2 }]).length, 2);
});

test('a block with any byte changed, cut off or added is damaged', () => {
  const value = encodeBlock(
    recordsFrom([{ topic: 'a', frame: Buffer.from('data: x\n\n'), endsTopic: true }]),
  );
  for (let at = 0; at < value.byteLength; at++) {
    const changed = Buffer.from(value);
    changed[at]! ^= 0x10;
    assert.throws(() => new Block(1, changed), withCode('ERR_LOG_DAMAGED'));
    assert.throws(() => new Block(1, value.subarray(0, at)), withCode('ERR_LOG_DAMAGED'));
  }
  assert.throws(() => new Block(1, Buffer.concat([value, value])), withCode('ERR_LOG_DAMAGED'));
  assert.throws(() => new Block(2, value), withCode('ERR_LOG_DAMAGED'));
});
