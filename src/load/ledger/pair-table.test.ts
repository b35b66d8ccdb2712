import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PairTable } from './pair-table.ts';

describe('PairTable', () => {
  it('numbers pairs as they come, and gives a known pair its number', () => {
    const number = fc.oneof(fc.nat(5), fc.nat(2 ** 32 - 1));
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { maxLength: 200 }), (pairs) => {
        const table = new PairTable();
        const known = new Map<string, number>();
        for (const [stream, topic] of pairs) {
          const key = `${stream}/${topic}`;
          const expected = known.get(key) ?? known.size;
          known.set(key, expected);
          assert.equal(table.intern(stream, topic), expected);
          assert.deepEqual([table.streamOf(expected), table.topicOf(expected)], [stream, topic]);
          assert.equal(table.count, known.size);
        }
      }),
    );
  });

  it('keeps its numbers while it grows', () => {
    const table = new PairTable();
    for (let stream = 0; stream < 3000; stream++) {
      for (const topic of [0, 1, 2]) assert.equal(table.intern(stream, topic), stream * 3 + topic);
    }
    for (let stream = 0; stream < 3000; stream++) assert.equal(table.intern(stream, 2), stream * 3 + 2);
    assert.ok(table.capacity >= table.count);
  });
});
