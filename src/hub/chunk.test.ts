import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Chunk } from './chunk.ts';

test('a chunk is framed as HTTP/1.1 wants it, and gives its blocks back', () => {
  const chunk = new Chunk([Buffer.from('id: 1\n\n'), Buffer.from('data: é\n\n')]);
  assert.equal(chunk.framed.toString(), '11\r\nid: 1\n\ndata: é\n\n\r\n');
  assert.equal(Buffer.from(chunk.bytes).toString(), 'id: 1\n\ndata: é\n\n');
  assert.equal(chunk.byteLength, 17);
});

test('a chunk of any parts holds them in order, behind their length', () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(parts, (given) => {
      const all = Buffer.concat(given);
      fc.pre(all.length > 0);
      const chunk = new Chunk(given);
      const [prefix] = chunk.framed.toString('latin1').split('\r\n', 1);
      assert.equal(Number.parseInt(prefix!, 16), all.length);
      assert.deepEqual(chunk.framed.subarray(prefix!.length + 2, -2), all);
      assert.deepEqual(Buffer.from(chunk.bytes), all);
    }),
  );
});

test('a chunk of no bytes is refused, since it would end the response', () => {
  assert.throws(() => new Chunk([]), RangeError);
  assert.throws(() => new Chunk([new Uint8Array(0)]), RangeError);
});
